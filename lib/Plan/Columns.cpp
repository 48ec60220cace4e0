// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Columns.h"
#include "Plan/Cut.h"
#include "Plan/Sharing.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cstdlib>

namespace einjit::plan {
namespace {

/// Estimated times that differ by less are as good as each other; two nests are more code.
constexpr double leastGain = 0.95;
/// With shorter sums the results are what takes time.
constexpr std::int64_t leastSum = 16;

/// Of the op with so many iterations of the iterator. Bytes are those that are left.
OpFacts partOf(const OpFacts &facts, std::size_t iterator, std::int64_t extent) {
  OpFacts part = facts;
  const std::int64_t all = facts.iterators[iterator].extent;
  part.iterators[iterator].extent = extent;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
    if (facts.iterators[iterator].strides[operand] != 0)
      part.operandBytes[operand] = part.operandBytes[operand] / all * extent;
  return part;
}

/// Cycles of reading so many bytes of an operand that does not stay in L2.
double readTime(const OpFacts &facts, std::size_t operand, std::int64_t bytes, const Target &target) {
  const std::int64_t all = facts.operandBytes[operand];
  if (!facts.bodyOperand[operand] || all <= target.l2Bytes) return 0;
  return static_cast<double>(bytes) / bytesPerCycle(static_cast<double>(all), target);
}

/// What the columns that are left over take: their sums, meanwhile what all columns are multiplied with comes once
/// more, and a line of each row along the columns, which is waited for, for each loop over them.
double restTime(const OpFacts &facts, const Columns &columns, const Target &target) {
  const IteratorFacts &iterator = facts.iterators[columns.iterator];
  const Tile tile = chooseTile(columns.rest, target, false);
  const std::int64_t loops = ceilDiv(iterator.extent - columns.whole, tileLength(tile, columns.iterator));
  double again = 0, waiting = 0;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand) {
    const std::int64_t bytes = facts.operandBytes[operand], stride = std::abs(iterator.strides[operand]);
    const std::int64_t rows = bytes / facts.elementBytes / iterator.extent;
    if (stride == 0) again += readTime(facts, operand, bytes, target);
    if (stride == 1) waiting += readTime(facts, operand, rows * loops * target.cacheLineBytes, target);
  }
  return std::max(tileTime(columns.rest, target, tile), again) + waiting;
}

/// Whether it is a sum with a tile in registers.
bool isDividable(const OpFacts &facts, const Tile &tile) {
  return facts.hasReduction && facts.hasOwnMemory && tile.vectorIterator &&
         !facts.iterators[*tile.vectorIterator].reduced && !facts.movesAll(*tile.vectorIterator) && !tile.streams &&
         !tile.together && facts.productsAtOnce == 1 && facts.registersPerVector() == 1 &&
         facts.points(true) >= leastSum;
}

} // namespace

std::optional<Columns> chooseColumns(const OpFacts &facts, const Tile &tile, const Target &target) {
  if (!isDividable(facts, tile)) return std::nullopt;
  std::optional<Columns> best;
  double least = leastGain * tileTime(facts, target, tile);
  for (std::size_t i = 0; i < facts.iterators.size(); ++i) {
    const IteratorFacts &iterator = facts.iterators[i];
    const std::int64_t lanes = target.lanes(facts.elementBytes), rest = iterator.extent % lanes;
    const bool mayHaveLanes = i == tile.vectorIterator || vectorLoadable(iterator.resultStride);
    if (iterator.reduced || !mayHaveLanes || facts.movesAll(i) || iterator.extent <= lanes || rest == 0) continue;
    Columns columns{i, iterator.extent - rest, partOf(facts, i, iterator.extent - rest), partOf(facts, i, rest)};
    const double time =
        tileTime(columns.first, target, chooseTile(columns.first, target, false)) + restTime(facts, columns, target);
    if (time >= least) continue;
    least = time;
    columns.within = iterator.name + "p";
    columns.restWithin = iterator.name + "q";
    for (IteratorFacts &part : columns.rest.iterators) part.name += columns.suffix;
    best = std::move(columns);
  }
  return best;
}

void planColumns(const OpFacts &facts, const Columns &columns, std::vector<loop::Step> &steps) {
  loop::Reorder order{{facts.iterators[columns.iterator].name}};
  for (std::size_t i = 0; i < facts.iterators.size(); ++i)
    if (i != columns.iterator && !facts.iterators[i].reduced) order.loops.push_back(facts.iterators[i].name);
  if (order.loops.size() > 1) steps.push_back({std::move(order), "columns outside"});
  steps.push_back({loop::Divide{facts.iterators[columns.iterator].name, columns.whole, columns.within,
                                columns.restWithin, columns.suffix},
                   "whole vectors, and columns that are left over"});
}

} // namespace einjit::plan
