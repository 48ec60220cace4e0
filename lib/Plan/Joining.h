// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lanes over two axes of one operand.
//
// A row of the result that is no whole vectors leaves lanes of the last one idle: 20 of 32 f32 work, or 24. Where V,
// the operand that has the lanes, is copied into panels, R of its rows, of different iterations of another iterator r
// of V, may stand side by side in them:
//
//   split r by extent / R as rr, ro        the rows of a panel, and what counts panels' R rows
//   pack V over …, K, rr, x                x the iterator that was the lanes
//   unpack the result over …, rr, x        the tile's results, R rows side by side
//   join rr, x as xj                       lanes along all of them
//
// R is such that the least lanes are idle. The results of a tile are copied to their R rows in pieces that divide rows
// and vectors, which code generation stores from registers, or else by way of memory; TileModel weighs those stores
// against the lanes. Where the result comes from memory and a tile's rows, one behind the other, can be whole lines,
// the copy streams them.
//
// On one core of a Zen 5, as parts of the time with idle lanes, sums of 24: 0.68 for rows of 24 f32, 0.6 for rows
// of 20.
//
// Where rows go on in each other in the result, along r, nothing needs to be copied from the tile:
//
//   split r by R as ro, rr
//   pack V over ..., ro, K, rr, x
//   join rr, x as xj            which is split into register tiles as any lanes are
//
// V is contiguous along r, and R at most 8, so that they are whole vectors. Results that come from memory are then
// streamed, in whole lines, which rows alone are not: 0.83 of the time for rows of 36 f32, sums of 24. If V is
// contiguous along another axis, panels take more time than that saves.
#pragma once

#include "Plan/Facts.h"
#include "Plan/Tile.h"
#include "Target/Target.h"

namespace einjit::plan {

struct Joining {
  bool goesOn = false; ///< whether rows go on in each other in the result
  std::size_t rows;    ///< the iterator r, of the op; or rr, of `facts`, if they do
  std::int64_t count;  ///< R
  std::string whole;   ///< the name of r's loop
  std::string part;    ///< and of the one over R rows that it is split into
  /// Of the op with R rows side by side: r is `ro`, x has R times its extent; or with ro and rr instead of r.
  OpFacts facts;
  Tile tile;          ///< of that: if they do, of all the R rows' lanes, as repeated ones
  Tile registers;     ///< and this the part of those that is in registers, of lanes that go on through all of them
  std::int64_t piece; ///< lanes of the copy, which may be masked
  std::int64_t unit;  ///< iterations that the tile's repetitions are multiples of
  bool streams;       ///< whether the copy, or the tile itself, writes whole lines past the caches
};

/// `tile` is that of the op as it is, elements of the result have `resultBytes`. Nothing where the tile is as good.
std::optional<Joining> chooseJoining(const OpFacts &facts, const Tile &tile, std::int64_t resultBytes,
                                     const Target &target);

} // namespace einjit::plan
