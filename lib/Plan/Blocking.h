// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops around the register tile of a product of two operands, and what of each operand is copied into panels.
//
// V is the operand that has the tile's lanes, S the one that all lanes read the same element of. Loops that move both
// are batches, those that move V alone are N, S alone M, reduced ones K; of those that the tile takes a part of, the
// loop that counts tiles. One of the operands stays: blocks of it that take 2/5 of L2 are read again for each tile of
// the other one, which streams past from L3, each part of it read from L1 by all tiles of the block:
//
//   batch | K blocks | blocks of what streams | blocks of what stays | what streams | what stays | K | tile
//
// V stays, as a panel that is packed when its block begins, so that it never leaves L2; unless V can be read in place,
// and S has to be packed or V would have blocks. A step of the tile takes about ten cycles and a line of what streams
// every few steps, so L3 keeps up, and sums need no blocks until the part of V that one tile reads, K x width, exceeds
// 2/5 of L2; then partial sums wait in memory for the next block. (Measured with f32 and f64, 1000^3 to 2048^3: blocks
// of K of 512 and 1024 are 5 % slower, S staying and V streaming 8 %.) Where all results of a batch wait in L2, sums
// are cut for other reasons, too, and what is then fetched ahead is not packed (SumBlocks.h).
//
// Lanes may also be of a batch, and move both: then V is the larger one. A tile reads vectors of both; the operand of
// which it reads less comes from L2 again and again, the other one from L1. For that S is packed where its rows would
// not stay there, V where its rows do not stay in L2, or are pages apart and a tile takes short pieces of them
// (Packing.h). Blocks of a V from far beyond L2 take an eighth of it; they have as many tiles as can fetch the rows of
// the next one, each a piece of one row (Fetching.h). On a Zen 5, as parts of the time without blocks: 0.54 for 16
// batches of 48 x 48 times 48 x 21952, 0.4 to 0.75 for 256 to 4096 of 24 to 64 squared.
//
// Where sums are short and results many, writing them is what takes time: then loops inside blocks nest in the order of
// the result.
//
// A packed V whose blocks are pieces of memory, and that is multiplied with so little that S stays in L2, has blocks of
// an eighth of it, the next of which is fetched while one is multiplied. (On a Xeon, as parts of the time with larger
// ones: 0.72 for 1000 x 1000 times 1000 x 37, 0.96 for 200 x 512 times 16000 x 512, transposed.)
//
// A V of short sums and few uses that comes from beyond L2 in long pieces is not packed, but read in place in blocks of
// a sixteenth (Packing.h): 0.81 of the time for `pqrs,pi->iqrs` of 40 a side, 0.85 for 48 x 100000 by 64.
//
// An S that is read in place and fits half of L2 stays as a whole: cutting it, too, would read V again. (0.98 of the
// time for 512^3 in f32.)
//
// An operand that is packed and contiguous along a batch has panels of a block of that, or each element of a line would
// be read for a panel of its own: `bik,kjb->bij` of 20 x 30 times 30 x 40 takes 0.4 to 0.6 of the time, with blocks of
// 4 to 64 f32 alike. Behind lanes of a batch the panel goes on for 512 bytes of each row (0.9 for 8 x 8 times 8 x 8 in
// f64), or as many as let panels stay in L2.
//
// A packed V from far beyond L2 of which few tiles read a panel has blocks so large that 16 lines of it are side by
// side, even if panels then come from L3; loops that go on with a piece stand inside for that. (`afbce,df->edcba` of 32
// to 40 a side, 24 of d: 0.58 of the time on a Zen 5.)
//
// What a sum reads once, and much more of than it writes, is read as it lies in memory (Packing.h).
//
// What streams is packed where it has to be, as a whole if that fits an eighth of L3, else in blocks; where what stays
// has one block alone, in blocks that fit L2.
#pragma once

#include "Plan/Cut.h"
#include <string_view>

namespace einjit::plan {

/// What blocks that are read again may take of L2.
constexpr std::int64_t blockBytes(const Target &target) { return target.l2Bytes / 5 * 2; }

struct Blocking {
  std::size_t vectorOperand;
  std::optional<std::size_t> broadcastOperand;
  bool packsVector = false, packsBroadcast = false;
  bool vectorStays = true;
  std::vector<OuterLoop> batch, n, m, k;       ///< each outermost first
  Cut kCut, nCut, mCut;                        ///< what is inside is one block
  Cut batchCut;                                ///< what is inside has one panel
  std::string_view kReason = {}, nReason = {}; ///< of cuts, for the schedule's text
  bool fetchesAhead = false;                   ///< blocks of K, while the one before is multiplied (SumBlocks.h)
  bool inOrderOfResult = false; ///< loops of N and M inside blocks nest as results lie in memory, whatever streams
  bool rowsStay = false; ///< V is read in place, a row for each iteration of a sum, and those of all of it stay in L1
  const Cut &stayCut() const { return vectorStays ? nCut : mCut; }
};

/// Nothing if the op is not the reduction of two operands, or one, that this is for: lanes of a parallel iterator, one
/// operand with lanes, at most one without. `isPart`: the op is a block of a larger one whose V comes from beyond L2;
/// where S stays in L1, V then passes once.
std::optional<Blocking> chooseBlocking(const OpFacts &facts, const Target &target, const Tile &tile, bool exact,
                                       bool isPart = false);

} // namespace einjit::plan
