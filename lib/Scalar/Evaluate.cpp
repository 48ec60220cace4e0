// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/Evaluate.h"
#include "Scalar/Arithmetic.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace einjit::scalar {
namespace {

/// `f` applied to `count` arguments as values of the C++ type they share, which must be one of Types.
template <std::size_t count, class... Types, class F> Scalar apply(std::span<const Scalar> arguments, F f) {
  if (arguments.size() != count) throw std::logic_error("wrong number of arguments of a scalar op");
  return std::visit(
      [&]<class T>(T) -> Scalar {
        if constexpr ((std::same_as<T, Types> || ...))
          return [&]<std::size_t... i>(std::index_sequence<i...>) -> Scalar {
            return f(std::get<T>(arguments[i])...);
          }(std::make_index_sequence<count>{});
        else
          throw std::logic_error("a scalar op does not apply to this type");
      },
      arguments[0]);
}

template <std::size_t count, class F> Scalar onOrdered(std::span<const Scalar> arguments, F f) {
  return apply<count, std::int8_t, std::uint8_t, std::int32_t, std::int64_t, float, double>(arguments, f);
}
template <std::size_t count, class F> Scalar onNumbers(std::span<const Scalar> arguments, F f) {
  return apply<count, std::int8_t, std::uint8_t, std::int32_t, std::int64_t, float, double, std::complex<float>,
               std::complex<double>>(arguments, f);
}
template <std::size_t count, class F> Scalar onField(std::span<const Scalar> arguments, F f) {
  return apply<count, float, double, std::complex<float>, std::complex<double>>(arguments, f);
}
template <std::size_t count, class F> Scalar onFloats(std::span<const Scalar> arguments, F f) {
  return apply<count, float, double>(arguments, f);
}
template <class F> Scalar onComplex(std::span<const Scalar> arguments, F f) {
  return apply<1, std::complex<float>, std::complex<double>>(arguments, f);
}
template <std::size_t count, class F> Scalar onIntegers(std::span<const Scalar> arguments, F f) {
  return apply<count, std::int8_t, std::uint8_t, std::int32_t, std::int64_t>(arguments, f);
}
template <std::size_t count, class F> Scalar onBits(std::span<const Scalar> arguments, F f) {
  return apply<count, bool, std::int8_t, std::uint8_t, std::int32_t, std::int64_t>(arguments, f);
}
template <class F> Scalar compare(std::span<const Scalar> arguments, F f) {
  return apply<2, bool, std::int8_t, std::uint8_t, std::int32_t, std::int64_t, float, double>(
      arguments, [&](auto a, auto b) { return f(a, b); });
}
template <class F> Scalar equate(std::span<const Scalar> arguments, F f) {
  return apply<2, bool, std::int8_t, std::uint8_t, std::int32_t, std::int64_t, float, double, std::complex<float>,
               std::complex<double>>(arguments, [&](auto a, auto b) { return f(a, b); });
}

/// `f` in arithmetic modulo 2^n for integers, in the type itself for floating point.
template <class F, class T> T wrapping(F f, T a, T b) {
  if constexpr (std::integral<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(f(static_cast<U>(a), static_cast<U>(b)));
  } else {
    return f(a, b);
  }
}

template <std::integral T> T negate(T a) { return wrapping(std::minus<>{}, T{0}, a); }
template <std::floating_point T> T negate(T a) { return -a; }
template <class T> std::complex<T> negate(std::complex<T> a) { return -a; }
template <std::integral T> T absolute(T a) { return a < 0 ? negate(a) : a; }
template <std::floating_point T> T absolute(T a) { return std::fabs(a); }

template <class T> T product(T a, T b) { return wrapping(std::multiplies<>{}, a, b); }
template <std::floating_point T> T quotient(T a, T b) { return a / b; }
template <std::floating_point T> T fusedMultiplyAdd(T a, T b, T c) { return std::fma(a, b, c); }
template <std::floating_point T> T squareRoot(T a) { return std::sqrt(a); }

template <std::integral T> T minimum(T a, T b) { return std::min(a, b); }
template <std::integral T> T maximum(T a, T b) { return std::max(a, b); }
template <std::floating_point T> T minimum(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) ? a : b;
  if (a == b) return std::signbit(a) ? a : b; // -0 < +0
  return a < b ? a : b;
}
template <std::floating_point T> T maximum(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) ? a : b;
  if (a == b) return std::signbit(a) ? b : a;
  return a < b ? b : a;
}

// Complex numbers. What C's annex G adds to the product is left out, as NumPy leaves it out.

