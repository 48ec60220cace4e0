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

/// To L2: 16 were slower, 64 not faster. Of its places in a set, of which processors have 8 to 16, a half of 8.
constexpr std::int64_t mostRowsToL2 = 32, placesOfL2 = 8;

bool isRepeatedAcross(const TiledOp &op, std::size_t operand) {
  return std::ranges::any_of(op.tile.repeats, [&](const Tile::Repeat &repeat) {
    return op.facts.iterators[repeat.iterator].strides[operand] != 0;
  });
}

/// Rows, so many bytes apart and wide, that follow each other until some set of a cache has no more than so many places
/// left. Lines a multiple of `wayBytes` apart share one.
std::int64_t rowsInSets(const Target &target, std::int64_t wayBytes, std::int64_t most, std::int64_t apart,
                        std::int64_t width) {
  const std::int64_t line = target.cacheLineBytes, sets = std::max<std::int64_t>(1, wayBytes / line);
  std::vector<std::int64_t> taken(static_cast<std::size_t>(sets), 0);
  for (std::int64_t row = 0;; ++row)
    for (std::int64_t place = row * apart / line; place <= (row * apart + width - 1) / line; ++place)
      if (++taken[static_cast<std::size_t>(place % sets)] > most) return row;
}

} // namespace

std::int64_t rowsInSetsOfL1(const Target &target, std::int64_t apart, std::int64_t width) {
  return rowsInSets(target, setBytes, target.l1Bytes / setBytes / partOfPlaces, apart, width);
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
  const std::int64_t bytesApart = apart * facts.elementBytes, part = sum.extent / partOfSum;
  const std::int64_t toL1 =
      std::min({op.target.l1Bytes / partOfL1 / width, part, rowsInSetsOfL1(op.target, bytesApart, width)});
  const std::int64_t toL2 =
      std::min({mostRowsToL2, part,
                rowsInSets(op.target, op.target.l2Bytes / placesOfL2, placesOfL2 / partOfPlaces, bytesApart, width)});
  const bool goesToL2 = toL1 < leastRowsAhead && facts.operandBytes[operand] > op.target.l3Bytes;
  if ((goesToL2 ? toL2 : toL1) < leastRowsAhead) return std::nullopt;
  const bool crossesLines = linesOfVector(facts, op.target, operand, *op.tile.vectorIterator, op.tile.lanes) > 1;
  loop::Fetch fetch{op.operandNames[operand], sum.name, sum.name, op.target.cacheLineBytes / facts.elementBytes};
  fetch.row = crossesLines ? row + 1 : row;
  fetch.toL2 = goesToL2;
  fetch.distance = goesToL2 ? toL2 : toL1;
  return fetch;
}

} // namespace einjit::plan
