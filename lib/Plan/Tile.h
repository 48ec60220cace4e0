// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The register tile: which iterator becomes vector lanes, and how many vectors by how many repetitions of another
// iterator are computed side by side.
#pragma once

#include "Plan/Facts.h"
#include "Target/Target.h"

namespace einjit::plan {

struct Tile {
  std::optional<std::size_t> vectorIterator; ///< none: scalar code
  std::int64_t lanes = 1;
  std::int64_t vectors = 1; ///< along the vector iterator, side by side
  struct Repeat {
    std::size_t iterator;
    std::int64_t count;
  };
  std::vector<Repeat> repeats = {}; ///< parallel iterators unrolled beside it, counts above 1
  /// Instead of a tile in registers: so many iterations of this reduced iterator are added at once to whole rows of
  /// accumulators in L1, one for each of the repeats.
  std::optional<Repeat> streams = {};
  std::optional<std::size_t> packed = {}; ///< operand whose lanes are copied into panels (Packing.h)
  std::string reason = {};                ///< for the schedule's text
  /// Reduced iterator of which so many iterations are taken at once: by one instruction, where bytes are multiplied, or
  /// by blocks that are transposed, where lanes are far apart in an operand that is contiguous along it.
  std::optional<Repeat> together = {};
};

/// The tile with the least estimated time.
///
/// Vector iterator: the one that needs the fewest load and store instructions a point. A contiguous or invariant
/// operand takes one for all lanes, any other one for each lane, but a packed one (Packing.h) one for all lanes and its
/// share of the copy, and of the time that a line takes from far beyond L2, which a copy waits for; so does the copy of
/// an operand that all lanes read alike and no sum goes along (on a Zen 5 `dca,cbd->ba` and `cda,cbd->ab` of 250 to 640
/// a side take 0.8 to 0.95 of the time with the other operand's lanes); the result counts only once in all the reduced
/// points, but many times where its lanes are stored one by one, and less so where they can be transposed. An operand
/// from far beyond L2 that is contiguous along a batch costs a line for each element unless that becomes the lanes;
/// lanes of a reduced iterator are folded once in all its points.
///
/// Vectors v and repetitions r: one step of the tile takes
///     t(v,r) = max(work, loads, far, fmaLatency) + (the two shorter of work, loads, far) / 4 + 1/2         cycles,
///     work = v*r*f / fmaPerCycle,  loads = accesses(v,r) / loadsPerCycle,  far = bytes(v,r) / l2BytesPerCycle,
/// f the operations a point takes (a multiply-add is one, a complex one four), accesses(v,r) the sum over operands of
/// (v if it moves with the vector iterator) times (r if it moves with the repeated one), for complex numbers twice
/// that: their parts have a register each, and take a shuffle each to get there; a vector that begins inside of a line
/// and ends in the next counts twice; bytes(v,r) those of a reduction's operands that do not stay in L1: what the next
/// tile reads as well stays if all reduced points of one tile do, beside what stays as a whole; the other only as a
/// whole, which is the larger one of two that have lanes of a batch. The quarter is what the longest does not hide of
/// the others, the half is the loop's own. The accumulators v*r, the operand vectors and one temporary must fit the
/// vector registers. Lanes of a reduced iterator cost 2 v more for each result, to set and add up the partial ones, and
/// their folding, which those of a tile share (TileModel.h). The whole takes the sum over the parts of an even split
/// (Loop/Steps/Step.h), so that a tile that divides the extents wins. Of reductions' tiles within 2 % of the least,
/// which is closer than the model is, the one wins whose nests, one for each combination of parts, have fewer
/// instructions: 8 cycles count as one.
///
/// A product that copies an operand for its lanes may rather have those of the other operand, and read the first in
/// place, an element for all of them: then it is results that are far apart along the lanes and transposed. That wins
/// if it takes less than 0.9 of the other tile's time with its copy: half an instruction's cycle for each, and for a
/// line 3 from L3, 8 from memory. (On a Zen 5 `dabe,ec->dcba` of 24 to 28 a side, 8 of c, takes 0.6 of the time,
/// `pqrs,qi->pirs` of 40 a side 0.9.)
///
/// Where an operand is loaded lane by lane, 8 vectors lie side by side at most.
///
/// Where the lanes move all operands, of a batch, two iterators are repeated, each of which leaves an operand in place.
/// Lanes far apart in the result are stored in blocks, transposed, along a repeated iterator of neighbours: 2 cycles a
/// row and 4 a column of a power of two of them. Copying the larger operand, where the tile does not read it in place
/// (Packing.h), takes 8 a vector; twice that where its rows share places of L2 and the tile has several of them.
///
/// Where lanes are far apart in an operand that is read fewer than 4 times and contiguous along a reduced iterator,
/// blocks along that are transposed: a vector takes 1 + log2(lanes) instructions instead of one for each lane.
///
/// A sum of one operand along rows of up to six vectors adds up two of them at a time, whose lanes are folded together:
/// more would leave the order of memory. (On a Zen 5 10^6 x 64 of f32 takes 0.41 of the time of blocks of 16 x 16 that
/// are transposed, 2000 x 32 0.76; four and eight rows took 1.0 to 1.4 in L2.) Where another sum stands between one row
/// of such rows and the next, and the operand comes from beyond L2, all that go on in one another are repeated.
///
/// An op without a reduction whose data comes from memory repeats nothing: it wants long rows.
///
/// Or whole rows of an operand, past accumulators (RowStreams.h).
Tile chooseTile(const OpFacts &facts, const Target &target, bool exact);

/// Along which iterator neighbouring results of the tile are neighbours in memory, and how many of them: lanes, or what
/// is repeated beside them where those are far apart.
Tile::Repeat neighboursInResult(const OpFacts &facts, const Tile &tile);

/// Cycles of the op with that tile, and of copying its packed operand.
double tileTime(const OpFacts &facts, const Target &target, const Tile &tile);

} // namespace einjit::plan
