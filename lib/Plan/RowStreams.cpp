// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/RowStreams.h"
#include "Plan/Packing.h"
#include "Plan/RowsAhead.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::plan {
namespace {

/// The reduced iterator whose iterations become streams, and how many, of an operand that is used once.
std::optional<Tile::Repeat> chooseStreams(const OpFacts &facts, const Target &target, const Tile &tile) {
  const IteratorFacts &row = facts.iterators[*tile.vectorIterator];
  if (!facts.hasReduction || row.reduced || tile.vectors * tile.lanes >= row.extent) return std::nullopt;
  std::int64_t bytes = 0; // of the largest operand that streams
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
    if (isUsedOnce(facts, operand) && row.strides[operand] == 1) bytes = std::max(bytes, facts.operandBytes[operand]);
  if (bytes <= target.l2Bytes) return std::nullopt;
  const bool oneStream = row.extent * facts.elementBytes < pageBytes && bytes > target.l3Bytes;
  for (std::size_t i = facts.iterators.size(); i-- > 0;)
    if (facts.iterators[i].reduced && facts.iterators[i].extent > 1)
      return Tile::Repeat{i, oneStream ? 1 : std::min(streamsAtOnce, facts.iterators[i].extent)};
  return std::nullopt;
}

/// The operand with the lanes of a product that reads all others an element for all lanes.
std::optional<std::size_t> onlyWithLanes(const OpFacts &facts, std::size_t v) {
  std::optional<std::size_t> found;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand) {
    if (!facts.bodyOperand[operand] || facts.iterators[v].strides[operand] == 0) continue;
    if (found || facts.iterators[v].strides[operand] != 1) return std::nullopt;
    found = operand;
  }
  return found;
}

/// The same where the streams are multiplied with a few rows, each of which has accumulators.
std::optional<Tile> chooseStreamsOfFewRows(const OpFacts &facts, const Target &target, const Tile &tile) {
  constexpr std::int64_t leastSums = 16; // of as many as there are streams
  const IteratorFacts &row = facts.iterators[*tile.vectorIterator];
  if (!facts.hasReduction || row.reduced || tile.vectors * tile.lanes >= row.extent || row.extent % tile.lanes != 0 ||
      facts.productsAtOnce > 1 || facts.registersPerVector() > 1)
    return std::nullopt;
  const auto operand = onlyWithLanes(facts, *tile.vectorIterator);
  if (!operand || facts.operandBytes[*operand] <= target.l2Bytes) return std::nullopt;
  Tile result{*tile.vectorIterator, tile.lanes, 1, {}, {}, {}, {}};
  for (std::size_t i = 0; i < facts.iterators.size(); ++i) {
    const IteratorFacts &iterator = facts.iterators[i];
    if (iterator.extent == 1) continue;
    if (iterator.reduced)
      result.streams = Tile::Repeat{i, iterator.extent};
    else if (iterator.strides[*operand] == 0)
      result.repeats.push_back({i, iterator.extent});
  }
  const std::int64_t rows = facts.reuse(*operand), streams = (target.vectorRegisters - 2) / (rows + 1);
  const std::int64_t leastStreams = facts.operandBytes[*operand] > target.l3Bytes / 2 ? streamsAtOnce : 5;
  if (rows < 2 || streams < leastStreams || !result.streams || result.streams->count < leastSums * streams)
    return std::nullopt;
  const std::int64_t apart = facts.iterators[result.streams->iterator].strides[*operand] * facts.elementBytes;
  const std::int64_t width = tile.vectors * tile.lanes * facts.elementBytes;
  if (rowsInSetsOfL1(target, apart, width) >= leastRowsAhead || width * facts.points(true) <= target.l2Bytes / 2)
    return std::nullopt;
  result.streams->count = streams;
  result.reason =
      fmt::format("{} rows that share places of L1, by {}, streamed past accumulators there", streams, rows);
  return result;
}

/// The register tile that holds all sums of a row.
std::optional<Tile> chooseWholeRow(const OpFacts &facts, const Target &target, const Tile &tile) {
  const std::size_t v = *tile.vectorIterator;
  Tile row{v, tile.lanes, ceilDiv(facts.iterators[v].extent, tile.lanes), {}, {}, {}, {}, {}};
  if (TileModel(facts, target, v, tile.lanes, {}).registers(row) > target.vectorRegisters) return std::nullopt;
  row.reason = fmt::format("{} vectors, rows to their end", row.vectors);
  return row;
}

} // namespace

bool isUsedOnce(const OpFacts &facts, std::size_t operand) {
  return facts.bodyOperand[operand] &&
         std::all_of(facts.iterators.begin(), facts.iterators.end(),
                     [&](const IteratorFacts &i) { return i.strides[operand] != 0 || i.extent == 1; });
}

std::optional<Tile> chooseRowStreams(const OpFacts &facts, const Target &target, const Tile &tile) {
  const auto streams = chooseStreams(facts, target, tile);
  if (!streams) return chooseStreamsOfFewRows(facts, target, tile);
  if (auto row = chooseWholeRow(facts, target, tile)) return row;
  const std::string rows = streams->count == 1 ? "one row" : fmt::format("{} rows", streams->count);
  return Tile{
      tile.vectorIterator, tile.lanes, 1, {}, streams, {}, rows + " at a time, streamed past accumulators in L1"};
}

} // namespace einjit::plan
