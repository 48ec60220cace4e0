// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Syntax/Operators.h"
#include <limits>
#include <utility>

namespace einjit {

std::string_view ast::text(BinaryOp op) {
  switch (op) {
#define SYNTAX_BINARY(Op, text, precedence)                                                                            \
  case BinaryOp::Op: return text;
    EINJIT_BINARY_OPERATORS(SYNTAX_BINARY)
#undef SYNTAX_BINARY
  }
  return {};
}

std::string_view ast::text(AssignOp op) {
  switch (op) {
#define SYNTAX_ASSIGN(Op, text)                                                                                        \
  case AssignOp::Op: return text;
    EINJIT_ASSIGN_OPERATORS(SYNTAX_ASSIGN)
#undef SYNTAX_ASSIGN
  }
  return {};
}

int syntax::precedence(ast::BinaryOp op) {
  switch (op) {
#define SYNTAX_BINARY(Op, text, precedence)                                                                            \
  case ast::BinaryOp::Op: return precedence;
    EINJIT_BINARY_OPERATORS(SYNTAX_BINARY)
#undef SYNTAX_BINARY
  }
  return 0;
}

std::optional<ast::BinaryOp> syntax::binaryOperator(std::string_view text) {
  for (ast::BinaryOp op : {
#define SYNTAX_BINARY(Op, text, precedence) ast::BinaryOp::Op,
           EINJIT_BINARY_OPERATORS(SYNTAX_BINARY)
#undef SYNTAX_BINARY
       })
    if (ast::text(op) == text) return op;
  return std::nullopt;
}

std::optional<ast::AssignOp> syntax::assignOperator(std::string_view text) {
  for (ast::AssignOp op : {
#define SYNTAX_ASSIGN(Op, text) ast::AssignOp::Op,
           EINJIT_ASSIGN_OPERATORS(SYNTAX_ASSIGN)
#undef SYNTAX_ASSIGN
       })
    if (ast::text(op) == text) return op;
  return std::nullopt;
}

namespace syntax {
namespace {

/// Operators still waiting for their right operand, loosest first: each entry is a chain of one precedence whose last
/// link has no operand yet.
class OpenChains {
public:
  OpenChains(ast::ExprPtr first, ast::Binary::Link link) { open(std::move(first), std::move(link)); }

  /// `operand` is what stands left of `link`'s operator.
  void push(ast::Expr operand, ast::Binary::Link link) {
    const int level = precedence(link.op);
    operand = closeTighterThan(level, std::move(operand));
    if (chains_.empty() || levelOfLast() < level)
      return open(std::make_shared<const ast::Expr>(std::move(operand)), std::move(link));
    chains_.back().rest.back().operand = std::move(operand);
    chains_.back().rest.push_back(std::move(link));
  }

  /// `operand` becomes the last operand of each chain that binds tighter than `level`, one inside the other.
  ast::Expr closeTighterThan(int level, ast::Expr operand) {
    while (!chains_.empty() && levelOfLast() > level) {
      ast::Binary chain = std::move(chains_.back());
      chains_.pop_back();
      chain.rest.back().operand = std::move(operand);
      const SourceRange range = join(chain.first->range, chain.rest.back().operand.range);
      operand = ast::Expr{range, std::move(chain)};
    }
    return operand;
  }

private:
  void open(ast::ExprPtr first, ast::Binary::Link link) {
    chains_.push_back({std::move(first), {}});
    chains_.back().rest.push_back(std::move(link));
  }
  int levelOfLast() const { return precedence(chains_.back().rest.back().op); }

  std::vector<ast::Binary> chains_;
};

ast::Binary::Link withoutOperand(const ast::Binary::Link &link) { return {link.op, link.opRange, {}}; }

} // namespace

ast::Expr groupByPrecedence(ast::Binary chain) {
  OpenChains open(std::move(chain.first), withoutOperand(chain.rest.front()));
  for (std::size_t i = 1; i < chain.rest.size(); ++i)
    open.push(std::move(chain.rest[i - 1].operand), withoutOperand(chain.rest[i]));
  constexpr int loosest = std::numeric_limits<int>::min();
  return open.closeTighterThan(loosest, std::move(chain.rest.back().operand));
}

} // namespace syntax
} // namespace einjit
