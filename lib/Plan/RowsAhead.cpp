// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/RowsAhead.h"
#include "Plan/Fetching.h"
#include "Plan/Packing.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cstdlib>
#include <vector>

namespace einjit::plan {
namespace {

/// With fewer multiply-adds for each vector their prefetches show.
constexpr std::int64_t leastReuseAhead = 3;
constexpr std::int64_t partOfL1 = 4, partOfL2 = 16, partOfSum = 8, partOfPlaces = 2;

bool isRepeatedAcross(const TiledOp &op, std::size_t operand) {
  return std::ranges::any_of(op.tile.repeats, [&](const Tile::Repeat &repeat) {
    return op.facts.iterators[repeat.iterator].strides[operand] != 0;
  });
}

} // namespace

std::int64_t rowsInSets(const Target &target, std::int64_t apart, std::int64_t width) {
  const std::int64_t line = target.cacheLineBytes, sets = setBytes / line;
  const std::int64_t most = target.l1Bytes / setBytes / partOfPlaces;
  std::vector<std::int64_t> taken(static_cast<std::size_t>(sets), 0);
  for (std::int64_t row = 0;; ++row)
    for (std::int64_t place = row * apart / line; place <= (row * apart + width - 1) / line; ++place)
      if (++taken[static_cast<std::size_t>(place % sets)] > most) return row;
}

std::optional<loop::Fetch> rowsAhead(const TiledOp &op, std::size_t operand, const PlannedLoop &sum) {
  const OpFacts &facts = op.facts;
  const IteratorFacts &lanes = facts.iterators[*op.tile.vectorIterator];
  if (!facts.bodyOperand[operand] || !facts.isPackable[operand] || lanes.reduced || lanes.strides[operand] != 1)
    return std::nullopt;
  if (facts.operandBytes[operand] <= op.target.l2Bytes || facts.reuse(operand) < leastReuseAhead ||
      !hasTimeToFetch(op.tile) || isRepeatedAcross(op, operand))
    return std::nullopt;
  const std::int64_t row = std::min(op.tile.vectors * op.tile.lanes, lanes.extent);
  const std::int64_t apart = facts.iterators[sum.iterator].strides[operand] * sum.step;
  if (apart <= row) return std::nullopt;
  const std::int64_t width = row * facts.elementBytes;
  if (width * sum.extent < op.target.l2Bytes / partOfL2 && facts.operandBytes[operand] <= op.target.l3Bytes)
    return std::nullopt;
  const std::int64_t distance = std::min({op.target.l1Bytes / partOfL1 / width, sum.extent / partOfSum,
                                          rowsInSets(op.target, apart * facts.elementBytes, width)});
  if (distance < leastRowsAhead) return std::nullopt;
  const bool crossesLines = linesOfVector(facts, op.target, operand, *op.tile.vectorIterator, op.tile.lanes) > 1;
  loop::Fetch fetch{op.operandNames[operand], sum.name, sum.name, op.target.cacheLineBytes / facts.elementBytes};
  fetch.row = crossesLines ? row + 1 : row;
  fetch.distance = distance;
  return fetch;
}

} // namespace einjit::plan
