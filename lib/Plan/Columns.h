// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Columns that are left over from whole vectors.
//
// Where the lanes' iterator has a few iterations more than whole vectors, one vector of each tile is nearly idle: of
// 129 columns by 16 lanes one ninth of all multiplications. So the columns are divided: whole vectors are planned as if
// there were no others, and what is left is an op of its own, mostly with lanes along its sums. The second one reads
// what all columns are multiplied with once more.
//
// On one core of a Zen 5, as parts of the time together: 0.7 for 64 x 64 times 64 x 33, 0.83 for 1000 x 1000 times
// 1000 x 37, 0.91 for 127 x 131 times 131 x 129.
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/Facts.h"
#include "Plan/Tile.h"
#include "Target/Target.h"
#include <optional>
#include <vector>

namespace einjit::plan {

struct Columns {
  std::size_t iterator;                     ///< the lanes'
  std::int64_t whole;                       ///< iterations in whole vectors
  OpFacts first, rest;                      ///< of the op in each part; names of the second have the suffix
  std::string within = {}, restWithin = {}; ///< the loops that the parts stand in
  std::string suffix = "x";
};

/// `tile` is that of all columns. Nothing where the two parts take as long.
std::optional<Columns> chooseColumns(const OpFacts &facts, const Tile &tile, const Target &target);

/// The steps before those of the parts.
void planColumns(const OpFacts &facts, const Columns &columns, std::vector<loop::Step> &steps);

} // namespace einjit::plan
