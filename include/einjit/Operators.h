// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators of array notation. They compute nothing: they are remembered in the expression's type, and computed when it
// becomes a tensor.
#pragma once

#include <einjit/detail/Elementwise.h>

namespace einjit {

/// A number that is part of the program, as those in a program's text: `constant<2> * x`. Any other number of C++'s is
/// passed to the kernel, so that another value needs no other kernel; but the compiler knows nothing of it.
template <auto Value> inline constexpr detail::Constant<Value> constant = {};

// Shapes of operands broadcast as in NumPy: they align from the right; sizes are equal, or one of them 1. Types are
// promoted as in NumPy; a number takes the type of what it meets, but a fraction makes integers double.

#define EINJIT_OPERATOR(symbol, operation)                                                                             \
  template <class L, class R>                                                                                          \
    requires detail::OwnOperands<L, R>                                                                                 \
  auto operator symbol(L &&left, R &&right) {                                                                          \
    return detail::apply<detail::op::operation>(std::forward<L>(left), std::forward<R>(right));                        \
  }
EINJIT_OPERATOR(+, Add)
EINJIT_OPERATOR(-, Sub)
EINJIT_OPERATOR(*, Mul)
EINJIT_OPERATOR(/, Div)
EINJIT_OPERATOR(%, Mod)
EINJIT_OPERATOR(==, Eq)
EINJIT_OPERATOR(!=, Ne)
EINJIT_OPERATOR(<, Lt)
EINJIT_OPERATOR(<=, Le)
EINJIT_OPERATOR(>, Gt)
EINJIT_OPERATOR(>=, Ge)
EINJIT_OPERATOR(&, And)
EINJIT_OPERATOR(|, Or)
#undef EINJIT_OPERATOR

/// Exclusive or of each bit, or of bools.
template <class L, class R>
  requires detail::OwnOperands<L, R>
auto operator^(L &&left, R &&right) {
  return detail::apply<detail::function::bitwise_xor>(std::forward<L>(left), std::forward<R>(right));
}
/// The negative of each element.
template <detail::OwnOperand X> auto operator-(X &&x) { return detail::apply<detail::op::Neg>(std::forward<X>(x)); }
/// The opposite of bools, or of each bit.
template <detail::OwnOperand X> auto operator~(X &&x) { return detail::apply<detail::op::Not>(std::forward<X>(x)); }

/// Division rounded down, in the operands' type: the language's `//`.
template <class L, class R>
  requires detail::Operands<L, R>
auto floordiv(L &&left, R &&right) {
  return detail::apply<detail::op::FloorDiv>(std::forward<L>(left), std::forward<R>(right));
}

/// Powers. An exponent that is a C++ integer is part of the program: small ones are products.
template <class L, class R>
  requires detail::Operands<L, R>
auto pow(L &&base, R &&exponent) {
  using Exponent = std::remove_cvref_t<R>;
  if constexpr (std::is_integral_v<Exponent> && !std::same_as<Exponent, bool>) {
    using detail::NodeOf;
    constexpr DType type = detail::withNumber(NodeOf<L>::facts.dtype, detail::NumberKind::Integer);
    return detail::makeNode(detail::Apply<detail::op::WholePow>(), detail::asNode(std::forward<L>(base)),
                            detail::Integer<type>(exponent));
  } else if constexpr (detail::isConstant<Exponent>) {
    return detail::apply<detail::op::WholePow>(std::forward<L>(base), std::forward<R>(exponent));
  } else {
    return detail::apply<detail::op::Pow>(std::forward<L>(base), std::forward<R>(exponent));
  }
}

namespace detail {
struct MatMul : NoParameters {
  static constexpr bool fits(const Facts &left, const Facts &right) {
    return left.rank != 0 && right.rank != 0 && !left.isIndexed && !right.isIndexed;
  }
  static constexpr Facts facts(const Facts &left, const Facts &right) {
    Facts result = {promote(left.dtype, right.dtype), dynamicRank};
    result.isWrong = !fits(left, right);
    if (left.rank == dynamicRank || right.rank == dynamicRank || result.isWrong) return result;
    const bool isRow = left.rank == 1, isColumn = right.rank == 1;
    const int batch = std::max({left.rank - 2, right.rank - 2, 0});
    result.rank = batch + !isRow + !isColumn;
    return result;
  }
  static constexpr MessageText complaint(const Facts &left, const Facts &right) {
    if (left.isIndexed || right.isIndexed) return MessageText("`matmul` multiplies matrices, not elements");
    return MessageText("`matmul` needs at least one axis on both sides");
  }
  static void write(ExpressionWriter &writer, std::size_t) { writer.infix("@"); }
};
} // namespace detail

/// The product of matrices, the language's `@`: the last axis of `left` with the last but one of `right`, all axes
/// before those broadcasting. A vector stands for a row on the left and for a column on the right.
template <detail::Operand L, detail::Operand R> auto matmul(L &&left, R &&right) {
  return detail::makeNode(detail::MatMul(), detail::asNode(std::forward<L>(left)),
                          detail::asNode(std::forward<R>(right)));
}

} // namespace einjit
