// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic that C++ leaves undefined for some integers, or does not have: what ScalarOps.def says, on C++ numbers.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace einjit::scalar {

template <class T> struct Division {
  T quotient, remainder;
};

/// The quotient rounded down, and what it leaves, which has the sign of b.
template <std::integral T> Division<T> divideFloored(T a, T b) {
  if (b == 0) return {0, 0};
  if constexpr (std::is_signed_v<T>)
    if (b == -1) return {static_cast<T>(-static_cast<std::make_unsigned_t<T>>(a)), 0}; // also of the least
  const T quotient = static_cast<T>(a / b), remainder = static_cast<T>(a % b);
  if (remainder == 0 || (remainder < 0) == (b < 0)) return {quotient, remainder};
  return {static_cast<T>(quotient - 1), static_cast<T>(remainder + b)};
}

/// As Python and NumPy do it: the remainder is exact (or a rounded b + fmod), and the quotient the integer nearest to
/// (a - remainder) / b. Zeros have the sign of b, and of a / b.
template <std::floating_point T> Division<T> divideFloored(T a, T b) {
  T remainder = std::fmod(a, b);
  if (b == 0) return {a / b, remainder};
  T quotient = (a - remainder) / b;
  if (remainder == 0) {
    remainder = std::copysign(T{0}, b);
  } else if ((b < 0) != (remainder < 0)) {
    remainder += b;
    quotient -= 1;
  }
  if (quotient == 0) return {std::copysign(T{0}, a / b), remainder};
  const T floored = std::floor(quotient);
  return {quotient - floored > T(0.5) ? floored + 1 : floored, remainder};
}

template <std::floating_point T> T power(T a, T b) { return std::pow(a, b); }
/// Repeated squaring modulo 2^n. For a negative b the truncated 1 / a^-b, 0 where that has no value.
template <std::integral T> T power(T a, T b) {
  using U = std::make_unsigned_t<T>;
  if constexpr (std::is_signed_v<T>)
    if (b < 0) return a == 1 || (a == -1 && b % 2 == 0) ? T{1} : a == -1 ? T{-1} : T{0};
  U result = 1, square = static_cast<U>(a);
  for (U bits = static_cast<U>(b); bits != 0; bits = static_cast<U>(bits >> 1)) {
    if (bits & 1) result = static_cast<U>(std::uintmax_t{result} * square);
    square = static_cast<U>(std::uintmax_t{square} * square);
  }
  return static_cast<T>(result);
}

template <class F, class T> T bitwise(F f, T a, T b) { return static_cast<T>(f(a, b)); }
inline bool complement(bool a) { return !a; }
template <std::integral T> T complement(T a) { return static_cast<T>(~a); }

/// Whether shifting by `bits` leaves anything.
template <std::integral T> bool isShift(T bits) {
  return bits >= 0 && bits < std::numeric_limits<std::make_unsigned_t<T>>::digits;
}
template <std::integral T> T shiftLeft(T a, T bits) {
  return isShift(bits) ? static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) << bits) : T{0};
}
template <std::integral T> T shiftRight(T a, T bits) {
  return isShift(bits) ? static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) >> bits) : T{0};
}

} // namespace einjit::scalar
