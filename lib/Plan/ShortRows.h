// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows of a few elements, one behind the other, that are multiplied with a small matrix:
//
//   out[…,i,n] = sum over k of v[…,i,k] * s[k,n],     k and n shorter than a register
//
// Lanes along n would leave most of a register idle, and load an element of v for each. So lanes are rows: as many as
// a register has are read as whole registers and transposed, k and n vectors are multiplied and added, and those of n
// are transposed back and stored as whole registers. For L rows this takes
//
//   (k * (log2 k + 1) + n * (log2 n + 1) shuffles + k * n multiply-adds) / fmaPerCycle     cycles.
//
// On one core of a Zen 5, 8192 x 4 times 4 x 4 of f32: 0.32 of the time of lanes along n.
#pragma once

#include "Plan/Sharing.h"
#include "Plan/TiledOp.h"
#include <optional>

namespace einjit::plan {

struct ShortRows {
  std::size_t v;                   ///< the operand that has the rows
  std::size_t rows, columns, sums; ///< the iterators i, n and k
  std::int64_t lanes;
};

/// Nothing where extents are no powers of two, rows do not lie one behind the other, or `tile` is as good.
std::optional<ShortRows> chooseShortRows(const OpFacts &facts, const Tile &tile, const Target &target);

/// The op's facts with the rows as the one that they are in the result.
OpFacts asOneRow(const OpFacts &facts, const ShortRows &rows);

/// Adds the steps. Returns the loops around a block of rows, for threads to share. `result` is the output's name.
std::vector<SharedLoop> planShortRows(const TiledOp &op, const ShortRows &rows, const std::string &result,
                                      std::vector<loop::Step> &steps);

} // namespace einjit::plan
