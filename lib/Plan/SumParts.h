// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums in parts, one for each of T threads, where they have too few results to share (split K):
//
//   split      k by floor(K / T) into kp, kq; what is left, if anything, goes to the accumulator itself
//   order      kp outside of all loops
//   privatize  a partial result for each part, and loops behind them that add those up
//   localize   a part's own accumulator, of which the rest of the plan makes registers and vectors
//   …          the plan of one part
//   parallelize kp
//
// Very long sums of products are split, too, whatever the number of their results: panels of a part's factors are
// copied by the thread that multiplies them, while those of a part of the results would be copied twice, or be fetched
// from another core's cache. On two cores of a Xeon the speed-up is 1.6 to 2.0 then, instead of 1.3 to 1.75.
//
// T threads take cycles / T, and as many additions for each result as there are parts. The order of additions depends
// on T alone, so the same number of threads gives the same bits.
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/Facts.h"
#include <optional>

namespace einjit::plan {

struct SumParts {
  std::size_t iterator; ///< reduced
  std::int64_t length;  ///< iterations of one part
  std::string loop;     ///< over the parts
  bool hasRest;         ///< whether iterations are left, which no blocks are made of
  OpFacts part;         ///< of the op in one part
};

/// Nothing where the op has no reduction, or too few terms for each part. `cycles` is what one thread takes.
std::optional<SumParts> chooseSumParts(const OpFacts &facts, double cycles, std::int64_t threads);

/// Whether parts are better than results to share.
bool prefersSumParts(const OpFacts &facts);

/// The steps before those of a part's plan, whose lanes are along that iterator. Returns the name of a part's
/// accumulator.
std::string planSumParts(const OpFacts &facts, const SumParts &parts, std::optional<std::size_t> lanes,
                         const std::string &accumulator, std::vector<loop::Step> &steps);

} // namespace einjit::plan
