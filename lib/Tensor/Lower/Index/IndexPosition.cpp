// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Positions inside a subscript: sums of indices times integers that are known while compiling.
#include "Support/Checked.h"
#include "Support/Overloaded.h"
#include "Tensor/Lower/Index/IndexStatement.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

/// Coefficients and constants are smaller, so that adding some of them cannot overflow.
constexpr std::int64_t maxNumber = std::int64_t{1} << 40;

bool isSmall(std::int64_t number) { return number > -maxNumber && number < maxNumber; }

bool isSmall(const Affine &position) {
  return isSmall(position.constant) &&
         std::ranges::all_of(position.terms, [](const Affine::Term &term) { return isSmall(term.coefficient); });
}

class PositionReader {
public:
  PositionReader(Lowering &lowering, const FindIndex &find) : lowering_(lowering), find_(find) {}

  std::optional<Affine> read(const ast::Expr &expr) {
    if (!mentionsIndex(expr, find_)) return constant(expr);
    const auto position = std::visit(Overloaded{
                                         [&](const ast::Name &name) -> std::optional<Affine> {
                                           return Affine::variable(static_cast<std::uint32_t>(*find_(name.name)));
                                         },
                                         [&](const ast::Paren &paren) { return read(*paren.inner); },
                                         [&](const ast::Unary &unary) { return signs(unary, expr.range); },
                                         [&](const ast::Binary &chain) { return this->chain(chain, expr.range); },
                                         [&](const auto &) -> std::optional<Affine> { return notAffine(expr.range); },
                                     },
                                     expr.node);
    if (position && !isSmall(*position)) return tooLarge(expr.range);
    return position;
  }

private:
  std::optional<Affine> constant(const ast::Expr &expr) {
    const auto value = lowering_.evaluateInteger(expr, "a position without an index");
    if (!value) return std::nullopt;
    return isSmall(*value) ? std::optional(Affine::number(*value)) : tooLarge(expr.range);
  }

  std::optional<Affine> signs(const ast::Unary &unary, SourceRange range) {
    if (unary.operators.find('~') != std::string::npos) return notAffine(range);
    const auto operand = read(*unary.operand);
    if (!operand || std::ranges::count(unary.operators, '-') % 2 == 0) return operand;
    return *operand * -1;
  }

  std::optional<Affine> chain(const ast::Binary &chain, SourceRange range) {
    auto position = read(*chain.first);
    for (const ast::Binary::Link &link : chain.rest) {
      const auto operand = read(link.operand);
      if (!position || !operand) return std::nullopt;
      position = combine(link.op, *position, *operand, range);
      if (position && !isSmall(*position)) return tooLarge(range);
    }
    return position;
  }

  std::optional<Affine> combine(ast::BinaryOp op, const Affine &left, const Affine &right, SourceRange range) {
    if (op == ast::BinaryOp::Add) return left + right;
    if (op == ast::BinaryOp::Sub) return left - right;
    if (op != ast::BinaryOp::Mul || (!left.isConstant() && !right.isConstant())) return notAffine(range);
    return left.isConstant() ? times(right, left.constant, range) : times(left, right.constant, range);
  }

  std::optional<Affine> times(const Affine &position, std::int64_t factor, SourceRange range) {
    auto fits = [&](std::int64_t number) { return checkedMul(number, factor).has_value(); };
    const bool allFit = fits(position.constant) && std::ranges::all_of(position.terms, [&](const Affine::Term &term) {
                          return fits(term.coefficient);
                        });
    return allFit ? std::optional(position * factor) : tooLarge(range);
  }

  std::nullopt_t notAffine(SourceRange range) {
    return lowering_.fail(DiagnosticKind::IndexForm, "a position must be a sum of indices, times integers", {{range}},
                          "as in x[i + 2*k - 1]; elements of tensors cannot choose positions");
  }
  std::nullopt_t tooLarge(SourceRange range) {
    return lowering_.fail(DiagnosticKind::IndexForm, "the numbers of a position must stay below 2^40", {{range}});
  }

  Lowering &lowering_;
  const FindIndex &find_;
};

} // namespace

void forEachName(const ast::Expr &expr, const std::function<void(const ast::Expr &, const ast::Name &)> &visit) {
  auto inside = [&](const ast::ExprPtr &part) {
    if (part) forEachName(*part, visit);
  };
  auto subscript = [&](const ast::Subscript &subscript) {
    for (const ast::SubscriptItem &item : subscript.items)
      if (const auto *position = std::get_if<ast::ExprPtr>(&item.item)) inside(*position);
  };
  std::visit(Overloaded{
                 [&](const ast::Name &name) { visit(expr, name); },
                 [](const ast::Number &) {},
                 [](const ast::String &) {},
                 [&](const ast::List &list) {
                   for (const ast::Expr &item : list.items) forEachName(item, visit);
                 },
                 [&](const ast::Paren &paren) { inside(paren.inner); },
                 [&](const ast::Unary &unary) { inside(unary.operand); },
                 [&](const ast::Power &power) {
                   inside(power.base);
                   for (const ast::Power::Link &link : power.rest) forEachName(link.operand, visit);
                 },
                 [&](const ast::Binary &chain) {
                   inside(chain.first);
                   for (const ast::Binary::Link &link : chain.rest) forEachName(link.operand, visit);
                 },
                 [&](const ast::Postfix &postfix) {
                   if (!std::holds_alternative<ast::Name>(postfix.base->node)) inside(postfix.base);
                   for (const ast::Suffix &suffix : postfix.suffixes)
                     std::visit(Overloaded{[&](const ast::Call &call) {
                                             for (const ast::Argument &argument : call.arguments)
                                               inside(argument.value);
                                           },
                                           [](const ast::Member &) {}, subscript},
                                suffix.suffix);
                 },
             },
             expr.node);
}

bool mentionsIndex(const ast::Expr &expr, const FindIndex &find) {
  bool mentions = false;
  forEachName(expr, [&](const ast::Expr &, const ast::Name &name) { mentions = mentions || find(name.name); });
  return mentions;
}

std::optional<Affine> readPosition(Lowering &lowering, const ast::Expr &expr, const FindIndex &find) {
  return PositionReader(lowering, find).read(expr);
}

} // namespace einjit::tensor
