// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Packing.h"
#include "Plan/Cut.h"
#include "Plan/Fetching.h"
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
/// Of an operand whose vectors cross lines: 128 gain nothing yet, 250 a twentieth, 500 a tenth. Of one whose rows begin
/// in few sets of L1: 512 gain little, 640 a twentieth.
constexpr std::int64_t leastReuseOfCrossing = 192, leastReuseOfFewSets = 384;
/// Shorter sums are bound by their results, which are better written row by row.
constexpr std::int64_t leastSumOfContiguous = 32;
/// Blocks in L2 of which each page has so many rows have few pages.
constexpr std::int64_t rowsOfPage = 4;
/// Reads by different tiles that make a copy of what all lanes read the same element of worth its time.
constexpr std::int64_t leastTilesOfBroadcast = 8;
/// The same of L2, of which processors have 8 to 16 places in a set; an eighth is a multiple of it.
constexpr std::int64_t setsOfL2 = 8;
/// A tile reads a few lines of each row. Rows so many lines apart leave most sets to others.
constexpr std::int64_t leastLinesApart = 8;

/// Whether rows of the operand, from one reduced iteration to the next, are so far apart.
bool jumps(const OpFacts &facts, std::size_t operand, std::int64_t bytes) {
  return std::ranges::any_of(facts.iterators, [&](const IteratorFacts &iterator) {
    return iterator.reduced && std::abs(iterator.strides[operand]) >= bytes / facts.elementBytes;
  });
}

/// The part of the places in its sets of L2 that the rows of a sum take, where all are multiples of some distance
/// apart that leaves most sets to others.
double partOfSets(const OpFacts &facts, const Target &target, std::size_t operand) {
  std::int64_t apart = target.l2Bytes / setsOfL2;
  double rows = 1;
  for (const IteratorFacts &iterator : facts.iterators) {
    if (!iterator.reduced || iterator.extent == 1 || iterator.strides[operand] == 0) continue;
    apart = std::gcd(apart, iterator.strides[operand] * facts.elementBytes);
    rows *= static_cast<double>(iterator.extent);
  }
  if (apart < leastLinesApart * target.cacheLineBytes) return 0;
  return rows * static_cast<double>(apart) / static_cast<double>(target.l2Bytes);
}

/// Whether what one point of a batch reads takes more of L2 than blocks do.
bool fillsL2(const OpFacts &facts, const Target &target, std::size_t operand) {
  return facts.bytesInBatch(operand) > target.l2Bytes / 5 * 2;
}

/// Whether it does, and vectors read pieces of two lines.
bool readsLinesTwice(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v) {
  return fillsL2(facts, target, operand) && facts.reuse(operand) >= leastReuseOfCrossing &&
         linesOfVector(facts, target, operand, v, target.lanes(facts.elementBytes)) > 1;
}

/// Whether it does, and the rows of a sum begin in an eighth of the sets of L1.
bool rowsShareSetsOfL1(const OpFacts &facts, const Target &target, std::size_t operand) {
  std::int64_t apart = setBytes;
  for (const IteratorFacts &iterator : facts.iterators)
    if (iterator.reduced && iterator.extent > 1)
      apart = std::gcd(apart, iterator.strides[operand] * facts.elementBytes);
  return fillsL2(facts, target, operand) && facts.reuse(operand) >= leastReuseOfFewSets &&
         apart >= leastLinesApart * target.cacheLineBytes;
}

/// Bytes from the first to the last element that one sum reads.
std::int64_t span(const OpFacts &facts, std::size_t operand) {
  std::int64_t bytes = facts.elementBytes;
  for (const IteratorFacts &iterator : facts.iterators)
    if (iterator.reduced) bytes += (iterator.extent - 1) * std::abs(iterator.strides[operand]) * facts.elementBytes;
  return bytes;
}

/// Why an operand whose lanes are neighbours is slow to read again and again, for the schedule's text; empty if it is
/// not.
std::string_view whyFar(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v) {
  constexpr std::string_view far = "its rows are far apart";
  if (rowStaysInL1(facts, target, operand, v)) return "";
  if (jumps(facts, operand, pageBytes)) return far;
  if (rowsShareSets(facts, target, operand)) return "its rows share places of L2";
  if (facts.bytesInBatch(operand) > target.l2Bytes && span(facts, operand) > target.l2Bytes / 8) return far;
  if (readsLinesTwice(facts, target, operand, v)) return "its vectors cross lines";
  return rowsShareSetsOfL1(facts, target, operand) ? "its rows share places of L1" : "";
}

