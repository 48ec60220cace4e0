// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nests of loops around a register tile, cut into blocks.
#pragma once

#include "Plan/Tile.h"
#include <vector>

namespace einjit::plan {

/// Where a group of loops, outermost first, is cut in two: the loops before `position` are outside, those from it on
/// inside; if `length` is not 0, the loop at `position` is split, so many of its iterations inside; if `innermost` is
/// not, so is the last loop, which is another one.
struct Cut {
  std::size_t position = 0;
  std::int64_t length = 0;
  std::int64_t innermost = 0;
  bool isNone() const { return position == 0 && length == 0 && innermost == 0; }
};

/// The loop that counts blocks, of a cut that is one.
constexpr std::size_t counted(const Cut &cut) { return cut.length > 0 ? cut.position : cut.position - 1; }

/// A loop around the tile: an iterator's, or the loop that counts the tile's parts of it.
struct OuterLoop {
  std::size_t iterator;
  std::int64_t count;
};

/// Iterations that the tile takes of an iterator at once.
std::int64_t tileLength(const Tile &tile, std::size_t iterator);

// Products that no 64 bits hold are INT64_MAX: sizes may be so large that only their magnitude counts.

std::int64_t product(std::int64_t a, std::int64_t b);
/// Iterations of all the loops together.
std::int64_t countOf(const std::vector<OuterLoop> &loops);
/// Iterations inside the cut.
std::int64_t inside(const std::vector<OuterLoop> &loops, const Cut &cut);

/// The innermost loops whose iterations together take at most `budget` bytes, `bytes` each; blocks are of equal length.
Cut cutAt(const std::vector<OuterLoop> &loops, std::int64_t bytes, std::int64_t budget);

} // namespace einjit::plan
