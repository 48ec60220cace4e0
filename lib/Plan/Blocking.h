// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops around the register tile of a product of two operands, and what of each operand is copied into panels.
//
// V is the operand that has the tile's lanes, S the one that all lanes read the same element of. Loops that move both
// are batches, those that move V alone are N, S alone M, reduced ones K; of those that the tile takes a part of, the
// loop that counts tiles. Outermost first:
//
//   batch | N blocks | K blocks | M blocks | N | M | K | tile
//
// One step of the tile reads (vectors of V) + (repetitions of S) elements a K iteration, and S's come from L2: there a
// block of M x K iterations of S fits, and is read again for each N. Blocks of V are read again for each block of M.
//
//   K blocks  only where sums are so long that V's part of one tile, K x width, would exceed L2 / 8: else the block of
//             S would be a few rows, and V come from afar too often. Sums of one block wait in memory for the next one.
//   M blocks  where S, M x K, exceeds 2/5 of L2, and several N read it.
//   N blocks  where V is packed, M has blocks, and V's block K x N exceeds half of L2 and an eighth of L3.
//
// Without M blocks N goes round outside of M, so that V's part K x width of one tile is all of it that must be near.
#pragma once

#include "Plan/Tile.h"

namespace einjit::plan {

/// Where a group of loops, outermost first, is cut in two: the loops before `position` are outside, those from it on
/// inside; if `length` is not 0, the loop at `position` is split, so many of its iterations inside.
struct Cut {
  std::size_t position = 0;
  std::int64_t length = 0;
  bool isNone() const { return position == 0 && length == 0; }
};

/// A loop around the tile: an iterator's, or the loop that counts the tile's parts of it.
struct OuterLoop {
  std::size_t iterator;
  std::int64_t count;
};

struct Blocking {
  std::size_t vectorOperand;
  std::optional<std::size_t> broadcastOperand;
  bool packsVector = false, packsBroadcast = false;
  std::vector<OuterLoop> batch, n, m, k; ///< each outermost first
  Cut nCut, kCut, mCut;                  ///< what is inside is one block
  /// Loops of N from here on are inside V's panel; there is a panel for each iteration of those before. Where N is cut,
  /// the whole block is.
  Cut nPanel;
};

/// Nothing if the op is not the reduction of two operands, or one, that this is for: lanes of a parallel iterator, one
/// operand with lanes, at most one without.
std::optional<Blocking> chooseBlocking(const OpFacts &facts, const Target &target, const Tile &tile, bool exact);

} // namespace einjit::plan
