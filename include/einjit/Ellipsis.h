// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <limits>

namespace einjit {

/// In a subscript as many whole axes as are left, in a list of axes' numbers any number of axes: the language's `...`.
struct Ellipsis {
  /// For lists of integers.
  constexpr operator int() const { return std::numeric_limits<int>::min(); }
};
inline constexpr Ellipsis ellipsis = {}; ///< what is passed for it

} // namespace einjit