template <class T> std::complex<T> product(std::complex<T> a, std::complex<T> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

template <class T> std::complex<T> fusedMultiplyAdd(std::complex<T> a, std::complex<T> b, std::complex<T> c) {
  return {std::fma(a.real(), b.real(), std::fma(-a.imag(), b.imag(), c.real())),
          std::fma(a.real(), b.imag(), std::fma(a.imag(), b.real(), c.imag()))};
}

/// Smith's method: numerator and denominator are scaled by the denominator's larger part.
template <class T> std::complex<T> quotient(std::complex<T> a, std::complex<T> b) {
  const T re = std::fabs(b.real()), im = std::fabs(b.imag());
  if (re == 0 && im == 0) return {a.real() / re, a.imag() / re};
  if (re >= im) {
    const T ratio = b.imag() / b.real(), scale = 1 / (b.real() + b.imag() * ratio);
    return {(a.real() + a.imag() * ratio) * scale, (a.imag() - a.real() * ratio) * scale};
  }
  const T ratio = b.real() / b.imag(), scale = 1 / (b.imag() + b.real() * ratio);
  return {(a.real() * ratio + a.imag()) * scale, (a.imag() * ratio - a.real()) * scale};
}

/// sqrt(re^2 + im^2); infinite if a part is, whatever the other.
float absolute(std::complex<float> a) {
  const double re = a.real(), im = a.imag();
  if (std::isinf(re) || std::isinf(im)) return std::numeric_limits<float>::infinity();
  return static_cast<float>(std::sqrt(re * re + im * im)); // squares of floats cannot overflow a double
}

/// The same; the squares of numbers beyond 2^500 or below 2^-400 are taken of multiples, so that they stay in range.
double absolute(std::complex<double> a) {
  const double larger = std::max(std::fabs(a.real()), std::fabs(a.imag()));
  if (std::isinf(a.real()) || std::isinf(a.imag())) return std::numeric_limits<double>::infinity();
  const double scale = larger > 0x1p500 ? 0x1p-600 : larger < 0x1p-400 ? 0x1p600 : 1;
  const double re = a.real() * scale, im = a.imag() * scale;
  return std::sqrt(re * re + im * im) / scale;
}

/// The root with a real part that is not negative: of re + i im it is t + i im/2t or |im|/2t ± i t, where
/// t = sqrt((|re| + |z|) / 2). Numbers too large or too small for that are scaled by a power of 4 and back.
template <class T> std::complex<T> squareRoot(std::complex<T> z) {
  const T infinity = std::numeric_limits<T>::infinity();
  if (std::isinf(z.imag())) return {infinity, z.imag()};
  if (z.real() == infinity) return {infinity, std::isnan(z.imag()) ? z.imag() : std::copysign(T{0}, z.imag())};
  if (z.real() == -infinity) return {std::isnan(z.imag()) ? z.imag() : T{0}, std::copysign(infinity, z.imag())};
  if (z == std::complex<T>{}) return {0, z.imag()};
  const T larger = std::max(std::fabs(z.real()), std::fabs(z.imag()));
  const T limit = std::sqrt(std::numeric_limits<T>::max()), scale = larger > limit       ? T{1} / 16
                                                                    : larger < 1 / limit ? T(0x1p60)
                                                                                         : 1;
  const T back = larger > limit ? 4 : larger < 1 / limit ? T(0x1p-30) : 1;
  const T re = z.real() * scale, im = z.imag() * scale;
  const T t = std::sqrt((std::fabs(re) + absolute(std::complex<T>(re, im))) / 2);
  const T other = std::fabs(im) / (2 * t);
  return {(re >= 0 ? t : other) * back, std::copysign(re >= 0 ? other : t, im) * back};
}

} // namespace

