// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How large and how small an affine expression can become inside loops.
//
// A loop variable v lies in 0 <= v <= extent-1, and v <= B-1 where its loop has a bound B. A term c*v with c > 0 is
// therefore at most c*(extent-1), and at most c*(B-1), an expression of the variables further out. Both estimates hold,
// so the smaller one does. The second is what proves that the masked tail of a split,
// `16*o + i` with i < -16*o + 37, stays below 37: 16*o + (-16*o + 36) = 36.
#pragma once

#include "Scalar/Affine.h"
#include <optional>
#include <span>

namespace einjit::loop {

/// What the variable of an enclosing loop, or the lane, can be.
struct Range {
  std::uint32_t variable;
  std::int64_t extent;              ///< at least 1
  std::optional<Affine> bound = {}; ///< over variables further out
};

/// No value of `expr` is larger, wherever its variables (outermost first) are in their ranges. Nothing if that cannot
/// be said in 64 bits.
std::optional<std::int64_t> maximum(const Affine &expr, std::span<const Range> ranges);
/// No value of `expr` is smaller.
std::optional<std::int64_t> minimum(const Affine &expr, std::span<const Range> ranges);

} // namespace einjit::loop
