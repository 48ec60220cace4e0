// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/ScalarOp.h"
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>

namespace einjit {
namespace {

/// Truncates; NaN is 0, and what lies beyond To's range is its nearest end. Both comparisons are exact: the bounds,
/// -2^n or 0 and 2^n, are floating-point numbers.
template <class To, class From> To saturate(From value) {
  using Limits = std::numeric_limits<To>;
  constexpr From lowest = static_cast<From>(Limits::min()), beyond = static_cast<From>(Limits::max() / 2 + 1) * 2;
  if (std::isnan(value)) return 0;
  if (value <= lowest) return Limits::min();
  if (value >= beyond) return Limits::max();
  return static_cast<To>(value);
}

/// The float next to `value` that a further rounding, to at most 22 bits, takes to where it would have taken `value`:
/// one that is not exact has an odd last place ("round to odd"), so it is no tie of the second rounding.
float roundToOdd(double value) {
  const auto nearest = static_cast<float>(value);
  if (std::isnan(value) || static_cast<double>(nearest) == value) return nearest;
  const bool away = std::fabs(static_cast<double>(nearest)) > std::fabs(value);
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(nearest) - (away ? 1 : 0)) | 1);
}

template <class To, class From> To convertTo(From value) {
  if constexpr (std::is_same_v<To, From>)
    return value;
  else if constexpr (isHalfNumber<From>)
    return convertTo<To>(static_cast<float>(value));
  else if constexpr (std::is_same_v<To, bool>)
    return value != From{0};
  else if constexpr (isComplexNumber<From> && isComplexNumber<To>)
    return static_cast<To>(value);
  else if constexpr (isComplexNumber<From>)
    throw std::logic_error("a complex number is converted to a real one");
  else if constexpr (isComplexNumber<To>)
    return {convertTo<typename To::value_type>(value), 0};
  else if constexpr (isHalfNumber<To> && std::is_same_v<From, double>)
    return To(roundToOdd(value));
  else if constexpr (isHalfNumber<To>)
    return To(static_cast<float>(value));
  else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>)
    return saturate<To>(value);
  else
    return static_cast<To>(value);
}

template <class T> std::string shortest(T value) {
  if constexpr (std::is_floating_point_v<T>)
    if (std::isnan(value)) return "nan"; // not "-nan": all NaNs are one
  std::array<char, 32> buffer;           // the longest is "-2.2250738585072014e-308"
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), end);
}

std::string text(bool value) { return value ? "true" : "false"; }
template <class T> std::string text(T value) { return shortest(value); }
std::string text(Half value) { return shortest(static_cast<float>(value)); }
std::string text(BFloat16 value) { return shortest(static_cast<float>(value)); }
template <class T> std::string text(std::complex<T> value) {
  const std::string imaginary = shortest(value.imag());
  return shortest(value.real()) + (imaginary.front() == '-' ? "" : "+") + imaginary + 'j';
}

/// The whole of `text` as a decimal number that T can hold.
template <class T> std::optional<T> parseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The form shortest() prints; from_chars alone would also take `infinity` and `nan(0x1)`.
template <class T> std::optional<T> parseFloat(std::string_view text) {
  using Limits = std::numeric_limits<T>;
  if (text == "nan") return Limits::quiet_NaN();
  if (text == "inf") return Limits::infinity();
  if (text == "-inf") return -Limits::infinity();
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
  const std::optional<T> value = parseNumber<T>(text);
  return value && std::isinf(*value) ? std::nullopt : value;
}

/// A float that the 16-bit type can hold.
template <class T> std::optional<T> parseHalf(std::string_view text) {
  const std::optional<float> value = parseFloat<float>(text);
  if (!value || (std::isinf(static_cast<float>(T(*value))) && !std::isinf(*value))) return std::nullopt;
  return T(*value);
}

/// `1-2j`: the imaginary part begins at the last sign that is not an exponent's.
template <class T> std::optional<std::complex<T>> parseComplex(std::string_view text) {
  if (text.empty() || text.back() != 'j') return std::nullopt;
  text.remove_suffix(1);
  std::size_t sign = text.size();
  while (sign > 1 && !((text[sign - 1] == '+' || text[sign - 1] == '-') && (text[sign - 2] | 0x20) != 'e')) --sign;
  if (sign <= 1) return std::nullopt;
  const std::string_view imaginary = text.substr(text[sign - 1] == '+' ? sign : sign - 1);
  const auto re = parseFloat<T>(text.substr(0, sign - 1)), im = parseFloat<T>(imaginary);
  if (!re || !im || imaginary.front() == '+') return std::nullopt;
  return std::complex<T>(*re, *im);
}

template <class T> std::optional<T> parseAs(std::string_view text) {
  if constexpr (std::is_same_v<T, bool>)
    return text == "true" || text == "false" ? std::optional(text == "true") : std::nullopt;
  else if constexpr (std::is_integral_v<T>)
    return parseNumber<T>(text);
  else if constexpr (isHalfNumber<T>)
    return parseHalf<T>(text);
  else if constexpr (isComplexNumber<T>)
    return parseComplex<typename T::value_type>(text);
  else
    return parseFloat<T>(text);
}

template <class T> bool identicalNumbers(T x, T y) {
  if constexpr (isComplexNumber<T>)
    return identicalNumbers(x.real(), y.real()) && identicalNumbers(x.imag(), y.imag());
  else if constexpr (isHalfNumber<T>)
    return identicalNumbers<float>(x, y);
  else if constexpr (std::is_floating_point_v<T>)
    return std::isnan(x) || std::isnan(y) ? std::isnan(x) && std::isnan(y)
                                          : x == y && std::signbit(x) == std::signbit(y);
  else
    return x == y;
}

} // namespace

Scalar convert(const Scalar &value, DType type) {
  return withZero(type, [&]<class To>(To) -> Scalar {
    return std::visit([](auto from) -> Scalar { return convertTo<To>(from); }, value);
  });
}

std::string str(const Scalar &value) {
  return std::visit([](auto number) { return text(number); }, value);
}

std::optional<Scalar> parseScalar(std::string_view text, DType type) {
  return withZero(type, [&]<class T>(T) -> std::optional<Scalar> { return parseAs<T>(text); });
}

bool identical(const Scalar &a, const Scalar &b) {
  if (a.index() != b.index()) return false;
  return std::visit([&]<class T>(T x) { return identicalNumbers(x, std::get<T>(b)); }, a);
}

} // namespace einjit
