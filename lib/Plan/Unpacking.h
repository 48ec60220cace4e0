// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of two operands V and S whose result is contiguous along another axis than V, the larger one: r of the
// result, x of V. Lanes along r make each element of V go through a transposition into a panel; lanes along x read V
// in place, and it is the result that has to be transposed. That is less where the result is smaller than V.
//
//   for blocks of r, and of what else moves V      (outside)
//     for r, what else, S's own, x in the block    a product as any other, into %u, in that order
//     for S's own and what else, x, r              out = %u, transposed in registers
//
// A block has whole lines of the result along r, all of x and of S, and as much of the rest as lets %u take 3/5 of L2:
// it is written once and read once, so that what L2 drops of it comes back from L3 in time.
// It pays where V comes from beyond L2, in one piece for each point outside of K and x, which a fetch can bring while
// the one before is multiplied, and where V is multiplied with so little of S that copying it would show. Or V comes in
// rows of several lines that a fetch can bring one by one (Fetching.h) or that come from L3, and the result has whole
// lines, or rows of several that a block has as a whole. Fetched rows may as well be short, so a block rather has more
// lines of r. (On a Zen 5: 0.91 of the time for `aebd,ce->dcba` with three lines instead of one. Beside panels, with
// rows of 36 to 200: 0.45 to 0.7 where the result has 1/12 to 1/4 of V's elements, 0.6 to 1.05 with 1/2 to 2/3;
// 0.8 to 1.7 with as many. Where V comes in one piece, 1.1 to 1.4 with more than 2/5.)
//
// Rows of r that are no whole lines go on with another iterator: a block has as many of those as make whole lines
// together, and the copy takes them as one. So may the product, of rows of x that are no whole vectors. Panels, whose
// tiles write such rows one by one, lose more: on a Zen 5, with rows of 40 f32 and 2/3 as many results as elements of
// V, 0.87 of the time from memory, and with 12 f64 0.81 from L3.
//
// The copy streams whole lines that leave the caches. Others that come from memory are prefetched, a square's rows
// before the square (0.9 to 1.04). Lines of joined rows that go to L3, which are far from each other anyway, are
// written in the order in which %u is read on: 0.83 to 0.95.
//
// On one core of a Xeon with L2 of 2 MiB, as parts of the time with panels: 0.45 to 0.5 where the result has 1/16 of
// V's elements, 0.75 to 0.85 with 2/7; 1.1 to 1.2 where it has as many, or where V comes in pieces of 384 bytes that
// are not fetched; 0.65 where rows are, of 1536 bytes. On a Zen 5 with L2 of 1 MiB blocks of 2/5 of it took 1.18 of the
// time of 3/5 where the result has 1/15.
//
// Lanes of a batch x, which both operands have side by side, leave results far apart: stored by the tile, they are
// pieces of lines, each in another page. So they are transposed behind the sums in the same way, r being of V or of the
// batch, and whole lines are stored. It pays where V and the result come from beyond L2 and sums are short. Then %u has
// r before x, so that what is transposed is one piece, and takes 2/5 of L2; less, if two lines of the result are left,
// where V then takes an eighth of it, so that the next part is fetched while one is multiplied. On the Xeon: 0.7 of the
// time for 16 batches of 48 x 48 times 48 x 21952, 0.4 of 48 x 16 times 16 x 22000, 0.9 where r is 24 and so rows are
// no whole lines. Where rows of r go on along another iterator of the block, the copy joins the two if they have whole
// lines together (0.72 on a Zen 5, with rows of 24).
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/Facts.h"
#include "Plan/Sharing.h"
#include "Plan/Tile.h"
#include "Target/Target.h"
#include <optional>

namespace einjit::plan {

struct Unpacking {
  /// Of an iterator that moves V: whole, or blocks of so many iterations.
  struct Outside {
    std::size_t iterator;
    std::int64_t length; ///< of a block; 1: the iterator is not inside
  };
  std::vector<Outside> outside;           ///< outermost first
  std::size_t rows;                       ///< the iterator r
  std::vector<std::size_t> inside;        ///< parallel iterators of one block, outermost first: the last is x
  bool ofBatch = false;                   ///< whether x is of a batch
  bool inRows = false;                    ///< V does not come in one piece
  bool needsFetch = false;                ///< but from far beyond L2: only if its rows can be fetched
  std::optional<std::size_t> joined = {}; ///< rows along r go on with this iterator: the copy takes both as one
  std::optional<std::size_t> merged = {}; ///< V's along x go on with this one: the product takes both as one
  bool goesOn = false; ///< whether the innermost loop outside goes on with V, which lanes of a batch fetch
  std::vector<IteratorFacts> layout; ///< of %u, as in `inside`
  OpFacts block;                     ///< of the product in one block, whose result is %u
};

/// `tile` is that of all of the op. Nothing where packing V is as good, the extents have no divisors that fit, or
/// threads would have no block each.
std::optional<Unpacking> chooseUnpacking(const OpFacts &facts, const Tile &tile, const Target &target,
                                         std::int64_t threads);

/// The steps before those of the block's product: loops outside, and what they write to `output` in scratch. Returns
/// the loops outside, for threads to share.
std::vector<SharedLoop> planOutside(const OpFacts &facts, const Unpacking &unpacking, const std::string &output,
                                    std::vector<loop::Step> &steps);
/// The facts of the op, of results as the copy writes them: with what is joined as one row.
OpFacts factsOfCopy(const OpFacts &facts, const Unpacking &unpacking);
/// How the copy writes lines: past the caches, or such as come from memory, or near ones.
enum class LinesOfCopy { Streamed, Prefetched, Near };
/// The steps after them: the copy.
void planCopy(const OpFacts &facts, const Unpacking &unpacking, const Target &target, LinesOfCopy lines,
              std::vector<loop::Step> &steps);

} // namespace einjit::plan
