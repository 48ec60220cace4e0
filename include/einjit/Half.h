// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two 16-bit floating-point types, as memory holds them. They are for storing: arithmetic happens in `float`, to
// which they convert by themselves; going back rounds to nearest, ties to even, and is asked for.
#pragma once

#include <bit>
#include <cstdint>

namespace einjit {

/// IEEE binary16: 1 bit of sign, 5 of exponent, 10 of fraction. The largest number is 65504, the least 2^-24.
class Half {
public:
  constexpr Half() = default;
  /// Rounds to the nearest number, ties to even; what is too large becomes infinite.
  explicit constexpr Half(float value) : bits_(round(std::bit_cast<std::uint32_t>(value))) {}
  /// The number that memory holds as these bits.
  static constexpr Half fromBits(std::uint16_t bits) {
    Half half;
    half.bits_ = bits;
    return half;
  }
  constexpr std::uint16_t bits() const { return bits_; } ///< as memory holds it
  /// The same number: a `float` can hold all of them.
  constexpr operator float() const { return widen(bits_); }

private:
  static constexpr std::uint16_t round(std::uint32_t value);
  static constexpr float widen(std::uint16_t bits);
  std::uint16_t bits_ = 0;
};

/// bfloat16: the upper half of a `float`, with its range and 7 bits of fraction.
class BFloat16 {
public:
  constexpr BFloat16() = default;
  /// Rounds to the nearest number, ties to even; what is too large becomes infinite.
  explicit constexpr BFloat16(float value) : bits_(round(std::bit_cast<std::uint32_t>(value))) {}
  /// The number that memory holds as these bits.
  static constexpr BFloat16 fromBits(std::uint16_t bits) {
    BFloat16 number;
    number.bits_ = bits;
    return number;
  }
  constexpr std::uint16_t bits() const { return bits_; } ///< as memory holds it
  /// The same number: a `float` can hold all of them.
  constexpr operator float() const { return std::bit_cast<float>(std::uint32_t{bits_} << 16); }

private:
  static constexpr std::uint16_t round(std::uint32_t value);
  std::uint16_t bits_ = 0;
};

// Adding just under half of the last place that is kept, and one more where that place is odd, carries into it, and
// from the fraction into the exponent, exactly when rounding to nearest even goes up.
constexpr std::uint16_t BFloat16::round(std::uint32_t value) {
  if ((value & 0x7fffffff) > 0x7f800000) return static_cast<std::uint16_t>(value >> 16 | 0x40); // NaN stays NaN
  return static_cast<std::uint16_t>((value + 0x7fff + (value >> 16 & 1)) >> 16);
}

// The same, with the exponent rebased from 127 to 15. Numbers below 2^-14 are counted in units of 2^-24: adding 1/2,
// whose last place is 2^-24, makes the processor round to that unit.
constexpr std::uint16_t Half::round(std::uint32_t value) {
  const std::uint32_t sign = value >> 16 & 0x8000, magnitude = value & 0x7fffffff;
  constexpr std::uint32_t infinity = 0x7f800000, overflow = 0x477ff000 /* 65520 */, normal = 0x38800000 /* 2^-14 */;
  if (magnitude > infinity) return static_cast<std::uint16_t>(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
  if (magnitude >= overflow) return static_cast<std::uint16_t>(sign | 0x7c00);
  if (magnitude < normal)
    return static_cast<std::uint16_t>(
        sign | (std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000));
  return static_cast<std::uint16_t>(sign | ((magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1)) >> 13));
}

// The fraction and exponent moved up stand for the value times 2^-112, whatever they are, subnormals included.
constexpr float Half::widen(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16, magnitude = (bits & 0x7fffu) << 13;
  if (magnitude >= 0x0f800000) return std::bit_cast<float>(sign | magnitude | 0x7f800000); // infinity and NaN
  const float value = std::bit_cast<float>(magnitude) * 0x1p112f;
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(value));
}

} // namespace einjit
