// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 64-bit arithmetic that says when it would overflow.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace einjit {

inline std::optional<std::int64_t> checkedMul(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

inline std::optional<std::int64_t> checkedAdd(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

/// The product of all extents; a zero among them makes it 0 whatever the others are.
inline std::optional<std::int64_t> checkedProduct(const std::vector<std::int64_t> &extents) {
  for (std::int64_t extent : extents)
    if (extent == 0) return 0;
  std::optional<std::int64_t> product = 1;
  for (std::int64_t extent : extents)
    if (product) product = checkedMul(*product, extent);
  return product;
}

} // namespace einjit
