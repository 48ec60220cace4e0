// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of each element, of tensors, of expressions and of elements in index notation.
#pragma once

#include <einjit/detail/Elementwise.h>

namespace einjit {

// What each computes is said in docs/language.md. Types are NumPy's: a function of a float is of the same type, one of
// an int is double.

#define EINJIT_UNARY(name, rule)                                                                                       \
  template <detail::Operand X> auto name(X &&x) { return detail::apply<detail::function::name>(std::forward<X>(x)); }
#include <einjit/detail/UnaryFunctions.def>
#undef EINJIT_UNARY

#define EINJIT_BINARY(name, rule)                                                                                      \
  template <class L, class R>                                                                                          \
    requires detail::Operands<L, R>                                                                                    \
  auto name(L &&left, R &&right) {                                                                                     \
    return detail::apply<detail::function::name>(std::forward<L>(left), std::forward<R>(right));                       \
  }
#include <einjit/detail/BinaryFunctions.def>
#undef EINJIT_BINARY

/// `x` where it is positive, else `slope * x`.
template <detail::Operand X, class Slope>
  requires detail::Operands<X, Slope>
auto leaky_relu(X &&x, Slope &&slope) {
  return detail::apply<detail::function::leaky_relu>(std::forward<X>(x), std::forward<Slope>(slope));
}
/// `x` where it is positive, else `alpha * expm1(x)`.
template <detail::Operand X, class Alpha>
  requires detail::Operands<X, Alpha>
auto elu(X &&x, Alpha &&alpha) {
  using detail::NodeOf;
  if constexpr (detail::Number<Alpha>) {
    constexpr DType own = NodeOf<X>::facts.dtype, type = detail::eluType(own, own).value_or(DType::F32);
    return detail::apply<detail::function::elu>(std::forward<X>(x), detail::numberNode<type>(alpha));
  } else {
    return detail::apply<detail::function::elu>(std::forward<X>(x), std::forward<Alpha>(alpha));
  }
}

namespace detail {
/// An operand or number as a part of an expression, whose common type with the others is `Type`.
template <DType Type, class T> auto withType(T &&operand) {
  if constexpr (Number<T>)
    return numberNode<Type>(operand);
  else
    return asNode(std::forward<T>(operand));
}
template <class T> constexpr DType withNumberOf(DType type) {
  if constexpr (Number<T>)
    return withNumber(type, kindOf<std::remove_cvref_t<T>>);
  else
    return type;
}
template <class T> constexpr DType tensorType() {
  if constexpr (Number<T>)
    return DType::Bool;
  else
    return NodeOf<T>::facts.dtype;
}
template <class T>
concept OperandOrNumber = Operand<T> || Number<T>;

/// The common type of two, at least one of which is a tensor; of two numbers that of their C++ types.
template <class A, class B> constexpr DType commonType() {
  if constexpr (Number<A> && Number<B>)
    return promote(ownTypeOf<std::remove_cvref_t<A>>, ownTypeOf<std::remove_cvref_t<B>>);
  else
    return withNumberOf<A>(withNumberOf<B>(promote(tensorType<A>(), tensorType<B>())));
}
} // namespace detail

/// `minimum(maximum(x, least), most)`; the bounds are tensors or numbers.
template <detail::Operand X, detail::OperandOrNumber Least, detail::OperandOrNumber Most>
auto clip(X &&x, Least &&least, Most &&most) {
  constexpr DType above = detail::commonType<X, Least>();
  constexpr DType below = detail::withNumberOf<Most>(promote(above, detail::tensorType<Most>()));
  return detail::makeNode(detail::Apply<detail::function::clip>(), detail::asNode(std::forward<X>(x)),
                          detail::withType<above>(std::forward<Least>(least)),
                          detail::withType<below>(std::forward<Most>(most)));
}

/// `a` where the condition holds (is not 0), else `b`.
template <detail::Operand Condition, detail::OperandOrNumber A, detail::OperandOrNumber B>
auto where(Condition &&condition, A &&a, B &&b) {
  constexpr DType type = detail::commonType<A, B>();
  return detail::makeNode(detail::Apply<detail::function::where>(), detail::asNode(std::forward<Condition>(condition)),
                          detail::withType<type>(std::forward<A>(a)), detail::withType<type>(std::forward<B>(b)));
}

namespace detail {
template <DType Type> struct Cast : NoParameters {
  static constexpr bool fits(const Facts &x) { return !isComplex(x.dtype) || isComplex(Type) || Type == DType::Bool; }
  static constexpr Facts facts(const Facts &x) { return {Type, x.rank, x.isIndexed, false, !fits(x)}; }
  static constexpr MessageText complaint(const Facts &x) {
    return MessageText() << name(x.dtype) << " does not become " << name(Type) << "; take a part of it, as in real(x)";
  }
  static void write(ExpressionWriter &writer, std::size_t) { writer.call(name(Type), 1); }
};
} // namespace detail

/// The elements as those of another type: floats become integers towards zero, the largest ones where they are too
/// large. Complex numbers become real ones by real(), imag() and abs() only.
template <class T, detail::Operand X> auto cast(X &&x) {
  return detail::makeNode(detail::Cast<dtypeOf<T>>(), detail::asNode(std::forward<X>(x)));
}

} // namespace einjit
