// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An operand that comes from beyond L2 is fetched while its predecessor is multiplied: by the innermost loop whose
// iterations read one piece of memory after the other, if two of them fit half of L2.
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/PlannedLoop.h"
#include "Plan/Tile.h"
#include <span>

namespace einjit::plan {

/// Whether a step of the tile takes so long that prefetches beside it do not show.
bool hasTimeToFetch(const Tile &tile);

struct FetchedOp {
  const OpFacts &facts;
  const Target &target;
  const Tile &tile;
  const std::vector<std::string> &operandNames; ///< of the buffers
  std::vector<bool> isPacked = {};              ///< of each operand; none: none is
};

/// Adds the steps. `groups` are the loops outside of the sums, outermost first, those inside of blocks last; `sum` is
/// the innermost loop of a sum.
void planFetches(const FetchedOp &op, std::span<const PlannedLoops> groups, const std::string &sum,
                 std::vector<loop::Step> &steps);

} // namespace einjit::plan
