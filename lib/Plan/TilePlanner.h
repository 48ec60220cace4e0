// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The steps of an op around its register tile (Tile.h), without blocks:
//
//   for the parallel iterators, in the order of the result's axes, tiles counted     split
//     for the reduced iterators                                                      order
//       for the tile: repetitions, vectors (unrolled), lanes (vectorized)            vectorize, unroll
//
// with the tile's accumulators in registers over the reduced loops (keep). A reduced vector iterator has its partial
// results in the lanes of `vectors` accumulators, which are folded at the end (privatize); what such a product reads
// from beyond L2 it reads once, and fetches. (On a Xeon 16 x 512 times 8000 x 512, transposed, takes 0.57 of the time
// if read once, 0.43 if fetched, too.) It is read in its own order if lines of the result stay in L2 meanwhile. (On a
// Zen 5 `acd,db->cba` of 384 x 376 x 384 by 24 takes 0.7 of the time of panels.) Remainders of the repeated iterators
// are loops of their own; the last vector of the vector iterator is masked.
//
// An operand whose elements are far apart along a reduced vector iterator is copied as a whole before all that, if the
// tile says so (Packing.h).
//
// Where the tile says streams, the accumulators of a whole row stay in memory and the innermost loops are
//   for the reduced iterators, so many at a time { for vectors of the row { for those (unrolled) { for lanes } } }
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/Sharing.h"
#include "Plan/TiledOp.h"

namespace einjit::plan {

/// Adds the steps. Returns the loops around tiles, outermost first, for threads to share.
std::vector<SharedLoop> planTile(const TiledOp &op, std::vector<loop::Step> &steps);

} // namespace einjit::plan