/// Rows of the operand that one sum reads, and the greatest common divisor of their distances, in bytes, and
/// `setBytes`.
struct RowsOfSum {
  std::int64_t count = 1, apart = setBytes;
};
RowsOfSum rowsOfSum(const OpFacts &facts, std::size_t operand) {
  RowsOfSum rows;
  for (const IteratorFacts &iterator : facts.iterators) {
    if (!iterator.reduced || iterator.strides[operand] == 0) continue;
    rows.count = product(rows.count, iterator.extent);
    rows.apart = std::gcd(rows.apart, iterator.strides[operand] * facts.elementBytes);
  }
  return rows;
}

/// Of two operands, both of which lanes of reduced v move.
std::optional<std::size_t> packedAlongSums(const OpFacts &facts, const Target &target, std::size_t v) {
  constexpr std::int64_t partOfL2 = 8;
  if (!facts.hasOwnMemory || facts.productsAtOnce > 1 || facts.registersPerVector() > 1) return std::nullopt;
  std::optional<std::size_t> across, along;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
    if (facts.bodyOperand[operand]) (vectorLoadable(facts.iterators[v].strides[operand]) ? along : across) = operand;
  if (!across || !along || facts.operandCount != 2 || facts.iterators[v].strides[*along] == 0) return std::nullopt;
  const bool pays = facts.isPackable[*across] && facts.reuse(*across) >= leastReuseOfStrided &&
                    facts.operandBytes[*across] <= target.l2Bytes / partOfL2;
  return pays && !facts.convertedTo[*across] && !facts.convertedTo[*along] ? across : std::nullopt;
}

} // namespace

bool rowStaysInL1(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v) {
  const std::int64_t row = product(facts.iterators[v].extent, facts.elementBytes);
  const bool isFetched = row >= leastLinesOfRow * target.cacheLineBytes;
  return product(facts.points(true), row) <= target.l1Bytes / 8 * 7 &&
         (isFetched || !comesFromFar(facts, target, operand));
}

bool rowsShareSets(const OpFacts &facts, const Target &target, std::size_t operand) {
  constexpr double harmless = 0.25, leastGain = 32;
  const double beyond = std::max(0.0, partOfSets(facts, target, operand) - harmless);
  return static_cast<double>(facts.reuse(operand)) * beyond * beyond > leastGain;
}

double linesOfVector(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v,
                     std::int64_t lanes) {
  const std::int64_t bytes = lanes * facts.elementBytes, line = target.cacheLineBytes;
  if (bytes > line) return 1;
  std::int64_t apart = std::gcd(bytes, line); // vectors begin at multiples of it
  for (std::size_t i = 0; i < facts.iterators.size(); ++i)
    if (i != v && facts.iterators[i].extent > 1)
      apart = std::gcd(apart, facts.iterators[i].strides[operand] * facts.elementBytes);
  std::int64_t crossing = 0;
  for (std::int64_t begin = 0; begin < line; begin += apart) crossing += begin + bytes > line ? 1 : 0;
  return 1 + static_cast<double>(crossing * apart) / static_cast<double>(line);
}

bool comesInPieces(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v) {
  constexpr std::int64_t mostReuse = 96, pieceBytes = 2048;
  const IteratorFacts &lanes = facts.iterators[v];
  if (!facts.hasReduction || lanes.reduced || lanes.strides[operand] != 1 || facts.convertedTo[operand]) return false;
  if (facts.productsAtOnce > 1 || facts.reuse(operand) >= mostReuse || facts.operandBytes[operand] <= target.l2Bytes)
    return false;
  const std::int64_t most = target.l2Bytes / 16 / facts.points(true);
  return facts.points(true) >= leastSumOfContiguous && pieceBytes <= most && most < lanes.extent * facts.elementBytes;
}