Scalar evaluate(ScalarOp op, DType type, std::span<const Scalar> arguments) {
  switch (op) {
  case ScalarOp::Add: return onNumbers<2>(arguments, [](auto a, auto b) { return wrapping(std::plus<>{}, a, b); });
  case ScalarOp::Sub: return onNumbers<2>(arguments, [](auto a, auto b) { return wrapping(std::minus<>{}, a, b); });
  case ScalarOp::Mul: return onNumbers<2>(arguments, [](auto a, auto b) { return product(a, b); });
  case ScalarOp::Div: return onField<2>(arguments, [](auto a, auto b) { return quotient(a, b); });
  case ScalarOp::Fma: return onField<3>(arguments, [](auto a, auto b, auto c) { return fusedMultiplyAdd(a, b, c); });
  case ScalarOp::Neg: return onNumbers<1>(arguments, [](auto a) { return negate(a); });
  case ScalarOp::Abs: return onNumbers<1>(arguments, [](auto a) { return absolute(a); });
  case ScalarOp::Sqrt: return onField<1>(arguments, [](auto a) { return squareRoot(a); });
  case ScalarOp::Real: return onComplex(arguments, [](auto a) { return a.real(); });
  case ScalarOp::Imag: return onComplex(arguments, [](auto a) { return a.imag(); });
  case ScalarOp::Conj: return onComplex(arguments, [](auto a) { return std::conj(a); });
  case ScalarOp::Complex: return onFloats<2>(arguments, []<class T>(T re, T im) { return std::complex<T>(re, im); });
  case ScalarOp::Min: return onOrdered<2>(arguments, [](auto a, auto b) { return minimum(a, b); });
  case ScalarOp::Max: return onOrdered<2>(arguments, [](auto a, auto b) { return maximum(a, b); });
  case ScalarOp::Floor: return onFloats<1>(arguments, [](auto a) { return std::floor(a); });
  case ScalarOp::Ceil: return onFloats<1>(arguments, [](auto a) { return std::ceil(a); });
  case ScalarOp::Round: return onFloats<1>(arguments, [](auto a) { return std::nearbyint(a); });
  case ScalarOp::Trunc: return onFloats<1>(arguments, [](auto a) { return std::trunc(a); });
  case ScalarOp::Exp: return onFloats<1>(arguments, [](auto a) { return std::exp(a); });
  case ScalarOp::Exp2: return onFloats<1>(arguments, [](auto a) { return std::exp2(a); });
  case ScalarOp::Expm1: return onFloats<1>(arguments, [](auto a) { return std::expm1(a); });
  case ScalarOp::Log: return onFloats<1>(arguments, [](auto a) { return std::log(a); });
  case ScalarOp::Log2: return onFloats<1>(arguments, [](auto a) { return std::log2(a); });
  case ScalarOp::Log1p: return onFloats<1>(arguments, [](auto a) { return std::log1p(a); });
  case ScalarOp::Sin: return onFloats<1>(arguments, [](auto a) { return std::sin(a); });
  case ScalarOp::Cos: return onFloats<1>(arguments, [](auto a) { return std::cos(a); });
  case ScalarOp::Tan: return onFloats<1>(arguments, [](auto a) { return std::tan(a); });
  case ScalarOp::Asin: return onFloats<1>(arguments, [](auto a) { return std::asin(a); });
  case ScalarOp::Acos: return onFloats<1>(arguments, [](auto a) { return std::acos(a); });
  case ScalarOp::Atan: return onFloats<1>(arguments, [](auto a) { return std::atan(a); });
  case ScalarOp::Sinh: return onFloats<1>(arguments, [](auto a) { return std::sinh(a); });
  case ScalarOp::Cosh: return onFloats<1>(arguments, [](auto a) { return std::cosh(a); });
  case ScalarOp::Tanh: return onFloats<1>(arguments, [](auto a) { return std::tanh(a); });
  case ScalarOp::Erf: return onFloats<1>(arguments, [](auto a) { return std::erf(a); });
  case ScalarOp::Atan2: return onFloats<2>(arguments, [](auto a, auto b) { return std::atan2(a, b); });
  case ScalarOp::Pow: return onOrdered<2>(arguments, [](auto a, auto b) { return power(a, b); });
  case ScalarOp::FloorDiv: return onOrdered<2>(arguments, [](auto a, auto b) { return divideFloored(a, b).quotient; });
  case ScalarOp::Rem: return onOrdered<2>(arguments, [](auto a, auto b) { return divideFloored(a, b).remainder; });
  case ScalarOp::And: return onBits<2>(arguments, [](auto a, auto b) { return bitwise(std::bit_and<>{}, a, b); });
  case ScalarOp::Or: return onBits<2>(arguments, [](auto a, auto b) { return bitwise(std::bit_or<>{}, a, b); });
  case ScalarOp::Xor: return onBits<2>(arguments, [](auto a, auto b) { return bitwise(std::bit_xor<>{}, a, b); });
  case ScalarOp::Not: return onBits<1>(arguments, [](auto a) { return complement(a); });
  case ScalarOp::Shl: return onIntegers<2>(arguments, [](auto a, auto b) { return shiftLeft(a, b); });
  case ScalarOp::Shr: return onIntegers<2>(arguments, [](auto a, auto b) { return shiftRight(a, b); });
  case ScalarOp::Lt: return compare(arguments, std::less<>{});
  case ScalarOp::Le: return compare(arguments, std::less_equal<>{});
  case ScalarOp::Gt: return compare(arguments, std::greater<>{});
  case ScalarOp::Ge: return compare(arguments, std::greater_equal<>{});
  case ScalarOp::Eq: return equate(arguments, std::equal_to<>{});
  case ScalarOp::Ne: return equate(arguments, std::not_equal_to<>{});
  case ScalarOp::Select: return std::get<bool>(arguments[0]) ? arguments[1] : arguments[2];
  case ScalarOp::Cast: return convert(arguments[0], type);
  }
  throw std::logic_error("unknown scalar op");
}

Scalar evaluate(const Expr &expr, const Leaves &leaves) {
  std::vector<Scalar> values, arguments;
  values.reserve(expr.nodes.size());
  for (const Node &node : expr.nodes) {
    values.push_back(std::visit(Overloaded{
                                    [&](const Operand &operand) { return leaves.operand(operand.index); },
                                    [&](const Accumulator &) { return leaves.accumulator(); },
                                    [&](const Literal &literal) { return literal.value; },
                                    [&](const Apply &apply) {
                                      arguments.clear();
                                      for (NodeId id : apply.arguments) arguments.push_back(values[id.index()]);
                                      return evaluate(apply.op, node.type, arguments);
                                    },
                                },
                                node.kind));
  }
  return values.back();
}

} // namespace einjit::scalar
