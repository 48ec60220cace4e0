// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/Power.h"
#include <bit>

namespace {

/// base^exponent, the exponent's bits from the highest on.
std::uint64_t powerModulo(std::uint64_t base, std::uint64_t exponent) {
  std::uint64_t result = 1;
  for (auto bit = std::bit_width(exponent); bit-- > 0;) {
    result *= result;
    if ((exponent >> bit & 1) != 0) result *= base;
  }
  return result;
}

} // namespace

extern "C" std::int64_t einjitPower(std::int64_t base, std::int64_t exponent) noexcept {
  if (exponent >= 0)
    return static_cast<std::int64_t>(
        powerModulo(static_cast<std::uint64_t>(base), static_cast<std::uint64_t>(exponent)));
  const bool even = (exponent & 1) == 0;
  return base == 1 || (base == -1 && even) ? 1 : base == -1 ? -1 : 0;
}
