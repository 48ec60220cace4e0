// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Hoist.h"
#include "Overloaded.h"
#include <fmt/format.h>

namespace einjit::bench {
namespace {

class Hoist {
public:
  static std::vector<Statement> all(const Formula &formula) {
    Hoist hoist;
    for (const Statement &statement : formula.statements) {
      const auto *root = std::get_if<Reduce>(&statement.value->node);
      const ExprPtr value =
          root ? make(Reduce{root->fold, root->over, hoist.rewrite(root->body)}) : hoist.rewrite(statement.value);
      hoist.statements_.push_back({statement.name, statement.indices, value});
    }
    return std::move(hoist.statements_);
  }

private:
  ExprPtr rewrite(const ExprPtr &expr) {
    return std::visit(
        Overloaded{
            [&](const Literal &) { return expr; }, [&](const Access &) { return expr; },
            [&](const Binary &binary) { return make(Binary{binary.op, rewrite(binary.left), rewrite(binary.right)}); },
            [&](const Call &call) {
              std::vector<ExprPtr> arguments;
              for (const ExprPtr &argument : call.arguments) arguments.push_back(rewrite(argument));
              return make(Call{call.function, std::move(arguments)});
            },
            [&](const Reduce &reduce) {
              const Access sum{fmt::format("r{}", statements_.size()), freeIndices(*expr)};
              statements_.push_back(
                  {sum.name, sum.indices, make(Reduce{reduce.fold, reduce.over, rewrite(reduce.body)})});
              return make(sum);
            }},
        expr->node);
  }

  std::vector<Statement> statements_;
};

} // namespace

std::vector<Statement> hoistReductions(const Formula &formula) { return Hoist::all(formula); }

} // namespace einjit::bench