std::optional<std::size_t> packedOperand(const OpFacts &facts, const Target &target, std::size_t v, bool isNear) {
  if (!facts.hasReduction || facts.points(true) < 2) return std::nullopt;
  if (facts.iterators[v].reduced) return packedAlongSums(facts, target, v);
  if (facts.movesAll(v)) return std::nullopt; // a batch's lanes are read in place
  // In memory of another shape it shows nowhere that loops in another order write each element once.
  if (!facts.hasOwnMemory) return std::nullopt;
  std::optional<std::size_t> packed;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand) {
    const std::int64_t stride = facts.iterators[v].strides[operand];
    if (!facts.bodyOperand[operand] || !facts.isPackable[operand] || stride == 0) continue;
    const std::int64_t again = facts.reuse(operand);
    const bool isFar =
        isNear ? jumps(facts, operand, pageBytes / rowsOfPage) : !whyFar(facts, target, operand, v).empty();
    const bool pays = facts.iterators[v].rows == 1 && vectorLoadable(stride)
                          ? isFar && again >= leastReuseOfContiguous && facts.points(true) >= leastSumOfContiguous &&
                                !comesInPieces(facts, target, operand, v)
                          : again >= leastReuseOfStrided;
    const bool changes = facts.convertedTo[operand] || facts.productsAtOnce > 1;
    if (!pays && !(changes && again >= leastReuseOfConverted)) continue;
    if (packed) return std::nullopt;
    packed = operand;
  }
  return packed;
}

std::optional<std::size_t> readOnce(const OpFacts &facts, const Target &target) {
  constexpr std::int64_t oftenLarger = 16;
  if (!facts.hasReduction) return std::nullopt;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand) {
    const std::int64_t bytes = facts.operandBytes[operand];
    if (facts.bodyOperand[operand] && facts.reuse(operand) == 1 && comesFromFar(facts, target, operand) &&
        facts.points(false) <= bytes / facts.elementBytes / oftenLarger)
      return operand;
  }
  return std::nullopt;
}

std::string_view whyPacked(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v) {
  if (facts.iterators[v].rows > 1) return "rows side by side leave no lanes idle";
  if (std::abs(facts.iterators[v].strides[operand]) != 1) return "its lanes are far apart";
  const std::string_view reason = whyFar(facts, target, operand, v);
  return reason.empty() ? "its rows are far apart" : reason; // for blocks in L2
}

bool packsFarRows(const OpFacts &facts, const Target &target, std::size_t operand, const Tile &tile) {
  constexpr std::int64_t several = 4;
  const bool mayPay = facts.hasOwnMemory && facts.isPackable[operand] && facts.points(true) > 1 &&
                      facts.operandBytes[operand] > target.l2Bytes && jumps(facts, operand, pageBytes) &&
                      facts.reuse(operand) >= leastReuseOfStrided;
  const IteratorFacts &lanes = facts.iterators[*tile.vectorIterator];
  if (mayPay && rowsShareSets(facts, target, operand)) return true;
  return mayPay &&
         !(vectorLoadable(lanes.resultStride) && std::ranges::any_of(tile.repeats, [&](const Tile::Repeat &repeat) {
             return repeat.count >= several &&
                    std::abs(facts.iterators[repeat.iterator].strides[operand]) == lanes.extent;
           }));
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

bool packsSmaller(const OpFacts &facts, const Target &target, std::size_t operand, std::int64_t tiles,
                  bool isBesideFetches) {
  if (!facts.isPackable[operand] || facts.points(true) < 2) return false;
  if (isBesideFetches || rowsShareSets(facts, target, operand)) return tiles >= leastTilesOfBroadcast;
  constexpr std::int64_t leastTiles = 32, fewTiles = 4;
  const RowsOfSum rows = rowsOfSum(facts, operand);
  const std::int64_t places = product(rows.count, rows.apart); // of each row
  return places > target.l1Bytes - setBytes && tiles >= (places >= 2 * target.l1Bytes ? fewTiles : leastTiles);
}

bool rowsCrowdL1(const OpFacts &facts, const Target &target, std::size_t operand, const Tile &tile) {
  if (!facts.isPackable[operand] || facts.convertedTo[operand] || facts.productsAtOnce > 1 ||
      facts.iterators[*tile.vectorIterator].strides[operand] != 1 || facts.movesAll(*tile.vectorIterator))
    return false;
  const RowsOfSum rows = rowsOfSum(facts, operand);
  const std::int64_t line = target.cacheLineBytes, bytes = tile.vectors * tile.lanes * facts.elementBytes;
  std::int64_t kept = product(rows.count, bytes); // in L1 from tile to tile
  for (std::size_t other = 0; other < facts.operandCount; ++other)
    if (facts.bodyOperand[other] && other != operand) kept += std::min(facts.bytesInBatch(other), target.l1Bytes);
  const std::int64_t lines = ceilDiv(bytes, line), sets = std::min(setBytes / line, setBytes / rows.apart * lines);
  return kept <= target.l1Bytes / 4 * 3 && product(rows.count, lines) > sets * (target.l1Bytes / setBytes);
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
