// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where an index that is on the right only is summed: over the smallest product term that holds it.
//
// Terms are what `+` and `-` join, in the whole right side as well as inside brackets, in the arguments of functions,
// and on the sides of comparisons; those are expressions of their own. A term whose index is inside exactly one
// expression of its own leaves the sum to that one; a term that holds the index as a factor, or in several of those, is
// summed as a whole:
//
//   a[i,k]*b[k] + c[i]       (sum over k of a*b) + c
//   (a[i,k] + b[i]) * c[i]   ((sum over k of a) + b) * c
//   (a[i,k] + b[i]) * c[k]   sum over k of (a + b)*c
//   sqrt(x[k]*x[k])          sqrt(sum over k of x*x)
#include "Support/Overloaded.h"
#include "Tensor/Lower/Index/IndexStatement.h"

namespace einjit::tensor {
namespace {

const ast::Expr &withoutParens(const ast::Expr &expr) {
  const ast::Expr *inner = &expr;
  while (const auto *paren = std::get_if<ast::Paren>(&inner->node)) inner = paren->inner.get();
  return *inner;
}

/// A term's factors that are elements or indices, and its expressions of their own.
struct Parts {
  IndexSet direct;
  std::vector<const ast::Expr *> own;
};

class SumPlacer {
public:
  explicit SumPlacer(IndexStatement &statement) : statement_(statement) {}

  void expression(const ast::Expr &expr, IndexSet pending) {
    const ast::Expr &inner = withoutParens(expr);
    const auto *chain = std::get_if<ast::Binary>(&inner.node);
    if (!chain || !isSum(*chain)) return term(inner, pending);
    term(*chain->first, pending);
    for (const ast::Binary::Link &link : chain->rest) term(link.operand, pending);
  }

private:
  static bool isSum(const ast::Binary &chain) {
    return chain.rest[0].op == ast::BinaryOp::Add || chain.rest[0].op == ast::BinaryOp::Sub;
  }

  void term(const ast::Expr &expr, IndexSet pending) {
    pending &= statement_.occurringIn(expr);
    if (pending.none()) return;
    Parts parts;
    collect(expr, parts);
    IndexSet once, severalTimes;
    for (const ast::Expr *own : parts.own) {
      const IndexSet inside = statement_.occurringIn(*own);
      severalTimes |= once & inside;
      once |= inside;
    }
    const IndexSet here = pending & (parts.direct | severalTimes);
    if (here.any()) statement_.summed[&expr] = here;
    for (const ast::Expr *own : parts.own) expression(*own, pending & ~here & statement_.occurringIn(*own));
  }

  void collect(const ast::Expr &expr, Parts &parts) const {
    if (statement_.elements.contains(&expr) || statement_.values.contains(&expr)) {
      parts.direct |= statement_.occurringIn(expr);
      return;
    }
    std::visit(Overloaded{
                   [](const ast::Name &) {},
                   [](const ast::Number &) {},
                   [](const ast::String &) {},
                   [](const ast::List &) {},
                   [&](const ast::Paren &paren) { parts.own.push_back(paren.inner.get()); },
                   [&](const ast::Unary &unary) { collect(*unary.operand, parts); },
                   [&](const ast::Power &power) {
                     collect(*power.base, parts);
                     for (const ast::Power::Link &link : power.rest) collect(link.operand, parts);
                   },
                   [&](const ast::Binary &chain) { this->chain(chain, parts); },
                   [&](const ast::Postfix &postfix) { this->postfix(expr, postfix, parts); },
               },
               expr.node);
  }

  /// Factors of a product are the term's; sides of a comparison, or what `&` and `|` join, stand for themselves.
  void chain(const ast::Binary &chain, Parts &parts) const {
    const bool product = chain.rest[0].op >= ast::BinaryOp::Mul;
    auto part = [&](const ast::Expr &operand) {
      if (product)
        collect(operand, parts);
      else
        parts.own.push_back(&operand);
    };
    part(*chain.first);
    for (const ast::Binary::Link &link : chain.rest) part(link.operand);
  }

  void postfix(const ast::Expr &expr, const ast::Postfix &postfix, Parts &parts) const {
    if (const auto instead = statement_.insteadOf.find(&expr); instead != statement_.insteadOf.end())
      return collect(*instead->second, parts);
    if (statement_.elements.contains(postfix.base.get()) || statement_.reductions.contains(postfix.base.get()))
      collect(*postfix.base, parts); // `x[i].abs()`: the element is a factor
    else if (!std::holds_alternative<ast::Name>(postfix.base->node))
      parts.own.push_back(postfix.base.get());
    for (const ast::Suffix &suffix : postfix.suffixes)
      if (const auto *call = std::get_if<ast::Call>(&suffix.suffix))
        for (const ast::Argument &argument : call->arguments) parts.own.push_back(argument.value.get());
  }

  IndexStatement &statement_;
};

} // namespace

void placeSums(IndexStatement &statement, const ast::Expr &right) {
  IndexSet pending = statement.occurringIn(right);
  for (std::size_t i = 0; i < statement.leftCount; ++i) pending.reset(i);
  for (const auto &[node, reduction] : statement.reductions)
    for (std::size_t index : reduction.indices) pending.reset(index);
  SumPlacer(statement).expression(right, pending);
}

} // namespace einjit::tensor
