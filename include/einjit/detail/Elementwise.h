// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations on each element: one table of the operators, and one of the functions, for C++.
#pragma once

#include <einjit/detail/Node.h>

namespace einjit::detail {

enum class Style { Infix, Prefix, Call };

/// An operation on each element: how it is written, and what type it gives.
struct Elementwise {
  std::string_view spelling;
  Style style;
  TypeRule rule;
  PairRule pairRule = nullptr; ///< instead, where there is one
};

namespace function {
#define EINJIT_UNARY(name, rule) inline constexpr Elementwise name = {#name, Style::Call, &rule};
#include <einjit/detail/UnaryFunctions.def>
#undef EINJIT_UNARY
#define EINJIT_BINARY(name, rule) inline constexpr Elementwise name = {#name, Style::Call, &rule};
#include <einjit/detail/BinaryFunctions.def>
#undef EINJIT_BINARY
inline constexpr Elementwise clip = {"clip", Style::Call, &clipType}, where = {"where", Style::Call, &sameType},
                             leaky_relu = {"leaky_relu", Style::Call, nullptr, &leakyReluType},
                             elu = {"elu", Style::Call, nullptr, &eluType};
} // namespace function
namespace op {
#define EINJIT_INFIX(name, spelling, rule) inline constexpr Elementwise name = {spelling, Style::Infix, &rule};
#include <einjit/detail/InfixOperators.def>
#undef EINJIT_INFIX
inline constexpr Elementwise Neg = {"-", Style::Prefix, &subType}, Not = {"~", Style::Prefix, &bitsType};
} // namespace op

/// Facts about an operation on elements of these common type and ranks.
constexpr Facts elementwiseFacts(const MaybeType &type, std::initializer_list<Facts> operands, bool staysPosition) {
  Facts result = {type.value_or(DType::F32), broadcastRank(operands)};
  result.isWrong = !type;
  for (const Facts &operand : operands) result.isIndexed = result.isIndexed || operand.isIndexed;
  for (const Facts &operand : operands) {
    staysPosition = staysPosition && operand.isPosition;
    // A tensor beside elements is one number.
    if (result.isIndexed && operand.rank != 0 && operand.rank != dynamicRank) result.isWrong = true;
  }
  if (result.isIndexed) result.rank = 0;
  result.isPosition = staysPosition;
  return result;
}

/// What is wrong with it: the types, or a tensor where an element is needed.
constexpr MessageText elementwiseComplaint(std::string_view spelling, DType common, bool isType,
                                           std::initializer_list<Facts> operands) {
  if (isType) return MessageText("`") << spelling << "` does not apply to " << name(common);
  for (const Facts &operand : operands)
    if (operand.rank > 0)
      return MessageText("a tensor of rank ") << operand.rank << " stands where an element is needed; subscript it";
  return {};
}

/// Where `Op` is an operation whose operands are brought to one type; of `where` the first stays as it is.
template <const Elementwise &Op> struct Apply : NoParameters {
private:
  static constexpr bool hasCondition = &Op == &function::where;
  static constexpr bool isAffine = &Op == &op::Add || &Op == &op::Sub || &Op == &op::Mul || &Op == &op::Neg;
  static constexpr DType common(std::initializer_list<Facts> operands) {
    DType type = DType::Bool;
    for (const Facts *operand = operands.begin() + hasCondition; operand != operands.end(); ++operand)
      type = promote(type, operand->dtype);
    return type;
  }
  static constexpr MaybeType result(std::initializer_list<Facts> operands) {
    if constexpr (Op.pairRule != nullptr)
      return Op.pairRule(operands.begin()->dtype, operands.begin()[1].dtype);
    else
      return Op.rule(common(operands));
  }

public:
  static constexpr Facts facts(const auto &...operands) {
    return elementwiseFacts(result({operands...}), {operands...}, isAffine);
  }
  static constexpr MessageText complaint(const auto &...operands) {
    return elementwiseComplaint(Op.spelling, common({operands...}), !result({operands...}), {operands...});
  }
  static void write(ExpressionWriter &writer, std::size_t operands) {
    if constexpr (Op.style == Style::Infix)
      writer.infix(Op.spelling);
    else if constexpr (Op.style == Style::Prefix)
      writer.prefix(Op.spelling);
    else
      writer.call(Op.spelling, operands);
  }
};

/// `Op` of one operand, or of two, one of which may be a number.
template <const Elementwise &Op, Operand X> auto apply(X &&x) {
  return makeNode(Apply<Op>(), asNode(std::forward<X>(x)));
}

template <const Elementwise &Op, class L, class R> auto apply(L &&left, R &&right) {
  if constexpr (Number<L>)
    return makeNode(Apply<Op>(), besideNode<NodeOf<R>::facts>(left), asNode(std::forward<R>(right)));
  else if constexpr (Number<R>)
    return makeNode(Apply<Op>(), asNode(std::forward<L>(left)), besideNode<NodeOf<L>::facts>(right));
  else
    return makeNode(Apply<Op>(), asNode(std::forward<L>(left)), asNode(std::forward<R>(right)));
}

/// Two operands, or one and a number.
template <class L, class R>
concept Operands = (Operand<L> && (Operand<R> || Number<R>)) || (Number<L> && Operand<R>);
/// The same of operators, which are not to meet those of somebody else's types.
template <class L, class R>
concept OwnOperands = Operands<L, R> && (OwnOperand<L> || OwnOperand<R>);

} // namespace einjit::detail
