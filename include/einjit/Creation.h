// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors that are made in expressions. Nothing of them is in memory: each element is computed where it is needed.
// Their shapes and bounds are part of the program; another needs another kernel.
#pragma once

#include <bit>
#include <einjit/detail/Arguments.h>

namespace einjit {

namespace detail {

/// A call of no operands, or of a value: `zeros([2, 3], dtype=f32)`.
struct Creation {
  std::string_view name, valueKeyword;
};
namespace creation {
inline constexpr Creation zeros = {"zeros", ""}, ones = {"ones", ""}, full = {"full", "value"},
                          random = {"random", "seed"};
} // namespace creation

template <const Creation &C, DType Type, class Shape> struct Filled : Shape {
  static constexpr Facts facts(const auto &...values) {
    Facts result = {Type, Shape::count < 0 ? dynamicRank : Shape::count};
    result.isWrong = (... || (values.isIndexed || (values.rank != 0 && values.rank != dynamicRank)));
    return result;
  }
  static constexpr MessageText complaint(const auto &...) {
    return MessageText("`") << C.name << "` takes one number, not a tensor";
  }
  static void write(ExpressionWriter &writer, std::size_t operands) {
    Shape::writeOperand(writer);
    if (operands == 1) writer.swap();
    writer.argument("dtype", name(Type));
    writer.call(C.name, 1 + operands);
  }
};
template <const Creation &C, class T, class Shape, class... Values> auto filled(Shape shape, Values... values) {
  return makeNode(Filled<C, dtypeOf<T>, Shape>{shape}, std::move(values)...);
}

/// zeros_like(x) and ones_like(x).
template <bool IsOnes> struct Like : NoParameters {
  static constexpr Facts facts(const Facts &x) { return {x.dtype, x.rank, false, false, x.isIndexed}; }
  static constexpr MessageText complaint(const Facts &) { return MessageText("this is a function of whole tensors"); }
  static void write(ExpressionWriter &writer, std::size_t) { writer.call(IsOnes ? "ones_like" : "zeros_like", 1); }
};

/// Numbers of a sequence: all integers, or all doubles.
template <class Number, std::size_t Count> struct Numbers {
  static constexpr std::size_t parameterCount = Count;
  std::array<Number, Count> values;
  static void write(ExpressionWriter &writer) {
    for (std::size_t i = 0; i < Count; ++i)
      if constexpr (std::same_as<Number, double>)
        writer.doubleArgument("");
      else
        writer.integerArgument("");
  }
  void collect(Collector &collector) const {
    for (const Number value : values) collector.add(std::bit_cast<std::int64_t>(value));
  }
};
template <class... Numbers_>
using SequenceNumber = std::conditional_t<(... && std::integral<Numbers_>), std::int64_t, double>;
template <class... Given> auto sequenceNumbers(Given... given) {
  using Number = SequenceNumber<Given...>;
  return Numbers<Number, sizeof...(Given)>{{static_cast<Number>(given)...}};
}

template <DType Type, class Values> struct Arange : Values {
  static constexpr Facts facts() { return {Type, 1}; }
  static void write(ExpressionWriter &writer, std::size_t) {
    Values::write(writer);
    writer.argument("dtype", name(Type));
    writer.call("arange", 0);
  }
};
template <DType Type> struct Linspace : Numbers<double, 2> {
  static constexpr std::size_t parameterCount = 3;
  std::int64_t count;
  static constexpr Facts facts() { return {Type, 1}; }
  static void write(ExpressionWriter &writer, std::size_t) {
    Numbers<double, 2>::write(writer);
    writer.integerArgument("");
    writer.argument("dtype", name(Type));
    writer.call("linspace", 0);
  }
  void collect(Collector &collector) const {
    Numbers<double, 2>::collect(collector);
    collector.add(count);
  }
};
template <DType Type> struct Eye : Integers<3> {
  static constexpr Facts facts() { return {Type, 2}; }
  static void write(ExpressionWriter &writer, std::size_t) {
    writer.spreadArguments(2);
    writer.integerArgument("k");
    writer.argument("dtype", name(Type));
    writer.call("eye", 0);
  }
};

} // namespace detail

#define EINJIT_FILLED(function)                                                                                        \
  template <class T, std::size_t Count> auto function(const std::int64_t(&shape)[Count]) {                             \
    return detail::filled<detail::creation::function, T>(detail::integersOf(shape));                                   \
  }                                                                                                                    \
  template <class T, detail::IntegerRange Shape> auto function(const Shape &shape) {                                   \
    return detail::filled<detail::creation::function, T>(detail::integersOf(shape));                                   \
  }
/// Zeros, and ones, of elements `T`: `zeros<float>({2, 3})`.
EINJIT_FILLED(zeros)
EINJIT_FILLED(ones)
#undef EINJIT_FILLED

/// A tensor of one number, which is no part of the program, so that another needs no other kernel.
///@{
template <class T, std::size_t Count> auto full(const std::int64_t (&shape)[Count], T value) {
  return detail::filled<detail::creation::full, T>(detail::integersOf(shape), detail::Scalar<T>(value));
}
template <class T, detail::IntegerRange Shape> auto full(const Shape &shape, T value) {
  return detail::filled<detail::creation::full, T>(detail::integersOf(shape), detail::Scalar<T>(value));
}
///@}
/// Floats in [0, 1) that follow from a seed, which is no part of the program either. See docs/language.md.
///@{
template <class T, std::size_t Count> auto random(const std::int64_t (&shape)[Count], std::int64_t seed) {
  return detail::filled<detail::creation::random, T>(detail::integersOf(shape), detail::Scalar<std::int64_t>(seed));
}
template <class T, detail::IntegerRange Shape> auto random(const Shape &shape, std::int64_t seed) {
  return detail::filled<detail::creation::random, T>(detail::integersOf(shape), detail::Scalar<std::int64_t>(seed));
}

///@}

/// Zeros of a tensor's type and shape.
template <detail::Operand X> auto zeros_like(X &&x) {
  return detail::makeNode(detail::Like<false>(), detail::asNode(std::forward<X>(x)));
}
/// Ones of a tensor's type and shape.
template <detail::Operand X> auto ones_like(X &&x) {
  return detail::makeNode(detail::Like<true>(), detail::asNode(std::forward<X>(x)));
}

/// `arange<T>(stop)`, `arange<T>(start, stop)`, `arange<T>(start, stop, step)`: start + i * step, as far as stop, which
/// does not belong to it. Integers are added in i64, all else in f64, and converted in the end.
template <class T, class... Bounds>
  requires(sizeof...(Bounds) >= 1 && sizeof...(Bounds) <= 3 && (... && std::is_arithmetic_v<Bounds>))
auto arange(Bounds... bounds) {
  const auto numbers = detail::sequenceNumbers(bounds...);
  return detail::makeNode(detail::Arange<dtypeOf<T>, std::remove_const_t<decltype(numbers)>>{numbers});
}
/// `count` numbers that divide the way from `start` to `stop` evenly; the last is `stop`.
template <class T> auto linspace(double start, double stop, std::int64_t count) {
  return detail::makeNode(detail::Linspace<dtypeOf<T>>{{{start, stop}}, count});
}
/// Ones where the column is the row + `diagonal`, else zeros.
template <class T> auto eye(std::int64_t rows, std::int64_t columns, std::int64_t diagonal = 0) {
  return detail::makeNode(detail::Eye<dtypeOf<T>>{{{rows, columns, diagonal}}});
}
/// The identity matrix.
template <class T> auto eye(std::int64_t size) { return eye<T>(size, size); }

} // namespace einjit
