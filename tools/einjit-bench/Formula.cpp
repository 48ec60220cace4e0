// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Formula.h"
#include "Overloaded.h"
#include <fmt/format.h>

namespace einjit::bench {
namespace {

void addOnce(std::string &indices, std::string_view more) {
  for (char index : more)
    if (indices.find(index) == std::string::npos) indices += index;
}

std::string commaSeparated(std::string_view indices) { return fmt::format("{}", fmt::join(indices, ",")); }

std::string text(const Expr &expr);

std::string text(const std::vector<ExprPtr> &arguments) {
  std::string all;
  for (const ExprPtr &argument : arguments) all += (all.empty() ? "" : ", ") + text(*argument);
  return all;
}

/// Binary operations stand in brackets unless they are all there is.
std::string text(const Expr &expr) {
  return std::visit(
      Overloaded{
          [](const Literal &literal) { return literal.digits; },
          [](const Access &access) { return fmt::format("{}[{}]", access.name, commaSeparated(access.indices)); },
          [](const Binary &binary) {
            return fmt::format("({} {} {})", text(*binary.left), binary.op, text(*binary.right));
          },
          [](const Call &call) { return fmt::format("{}({})", call.function, text(call.arguments)); },
          [](const Reduce &reduce) {
            return fmt::format("{}[{}]({})", reduce.fold == Fold::Sum ? "sum" : "max", commaSeparated(reduce.over),
                               text(*reduce.body));
          }},
      expr.node);
}

/// Factors of a product.
int factors(const Expr &expr) {
  const auto *binary = std::get_if<Binary>(&expr.node);
  if (binary == nullptr || (binary->op != '*' && binary->op != '/'))
    return std::holds_alternative<Literal>(expr.node) ? 0 : 1;
  return factors(*binary->left) + factors(*binary->right);
}

/// Calls the visitor with each reduction in the expression.
template <class Visitor> void forEachReduction(const Expr &expr, const Visitor &visitor) {
  std::visit(Overloaded{[](const Literal &) {}, [](const Access &) {},
                        [&](const Binary &binary) {
                          forEachReduction(*binary.left, visitor);
                          forEachReduction(*binary.right, visitor);
                        },
                        [&](const Call &call) {
                          for (const ExprPtr &argument : call.arguments) forEachReduction(*argument, visitor);
                        },
                        [&](const Reduce &reduce) {
                          visitor(reduce);
                          forEachReduction(*reduce.body, visitor);
                        }},
             expr.node);
}

} // namespace

std::string freeIndices(const Expr &expr) {
  return std::visit(Overloaded{[](const Literal &) { return std::string(); },
                               [](const Access &access) {
                                 std::string indices;
                                 addOnce(indices, access.indices);
                                 return indices;
                               },
                               [](const Binary &binary) {
                                 std::string indices = freeIndices(*binary.left);
                                 addOnce(indices, freeIndices(*binary.right));
                                 return indices;
                               },
                               [](const Call &call) {
                                 std::string indices;
                                 for (const ExprPtr &argument : call.arguments)
                                   addOnce(indices, freeIndices(*argument));
                                 return indices;
                               },
                               [](const Reduce &reduce) {
                                 std::string indices = freeIndices(*reduce.body);
                                 std::erase_if(
                                     indices, [&](char index) { return reduce.over.find(index) != std::string::npos; });
                                 return indices;
                               }},
                    expr.node);
}

double reductionFlops(const Formula &formula) {
  double flops = 0;
  for (const Statement &statement : formula.statements)
    forEachReduction(*statement.value, [&](const Reduce &reduce) {
      flops += factors(*reduce.body) * spaceOf(freeIndices(*reduce.body), formula.extents);
    });
  return flops;
}

std::string reducedIndices(const Formula &formula) {
  std::string indices;
  for (const Statement &statement : formula.statements)
    forEachReduction(*statement.value, [&](const Reduce &reduce) { addOnce(indices, reduce.over); });
  return indices;
}

Formula formulaOf(const Einsum &einsum, const Extents &extents) {
  Formula formula;
  formula.extents = extents;
  ExprPtr product;
  for (const std::string &operand : einsum.operands) {
    formula.inputs.push_back({fmt::format("a{}", formula.inputs.size()), operand});
    const ExprPtr factor = make(formula.inputs.back());
    product = product ? make(Binary{'*', product, factor}) : factor;
  }
  std::string over = freeIndices(*product);
  std::erase_if(over, [&](char index) { return einsum.output.find(index) != std::string::npos; });
  if (!over.empty()) product = make(Reduce{Fold::Sum, over, product});
  formula.statements.push_back({"result", einsum.output, product});
  return formula;
}

std::string programText(const Formula &formula) {
  for (const Access &input : formula.inputs)
    if (input.name.size() == 1 && formula.extents.contains(input.name[0]))
      throw FormulaError(fmt::format("'{}' names both a tensor and an index", input.name));
  std::string program;
  for (const Statement &statement : formula.statements) {
    std::string value = text(*statement.value);
    if (std::holds_alternative<Binary>(statement.value->node)) value = value.substr(1, value.size() - 2);
    program += fmt::format("{}{}[{}] = {}", program.empty() ? "" : "; ", statement.name,
                           commaSeparated(statement.indices), value);
  }
  return program;
}

} // namespace einjit::bench
