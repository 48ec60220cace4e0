// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows of an operand from beyond L2 that are read to their end, instead of as wide as a register tile.
//
// Streams: where an operand that is used once comes from beyond L2, and the register tile would read only part of each
// of its rows before it jumps to the next, prefetchers lose its track. Then whole rows are read, several at a time,
// and added to accumulators that stay in L1: for n streams n+1 loads and a store for n vectors, which still is faster
// than the cache they come from. Rows of less than a page that come from memory are read one after the other, as the
// one stream that they are, and what lies 10 KiB ahead is fetched, which prefetchers do not do beside accumulators
// (0.72 to 0.92 of the time on a Zen 5, for rows of 1 to 4 KiB); if registers hold the sums of a whole row, that is the
// tile (0.5 to 0.8 of the time of accumulators in L1 for `ijk,j->ik` from memory, 1 from L3).
//
// So are the rows that m rows are multiplied with, if rows of one sum begin in the same sets of L1, so that a register
// tile's lines could not be fetched (RowsAhead.h): n streams of as many vectors take m n multiply-adds, m loads and m
// stores beside them, and registers for m n factors. With n >= 5 those hide, from memory with n >= 8. On a Zen 5, 2048
// x 2048 in f32, as parts of the time: 0.8 to 0.9 for 2 to 4 rows, 0.72 to 0.85 for 5; 0.8 to 1.05 for 6, 1 to 1.3 for
// 8. Where rows are 2000 long, tiles are faster by a tenth; so they are if the rows of a tile's sum take at most half
// of L2, where what prefetchers read behind them waits for the next tile.
#pragma once

#include "Plan/Tile.h"

namespace einjit::plan {

/// Rows read at the same time: about as many streams as prefetchers follow.
constexpr std::int64_t streamsAtOnce = 8;

/// Whether each element of the operand is used once: no iterator leaves it in place.
bool isUsedOnce(const OpFacts &facts, std::size_t operand);

/// Instead of the register tile `tile` of an op whose sums may be reordered; nothing where that is as good.
std::optional<Tile> chooseRowStreams(const OpFacts &facts, const Target &target, const Tile &tile);

} // namespace einjit::plan
