// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An operand that comes from beyond L2 is fetched while its predecessor is multiplied: by the innermost loop whose
// iterations read one piece of memory after the other, if one of them takes 3/5 of L2 at most, or 1/4 beside panels.
// (On a Zen 5, where two of 1/2 fill L2: 0.55 to 0.75 of the time without.)
//
// Where the iterations of a sum jump from row to row of an operand, one core keeps few of these lines under way: some 8
// GB/s from beyond L2 for rows of a line, 15 for three lines, 23 from twelve on, where a processor's own prefetchers
// follow. So rows are fetched one after the other, as long ones as fit, instead of line by line as tiles read them; or
// else by steps of the sum for later ones (RowsAhead.h).
//
// What panels are copied from is fetched in the same way while the panel before is multiplied, piece by piece: all
// lines of one before those of the next. In whatever order the copies themselves prefetch, they wait for memory while
// nothing is multiplied. (As parts of the time on a Zen 5: 0.72 to 0.86 where V is multiplied with 24 columns, 0.92
// with 288, 1.03 with 1536; 1.07 where each part takes one line of each piece; 0.82 where a loop around the
// sums is split so that its parts are about as many as pieces.)
//
// Where sums are cut, a block of them reads parts of the operand's rows as it lies, and leaves them out of turn: the
// parts that the next rows have are fetched so, too. (On a Zen 5: 0.91 for f64 of 2304 x 2304 by 2304 x 576, 0.95 and
// 0.78 with sums over two axes.) Where those of the next tile are not equally far apart, as with sums that are cut
// along two axes, those that the next iteration of the outer axis reads are. (0.95 for f32 pieces of 750 bytes.)
//
// Of an operand with lanes of a batch, blocks are fetched so whether they are copied or read in place: a sum reads a
// piece of each row of them. (Blocks of 48 rows of 2 KiB: 0.8 of the time.)
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/PanelCopies.h"
#include "Plan/PlannedLoop.h"
#include "Plan/TiledOp.h"
#include <optional>
#include <span>

namespace einjit::plan {

/// Lines of a row from which on it is fetched: processors do so themselves with pairs of lines.
constexpr std::int64_t leastLinesOfRow = 4;

/// Whether a step of the tile takes so long that prefetches beside it do not show.
bool hasTimeToFetch(const Tile &tile);

/// How a nest fetches pieces of memory, one after the other: each while one run of some loop lasts.
struct PieceTurns {
  std::size_t loop;   ///< whose runs count: one of those around the sum, outermost first, or behind them the sum
  std::int64_t part;  ///< of that loop's iterations, which is split if these are not all
  std::int64_t steps; ///< of the sum, in one run
};
/// For so many pieces, in a nest of loops with these extents, the last of which is the sum. Runs that are left over,
/// which fetch what nobody asked for, are a quarter at most. Nothing if no loops run so often; `maySplit` says whether
/// another loop than the sum may be split.
std::optional<PieceTurns> choosePieceTurns(std::int64_t pieces, std::span<const std::int64_t> extents, bool maySplit);

/// Whether waiting for pieces that blocks of the operand are read from takes much of the time: they come from far
/// beyond L2, and each element is not read often.
bool isFetchedInPieces(const OpFacts &facts, const Target &target, std::size_t operand);

/// Whether fetching the operand is worth it, if it is read in order: it does not stay in L2, and is read so often that
/// its prefetches do not show.
bool isWorthFetching(const TiledOp &op, std::size_t operand);

struct FetchedOp {
  const TiledOp &op;
  const PanelCopies *copies = nullptr; ///< of the operands that are packed, if any is
  bool jumpsBetweenRows = false;       ///< whether a sum reads rows of an operand, which are fetched one by one
  /// Of lanes of a batch, the larger operand.
  struct OfBatch {
    std::size_t operand;
    bool isBlock; ///< whether each iteration of the loop that all stands in reads another block of it
  };
  std::optional<OfBatch> ofBatch = {};
};

/// Adds the steps. `groups` are the loops outside of `sums`, outermost first, those inside of blocks last; `sums`,
/// outermost first, are at least one. Returns how another loop is split, if one is.
std::optional<loop::Split> planFetches(const FetchedOp &op, std::span<const PlannedLoops> groups,
                                       const PlannedLoops &sums, std::vector<loop::Step> &steps);

} // namespace einjit::plan
