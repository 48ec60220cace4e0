// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the sums of a blocked product are cut. While one block of K is multiplied with all that it is multiplied with,
// the partial sums of the others wait in memory. There are five reasons to pay for that, in this order:
//
// Ahead: all results fit half of L2, and an operand from beyond L2 lies in the order of K, so that a block is one piece
// of its memory. Then blocks of both operands take an eighth of L2, and the next one is fetched while one is
// multiplied: what has few uses, or none but one, is there when it is read, and needs no copy. The other operand lies
// so, too, or is small, or is read in rows along K; but if it is S and stays in L2, sums have to be long or results
// few. On one core of a Xeon, as parts of the time without: 0.84 for two operands of 20000 x 128, 0.64 for 37 x 1000 x
// 1000, 0.9 for 400 x 700 x 600, 0.94 for 512 x 4096 x 512; 1.03 for 512^3.
//
// Both: all results fit a fifth of L2 and tiles read S across its rows, which no prefetcher follows. Then blocks of
// both operands that fit L2 together are each read from further away once.
//
// Wide: S comes from beyond L2 in rows that are too short for prefetchers, and V, which is packed, is so long that few
// of its tiles fit L2: S is read again for every few columns. With shorter sums more columns fit. As parts of the time:
// 0.88 for `cad,dcb->ab` of some 280 a side; where S has long rows, 1.01 to 1.08. Partial sums that do not fit L2 count
// twice as much, because parts of rows can be fetched (Fetching.h): 0.88 for `acbd,cdef->abef` with longer blocks.
// So that these rows stay whole, which are fetched as one piece then, columns may take more of L2: from one tile to the
// next nothing else passes but what that reads of S and its results. (0.94 for `cad,dcb->ab` of some 370 a side.)
//
// Pieces: V, which is packed, lies in rows along one loop of K, and S along another. Whole rows of one leave short
// pieces of the other: those of S would have to be packed, and copies that read a part of a line wait as long as for
// all of it. So blocks have a part of both rows: half a line of V at least, a line at most, and as much of S, which is
// read in place and fetched, a piece by each run of the sum (Fetching.h). On a Zen 5 with L2 of 1 MiB `dac,bcd->ba` of
// some 370 a side takes 0.85 of the time, of 250 to 640 a side 0.6 to 1.02; without the fetches up to 1.12.
//
// Panel: the part of V that one tile reads does not fit L2. If partial sums do not either, blocks are long: on one core
// of a Zen 5 with L2 of 1 MiB `fbea,ecfd->dcba` of 48 to 56 a side takes 0.7 to 0.85 of the time with sums of 384 and
// panels that copy 4 elements of each line at a time, beside sums of 96 and whole lines.
#pragma once

#include "Plan/Blocking.h"

namespace einjit::plan {

/// What all columns may take of L2 where blocks are cut to be wide.
constexpr std::int64_t wideBlockBytes(const Target &target) { return target.l2Bytes / 5 * 3; }

struct SumBlocks {
  Cut cut = {};
  enum class Reason { Ahead, Both, Wide, Pieces, Panel } reason = Reason::Panel;
  std::int64_t run = 0; ///< elements side by side that a block of V has at least; 0: a vector
};

/// For the schedule's text.
std::string_view reasonText(SumBlocks::Reason reason);

/// Of the loops that `blocking` has; of its cuts and panels only `packsVector` is read. `exact`: blocks keep the order.
SumBlocks chooseSumBlocks(const OpFacts &facts, const Target &target, const Tile &tile, const Blocking &blocking,
                          bool exact);

} // namespace einjit::plan
