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

/// Truncates; NaN is 0, and what lies beyond To's range is its nearest end. Both comparisons are exact: the bounds
/// -2^n and 2^n are floating-point numbers.
template <class To, class From> To saturate(From value) {
  constexpr From lowest = static_cast<From>(std::numeric_limits<To>::min());
  if (std::isnan(value)) return 0;
  if (value <= lowest) return std::numeric_limits<To>::min();
  if (value >= -lowest) return std::numeric_limits<To>::max();
  return static_cast<To>(value);
}

template <class To, class From> To convertTo(From value) {
  if constexpr (std::is_same_v<To, bool>)
    return value != From{0};
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

/// The whole of `text` as a decimal number that T can hold.
template <class T> std::optional<Scalar> parseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The form shortest() prints; from_chars alone would also take `infinity` and `nan(0x1)`.
template <class T> std::optional<Scalar> parseFloat(std::string_view text) {
  using Limits = std::numeric_limits<T>;
  if (text == "nan") return Limits::quiet_NaN();
  if (text == "inf") return Limits::infinity();
  if (text == "-inf") return -Limits::infinity();
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
  const std::optional<Scalar> value = parseNumber<T>(text);
  if (value && std::isinf(std::get<T>(*value))) return std::nullopt;
  return value;
}

} // namespace

Scalar convert(const Scalar &value, DType type) {
  const auto to = [&](auto zero) {
    return std::visit([](auto from) -> Scalar { return convertTo<decltype(zero)>(from); }, value);
  };
  switch (type) {
  case DType::Bool: return to(false);
  case DType::I32: return to(std::int32_t{0});
  case DType::I64: return to(std::int64_t{0});
  case DType::F32: return to(0.0f);
  case DType::F64: return to(0.0);
  }
  throw std::logic_error("unknown element type");
}

std::string str(const Scalar &value) {
  if (const bool *truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  return std::visit(
      [](auto number) -> std::string {
        if constexpr (std::is_same_v<decltype(number), bool>)
          return {}; // answered above
        else
          return shortest(number);
      },
      value);
}

std::optional<Scalar> parseScalar(std::string_view text, DType type) {
  switch (type) {
  case DType::Bool:
    if (text != "true" && text != "false") return std::nullopt;
    return text == "true";
  case DType::I32: return parseNumber<std::int32_t>(text);
  case DType::I64: return parseNumber<std::int64_t>(text);
  case DType::F32: return parseFloat<float>(text);
  case DType::F64: return parseFloat<double>(text);
  }
  throw std::logic_error("unknown element type");
}

bool identical(const Scalar &a, const Scalar &b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&]<class T>(T x) {
        const T y = std::get<T>(b);
        if constexpr (std::is_floating_point_v<T>)
          return std::isnan(x) || std::isnan(y) ? std::isnan(x) && std::isnan(y)
                                                : x == y && std::signbit(x) == std::signbit(y);
        else
          return x == y;
      },
      a);
}

} // namespace einjit
