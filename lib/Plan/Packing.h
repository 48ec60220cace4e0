// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether an operand is copied into panels before it is multiplied: once for each panel, which all iterations that
// leave the operand in place then read, vector by vector and in order.
#pragma once

#include "Plan/Facts.h"
#include "Target/Target.h"
#include <string_view>

namespace einjit::plan {

struct Tile;

/// Hardware prefetchers follow a stream inside a page.
constexpr std::int64_t pageBytes = 4096;
/// Lines a multiple of this apart share the places of one set of L1, l1Bytes / setBytes many.
constexpr std::int64_t setBytes = 4096;
/// Lines a multiple of this apart are in two sets of L1.
constexpr std::int64_t fewSetsBytes = 2048;

/// Whether the operand comes from far beyond L2: from memory, or L3 at its slowest.
inline bool comesFromFar(const OpFacts &facts, const Target &target, std::size_t operand) {
  return facts.operandBytes[operand] > 4 * target.l2Bytes;
}

/// The operand of a reduction to pack where iterator `v` becomes lanes; nothing if none, or more than one, is worth it.
///
/// Where v is reduced, it is one of two operands whose elements are far apart along v, as in few columns times long
/// rows of the other: R >= 8, and all of it takes an eighth of L2 at most.
///
/// An operand is worth it that moves with v and is read again in R = (iterations of the parallel iterators that leave
/// it in place) many: where its lanes are not neighbours, so that each is a load of its own, R >= 8 saves most of these
/// loads; where they are, R >= 32 if what one point of a batch reads is larger than L2 and one sum reads across more
/// than an eighth of that, which would not stay there for all that it is multiplied with, or if its rows are pages
/// apart (`isNear`, blocks of it being read from L2 anyway: a quarter of a page), unless sums are short or rows stay in
/// L1 (see below). Rows nearer than that drive each other out of L2 where all begin in few of its sets: r rows, d bytes
/// or a multiple of it apart, take f = r * d / l2Bytes of the places there, and are worth it if R * (f - 1/4)^2 > 32.
/// Rows whose vectors cross lines are, if what one point of a batch reads takes 2/5 of L2 and R >= 192: 0.96 of the
/// time for 500^3 in f32, 0.84 for 650^3. So are rows a multiple of 512 bytes apart, which share sets of L1, for R >=
/// 384: 0.95 for 640^3, 0.94 to 1.01 for 512^3, 1 for 768^3. An operand that is converted wherever it is read is worth
/// it for R >= 32, so that it is converted once; so is one whose bytes are multiplied several at once, so that those
/// stand together.
std::optional<std::size_t> packedOperand(const OpFacts &facts, const Target &target, std::size_t v,
                                         bool isNear = false);

/// Whether what all sums of a row of lanes read stays in L1 until whatever it is multiplied with has passed: then it is
/// read in place, if it comes from L3 or its rows are fetched (Fetching.h). (`dca,bd->cba` of some 70 f64 a side takes
/// 0.89 of the time, of 64 to 320 f32 0.7 to 0.95; rows of 80 and 192 bytes from memory would take 1.1 to 1.2.)
bool rowStaysInL1(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v);

/// Lines that loading a vector of the operand reads, in the mean: two where it begins inside of one and ends in the
/// next. Operands begin with a line, and rows where their strides say.
double linesOfVector(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v,
                     std::int64_t lanes);

/// Whether rows of a sum drive each other out of L2 so often that a copy, which each element pays for once, is worth it
/// (see above). On a Xeon with L2 of 2 MiB a copy was as fast in place for parts of 1/4 at any reuse, 1/2 at 200 to
/// 500, 1 at 60.
bool rowsShareSets(const OpFacts &facts, const Target &target, std::size_t operand);

/// Whether an operand whose lanes are neighbours comes from beyond L2 in pieces so long that prefetchers follow them,
/// which for all of a sum take little of L2, and is read so seldom that copying it would take longer than reading it
/// from there: R < 96, pieces of 2 KiB, a sixteenth of L2, sums as long as for packing. Blocks of such pieces are read
/// in place.
bool comesInPieces(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v);

/// The operand that a sum reads once from far beyond L2, if so much more is read than written that results may lie
/// anywhere: loops then nest as it lies in memory. (On a Zen 5 sums over 20 x 8 and 4 x 5 of 222 and 118 MB take half
/// of the time.)
std::optional<std::size_t> readOnce(const OpFacts &facts, const Target &target);

/// The reason, for the schedule's text.
std::string_view whyPacked(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v);

/// Whether to pack an operand that has the lanes side by side, of a batch: if it comes from beyond L2, its rows are
/// pages apart, and R >= 8. But not where the tile reads four vectors of it that follow each other, and writes whole
/// lines: then it may come once from far, and results be written anywhere.
bool packsFarRows(const OpFacts &facts, const Target &target, std::size_t operand, const Tile &tile);

/// Whether to pack an operand of which all lanes read the same element, and which so many tiles read. Its elements for
/// neighbouring iterations of the innermost reduced iterator should be neighbours: where they are not, each takes a
/// line, and it is packed unless it stays in L1 anyway. Where they are, the rows of one tile may be such distances
/// apart that they share too few places of L1: r rows whose distances have the greatest common divisor d with the size
/// of a way take r * d / (way) of each set's ways, and one has to be left for the other operand. One that is converted
/// is packed as above, whatever the number of tiles: lanes at a time are converted faster than one by one.
bool packsBroadcast(const OpFacts &facts, const Target &target, std::size_t operand, std::int64_t tiles,
                    std::optional<std::size_t> innermost, const Tile &tile);

/// Whether to pack the smaller operand of two that have lanes of a batch, which so many tiles read: a tile's rows of it
/// should stay in L1 while the larger one passes through. What of that is fetched passes twice (48 sums of 48 x 48
/// points: 0.75 of the time, of 12 x 48 the same); else they do unless they share too few places, as above, and as many
/// tiles as pay for the copy read it (0.7).
bool packsSmaller(const OpFacts &facts, const Target &target, std::size_t operand, std::int64_t tiles,
                  bool isBesideFetches);

/// Whether the rows of an operand with lanes that one tile reads and all of the other operand would find room in three
/// quarters of L1, but these rows lie so far apart that they share few of its sets: tiles that read them again then
/// wait for L2, which such rows may crowd as well.
bool rowsCrowdL1(const OpFacts &facts, const Target &target, std::size_t operand, const Tile &tile);

/// Instructions that copying costs for each vector that is read: those of one copy, divided by R. A vector of lanes
/// that are apart takes a load for each, or where rows are transposed in registers one and log2(lanes) shuffles.
double packingInstructions(const OpFacts &facts, std::size_t operand, std::size_t v, std::int64_t lanes);

} // namespace einjit::plan
