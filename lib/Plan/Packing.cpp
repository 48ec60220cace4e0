// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Packing.h"
#include "Plan/Tile.h"
#include "Plan/TileModel.h"
#include "Support/Checked.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace einjit::plan {
namespace {

constexpr std::int64_t leastReuseOfStrided = 8, leastReuseOfContiguous = 32, leastReuseOfConverted = 32;
/// Shorter sums are bound by their results, which are better written row by row.
constexpr std::int64_t leastSumOfContiguous = 32;
constexpr std::int64_t pageBytes = 4096;
/// Blocks in L2 of which each page has so many rows have few pages.
constexpr std::int64_t rowsOfPage = 4;
/// Reads by different tiles that make a copy of what all lanes read the same element of worth its time.
constexpr std::int64_t leastTilesOfBroadcast = 8;
/// Lines a multiple of this apart share the places of one set of L1, l1Bytes / setBytes many.
constexpr std::int64_t setBytes = 4096;

/// Whether rows of the operand, from one reduced iteration to the next, are so far apart.
bool jumps(const OpFacts &facts, std::size_t operand, std::int64_t bytes) {
  return std::ranges::any_of(facts.iterators, [&](const IteratorFacts &iterator) {
    return iterator.reduced && std::abs(iterator.strides[operand]) >= bytes / facts.elementBytes;
  });
}

/// Bytes from the first to the last element that one sum reads.
std::int64_t span(const OpFacts &facts, std::size_t operand) {
  std::int64_t bytes = facts.elementBytes;
  for (const IteratorFacts &iterator : facts.iterators)
    if (iterator.reduced) bytes += (iterator.extent - 1) * std::abs(iterator.strides[operand]) * facts.elementBytes;
  return bytes;
}

} // namespace

std::optional<std::size_t> packedOperand(const OpFacts &facts, const Target &target, std::size_t v, bool isNear) {
  if (!facts.hasReduction || facts.iterators[v].reduced || facts.points(true) < 2) return std::nullopt;
  if (facts.movesAll(v)) return std::nullopt; // a batch's lanes are read in place
  // In memory of another shape it shows nowhere that loops in another order write each element once.
  if (!facts.hasOwnMemory) return std::nullopt;
  std::optional<std::size_t> packed;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand) {
    const std::int64_t stride = facts.iterators[v].strides[operand];
    if (!facts.bodyOperand[operand] || !facts.isPackable[operand] || stride == 0) continue;
    const std::int64_t again = facts.reuse(operand);
    const bool isFar = isNear ? jumps(facts, operand, pageBytes / rowsOfPage)
                              : jumps(facts, operand, pageBytes) || (facts.bytesInBatch(operand) > target.l2Bytes &&
                                                                     span(facts, operand) > target.l2Bytes / 8);
    const bool pays = vectorLoadable(stride)
                          ? isFar && again >= leastReuseOfContiguous && facts.points(true) >= leastSumOfContiguous
                          : again >= leastReuseOfStrided;
    const bool changes = facts.convertedTo[operand] || facts.productsAtOnce > 1;
    if (!pays && !(changes && again >= leastReuseOfConverted)) continue;
    if (packed) return std::nullopt;
    packed = operand;
  }
  return packed;
}

bool packsFarRows(const OpFacts &facts, const Target &target, std::size_t operand) {
  return facts.hasOwnMemory && facts.isPackable[operand] && facts.points(true) > 1 &&
         facts.operandBytes[operand] > target.l2Bytes && jumps(facts, operand, pageBytes) &&
         facts.reuse(operand) >= leastReuseOfStrided;
}

bool packsBroadcast(const OpFacts &facts, const Target &target, std::size_t operand, std::int64_t tiles,
                    std::optional<std::size_t> innermost, const Tile &tile) {
  if (!facts.isPackable[operand]) return false;
  const bool isApart = facts.productsAtOnce > 1 && tile.together &&
                       std::abs(facts.iterators[tile.together->iterator].strides[operand]) != 1;
  if ((facts.convertedTo[operand] || isApart) && facts.reuse(operand) >= leastReuseOfConverted) return true;
  if (tiles < leastTilesOfBroadcast) return false;
  // Rows of the operand side by side in a tile, and the greatest common divisor of their distances.
  std::int64_t rows = 1, apart = setBytes;
  for (const Tile::Repeat &repeat : tile.repeats) {
    const std::int64_t stride = facts.iterators[repeat.iterator].strides[operand];
    if (stride == 0) continue;
    rows *= repeat.count;
    apart = std::gcd(apart, stride * facts.elementBytes);
  }
  const bool isContiguous = innermost && std::abs(facts.iterators[*innermost].strides[operand]) == 1;
  if (isContiguous) return rows * apart > target.l1Bytes - setBytes && facts.points(true) >= leastSumOfContiguous;
  return facts.operandBytes[operand] > target.l1Bytes / 2 && facts.points(true) > 1;
}

double packingInstructions(const OpFacts &facts, std::size_t operand, std::size_t v, std::int64_t lanes) {
  const auto isRow = [&](const IteratorFacts &iterator) {
    return std::abs(iterator.strides[operand]) == 1 && iterator.extent >= lanes / 2;
  };
  double loads = 1;
  if (!vectorLoadable(facts.iterators[v].strides[operand]))
    loads = std::ranges::any_of(facts.iterators, isRow) ? 1 + std::log2(static_cast<double>(lanes))
                                                        : static_cast<double>(lanes);
  return (loads + 1) / static_cast<double>(facts.reuse(operand));
}

} // namespace einjit::plan
