// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The steps of a blocked product (Blocking.h), around its register tile:
//
//   splits    what the tile takes of each iterator; lanes; blocks
//   order     as there, but for the loops over K blocks
//   stage     those go outside of M and N
//   pack      V and S, at the innermost loop that is outside of their panels; or rows of V in the first tile that
//             reads them
//   unpack, join   results and lanes of several rows side by side (Joining.h)
//   keep, vectorize, unroll
//   fetch     what the next iteration, or block of K, reads of operands from beyond L2
//   stream    or else prefetch: results that come from memory, a piece of a row at a time
//
// A panel has one axis for each loop inside, that of the lanes last; S's is last the one along which S is contiguous,
// if that is of the tile or of K, else the innermost of K. Its copying loops have names of their own, and are vectors
// along the last axis. Where the operand is contiguous along another axis, these are repeated for as many iterations as
// there are lanes, so that a square block is read in rows and transposed in registers. Loops that move the operand far
// stand outside.
//
// Results from memory. Prefetchers follow rows that the next tile goes on with; of others each line is waited for. On
// one core of a Xeon, streaming those takes 0.9 of the time, prefetching them before the sums 0.8 to 0.97; where
// prefetchers follow, streaming takes 1.15 of it.
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/Blocking.h"
#include "Plan/Joining.h"
#include "Plan/TiledOp.h"

namespace einjit::plan {

struct ContractionPlan {
  TiledOp op;
  const Blocking &blocking;
  std::int64_t threads;                     ///< 1: no loop is parallel
  double cycles;                            ///< that the op takes (Sharing.h)
  std::optional<std::string> streamed = {}; ///< the output, if it may be written past the caches
  bool jumpsBetweenRows = false;            ///< as of a fetched op (Fetching.h)
  const Joining *joining = nullptr;         ///< whose facts and tile the op's are; its result is an output,
  std::string result = {};                  ///< of this name
  bool isBlock = false;                     ///< whether the loop that all stands in goes on with V
  bool isOfAllBlocks = false;               ///< whether no loop outside moves the other operand
};

/// Adds the steps to `steps`.
void planContraction(const ContractionPlan &plan, std::vector<loop::Step> &steps);

} // namespace einjit::plan
