// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops without a reduction that read an operand across: result and operand are contiguous along different iterators, v
// and u. Both are read and written in whole cache lines:
//
//   for the other iterators, those that move everything far outermost                    order
//     for blocks of v { for blocks of u {                                                split
//       for tiles of v { for tiles of u {                                                split, masked
//         prefetch the tile's lines of the result                                        prefetch
//         for vectors of v (unrolled) { for u (unrolled) { for v (lanes) } }             split, unroll, vectorize
//
// which code generation transposes in registers (CodeGen/TransposedAccesses.h).
//
// Tile. One line of u, so that each line of the operand is read once; one line of v, so that each of the result is
// written at once, or two where the data comes from beyond L2, because lines are fetched in pairs. Where v is too short
// to fill a vector and u is longer, lanes run along u and the result is written in blocks.
//
// Block. 64 by 64 elements: the rows of operand and result that are under way then are 64 pages each, which is what a
// processor translates at once, and each is touched for several lines before the next block. Rows that begin inside a
// line share one with the next tile, which comes while the line is near.
//
// Prefetch. A store waits for its line; a load behind it with the same offset in a page waits for the store, because
// only those bits are compared at first. With loads that jump from row to row, most meet such a store. So the lines of
// the result are prefetched in front of the loads, unless all data is in L2 anyway.
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/Facts.h"
#include "Target/Target.h"
#include <optional>

namespace einjit::plan {

struct Transposition {
  std::size_t laneIterator;
  std::size_t columnIterator; ///< the one that is unrolled
  std::int64_t lanes;
  std::int64_t vectors;             ///< of a tile
  std::int64_t columns;             ///< of a tile
  std::int64_t prefetchEvery;       ///< lanes; 0: stores are not prefetched
  std::vector<std::size_t> outside; ///< the other iterators, outermost first
};

/// The plan above, for an op of that kind whose result has memory of its own: only then do its loops take any order.
std::optional<Transposition> chooseTransposition(const OpFacts &facts, const Target &target);

/// Adds the steps to `steps`. The op takes so many cycles (Sharing.h). `lanesReason` is for the text: what is
/// contiguous along the lanes.
void planTransposition(const OpFacts &facts, const Transposition &transposition, std::int64_t threads, double cycles,
                       const std::string &lanesReason, std::vector<loop::Step> &steps);

} // namespace einjit::plan
