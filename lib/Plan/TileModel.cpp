// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/TileModel.h"
#include "Loop/Steps/Step.h"
#include "Plan/Cut.h"
#include "Plan/Packing.h"
#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fmt/format.h>
#include <numeric>
#include <utility>

namespace einjit::plan {
namespace {

/// Cycles that counting and branching adds to a step.
constexpr double loopOverhead = 0.5;
/// Instructions of a nest besides those on its results and operands.
constexpr double loopInstructions = 16;
/// Part of the shorter of arithmetic, loads and L2 that the longest does not hide: loads that miss L1 come late.
constexpr double exposed = 0.25;
/// Tiles of a reduction whose estimated times differ by less are as good as each other.
constexpr double asGood = 1.02;
/// What an instruction of the code is worth, of tiles that are as good: compiling it takes 10 us, which so many cycles
/// pay back in some 4000 calls, and each call has to fetch it.
constexpr double cyclesPerInstruction = 8;

/// Results that one step of the tile works on, in vectors.
std::int64_t size(const Tile &tile) {
  std::int64_t result = tile.vectors;
  for (const Tile::Repeat &repeat : tile.repeats) result *= repeat.count;
  return result;
}

} // namespace

/// Different vectors of the operand along the repetitions.
std::int64_t TileModel::movingRepeats(const Tile &tile, std::size_t operand) const {
  std::int64_t result = 1;
  for (const Tile::Repeat &repeat : tile.repeats)
    if (moves(operand, repeat.iterator)) result *= repeat.count;
  return result;
}

std::int64_t TileModel::registers(const Tile &tile) const {
  // Without a reduction each result leaves its register at once.
  const std::int64_t accumulators = facts_.hasReduction ? size(tile) : 1;
  std::int64_t operands = 1; // a temporary
  std::int64_t most = 0;     // vectors of one that moves with v and not with all repetitions
  for (std::size_t operand = 0; operand < facts_.operandCount; ++operand) {
    if (!facts_.bodyOperand[operand]) continue;
    const bool everyPoint = std::all_of(tile.repeats.begin(), tile.repeats.end(),
                                        [&](const Tile::Repeat &r) { return moves(operand, r.iterator); });
    // What every accumulator has a vector of its own of is a memory operand; the rest stays in registers for reuse.
    if (!moves(operand, v_))
      operands += everyPoint ? 1 : movingRepeats(tile, operand);
    else if (!everyPoint) {
      const std::int64_t vectors = tile.vectors * movingRepeats(tile, operand);
      operands += vectors;
      most = std::max(most, vectors);
    }
  }
  // Of the one that has the most, those that are used at the same time.
  if (most > 0) operands += tile.vectors - most;
  // Bytes that are multiplied several at once: how they are shuffled, their bias, and what is made of each vector.
  if (facts_.productsAtOnce > 1) operands += tile.vectors + 2;
  return facts_.registersPerVector() * (accumulators + operands);
}

/// Only products read from L1 so much that it shows.
double TileModel::linesOfVector(std::size_t operand) const {
  if (!facts_.hasReduction || facts_.iterators[v_].reduced) return 1;
  if (operand == packed_ || std::abs(facts_.iterators[v_].strides[operand]) != 1) return 1;
  return plan::linesOfVector(facts_, target_, operand, v_, lanes_);
}

/// Load instructions of one step, each as often as it reads a line, and the shuffles that are part of loading.
double TileModel::loads(const Tile &tile) const {
  double result = 0;
  for (std::size_t operand = 0; operand < facts_.operandCount; ++operand) {
    if (!facts_.bodyOperand[operand]) continue;
    const std::int64_t vectors = (moves(operand, v_) ? tile.vectors : 1) * movingRepeats(tile, operand);
    const std::int64_t stride = operand == packed_ ? 1 : facts_.iterators[v_].strides[operand];
    result += static_cast<double>(vectors) * loadInstructions(stride, lanes_, inBlocks_) * linesOfVector(operand);
  }
  return result;
}

double TileModel::stepTime(const Tile &tile) const {
  const std::int64_t parts = facts_.registersPerVector();
  const double stores = facts_.hasReduction ? 0.0 : static_cast<double>(size(tile));
  const double accesses = stores + loads(tile);
  double shuffles = 0; // that sort the parts of complex numbers into a register each
  for (std::size_t operand = 0; operand < facts_.operandCount; ++operand)
    if (parts > 1 && facts_.bodyOperand[operand] && moves(operand, v_))
      shuffles += static_cast<double>(tile.vectors * movingRepeats(tile, operand) * parts);
  // The body's last operation and the addition to the accumulator are one FMA.
  const double work =
      (static_cast<double>(size(tile) * facts_.bodyOperations) + shuffles) / static_cast<double>(target_.fmaPerCycle);
  const double memory = static_cast<double>(parts) * accesses / static_cast<double>(target_.loadsPerCycle);
  const double far = static_cast<double>(bytesFromL2(tile)) / static_cast<double>(target_.l2BytesPerCycle);
  const double latency = facts_.hasReduction ? static_cast<double>(target_.fmaLatency) : 1.0;
  const double longest = std::max({work, memory, far});
  return std::max(longest, latency) + exposed * (work + memory + far - longest) + loopOverhead;
}

/// Of a reduction: what one step reads of operands that other tiles read again, and that do not stay in L1 meanwhile.
/// Of the two that a product has, the one that the next tile reads as well does, if it fits; the other only as a whole.
std::int64_t TileModel::bytesFromL2(const Tile &tile) const {
  if (!facts_.hasReduction || facts_.iterators[v_].reduced) return 0;
  const std::int64_t sum = std::max<std::int64_t>(1, facts_.points(true));
  const auto wholeOf = [&](std::size_t operand) {
    return product(facts_.bytesInBatch(operand), facts_.movesAll(v_) ? lanes_ : 1);
  };
  std::int64_t bytes = 0, kept = 0; // of what stays as a whole
  for (std::size_t operand = 0; operand < facts_.operandCount; ++operand)
    if (facts_.bodyOperand[operand] && wholeOf(operand) <= target_.l1Bytes / 2) kept += wholeOf(operand);
  for (std::size_t operand = 0; operand < facts_.operandCount; ++operand) {
    if (!facts_.bodyOperand[operand]) continue;
    const bool isVector = moves(operand, v_);
    const std::int64_t whole = wholeOf(operand);
    const std::int64_t elements = (isVector ? tile.vectors * lanes_ : 1) * movingRepeats(tile, operand);
    const std::int64_t step = elements * facts_.elementBytes;
    const bool isAcross = facts_.movesAll(v_) ? operand == largerOfBatch() : isVector == vectorIsReadAcross();
    const bool isShared = !isAcross || step >= whole / sum;
    const bool stays =
        whole <= target_.l1Bytes / 2 || (isShared && product(step, sum) <= target_.l1Bytes / 4 * 3 - kept);
    if (!stays) bytes += step;
  }
  return bytes;
}

/// Of two operands with lanes of a batch the larger one, which neighbouring tiles read different parts of (Blocking.h).
std::optional<std::size_t> TileModel::largerOfBatch() const {
  if (!facts_.movesAll(v_) || facts_.operandCount != 2) return std::nullopt;
  return facts_.operandBytes[1] > facts_.operandBytes[0] ? 1 : 0;
}

/// Whether neighbouring tiles read different parts of what has the lanes, all of which stays in L2, and the same of
/// what all lanes read alike (Blocking.h).
bool TileModel::vectorIsReadAcross() const {
  std::optional<std::size_t> vector, other;
  for (std::size_t operand = 0; operand < facts_.operandCount; ++operand)
    if (facts_.bodyOperand[operand]) (moves(operand, v_) ? vector : other) = operand;
  return vector && other &&
         (packed_ == vector || facts_.bytesInBatch(*vector) <= target_.l2Bytes / 5 * 2 ||
          comesInPieces(facts_, target_, *vector, v_));
}

/// Of a reduction whose lanes are far apart in the result: what storing the tile takes. Along a repetition of
/// neighbours blocks are transposed, a power of two wide, which leaves a short row for each lane.
double TileModel::scatterTime(const Tile &tile) const {
  if (!facts_.hasReduction || facts_.iterators[v_].reduced || vectorLoadable(facts_.iterators[v_].resultStride))
    return 0;
  constexpr double rowTime = 2, columnTime = 4;
  std::int64_t side = 1;
  for (const Tile::Repeat &repeat : tile.repeats)
    if (std::abs(facts_.iterators[repeat.iterator].resultStride) == 1) side = repeat.count;
  const auto width = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::min(side, lanes_))));
  const std::int64_t blocks = size(tile) / side * ceilDiv(side, width);
  return static_cast<double>(blocks) *
         (rowTime * static_cast<double>(lanes_) + columnTime * static_cast<double>(width));
}

/// Of lanes that are rows side by side: the stores of pieces, beyond those of rows in vectors of their own; where
/// pieces are no parts of vectors, the tile is stored and read again before.
double TileModel::joinedTime(const Tile &tile) const {
  const IteratorFacts &iterator = facts_.iterators[v_];
  if (iterator.rows == 1) return 0;
  const std::int64_t row = iterator.extent / iterator.rows, piece = pieceOfRow(row, lanes_);
  const std::int64_t more = (ceilDiv(row, piece) - ceilDiv(row, lanes_)) * iterator.rows;
  return static_cast<double>(size(tile) / tile.vectors * (lanes_ % piece == 0 ? more : more + 2 * tile.vectors));
}

/// Points of all iterators that are not in the tile.
double TileModel::pointsOutside(const Tile &tile) const {
  double points = 1;
  for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
    const bool inTile = i == v_ || std::any_of(tile.repeats.begin(), tile.repeats.end(),
                                               [&](const Tile::Repeat &r) { return r.iterator == i; });
    if (!inTile) points *= static_cast<double>(facts_.iterators[i].extent);
  }
  return points;
}

/// Calls use(tile, count) for all combinations of parts of the tile's sides, from this side on: a nest each, which is
/// run count times.
template <class Use> void TileModel::forEachNest(Tile tile, std::size_t side, double count, const Use &use) const {
  if (side > tile.repeats.size()) return use(tile, count);
  const bool isVector = side == tile.repeats.size();
  const std::int64_t extent = facts_.iterators[isVector ? v_ : tile.repeats[side].iterator].extent;
  std::int64_t &length = isVector ? tile.vectors : tile.repeats[side].count;
  const std::int64_t unit = isVector ? lanes_ : 1;
  for (const loop::EvenPart &part : loop::evenParts(extent, length * unit, unit)) {
    const std::int64_t whole = std::exchange(length, ceilDiv(part.length, unit));
    forEachNest(tile, side + 1, count * static_cast<double>(part.count), use);
    length = whole;
  }
}

/// Of a product with lanes of a batch: copying the larger operand, where this tile would not read it in place.
double TileModel::copyTime(const Tile &tile) const {
  constexpr double vectorTime = 8; // which a line takes from memory
  const auto larger = largerOfBatch();
  if (!facts_.hasReduction || facts_.iterators[v_].reduced || !larger) return 0;
  if (!packsFarRows(facts_, target_, *larger, tile)) return 0;
  double vectors = 1 / static_cast<double>(lanes_); // of what the op reads of it
  for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
    if (moves(*larger, i)) vectors *= static_cast<double>(facts_.iterators[i].extent);
  // Rows that share places of L2 are fetched one for each iteration of the sum: of more some have left before the copy.
  const bool isTooMany =
      rowsShareSets(facts_, target_, *larger) && std::ranges::any_of(tile.repeats, [&](const Tile::Repeat &repeat) {
        return std::abs(facts_.iterators[repeat.iterator].strides[*larger]) * facts_.elementBytes >= pageBytes;
      });
  return (isTooMany ? 2 : 1) * vectorTime * vectors;
}

double TileModel::time(const Tile &tile) const {
  const auto steps = static_cast<double>(std::max<std::int64_t>(1, facts_.points(true)));
  double cycles = copyTime(tile);
  forEachNest(tile, 0, pointsOutside(tile), [&](const Tile &nest, double count) {
    cycles += count * (stepTime(nest) + (scatterTime(nest) + joinedTime(nest)) / steps);
  });
  if (!facts_.iterators[v_].reduced) return cycles;
  // Each result sets, adds up and folds the partial ones of all vectors.
  const double fold = static_cast<double>(2 * tile.vectors) + foldInstructions(lanes_, size(tile) / tile.vectors);
  return cycles + static_cast<double>(facts_.points(false)) * fold / static_cast<double>(target_.fmaPerCycle);
}

Tile TileModel::fastest(std::vector<Tile> tiles) const {
  std::vector<double> times;
  for (const Tile &tile : tiles) times.push_back(time(tile));
  const double least = std::ranges::min(times);
  std::optional<std::size_t> best;
  double bestCost = 0;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    if (facts_.hasReduction && times[i] > least * asGood) continue;
    const double cost = times[i] + (facts_.hasReduction ? cyclesPerInstruction * instructions(tiles[i]) : 0);
    // Of tiles within a per mille the first, smaller one stays.
    if (best && cost >= bestCost * 0.999) continue;
    best = i;
    bestCost = cost;
  }
  tiles[*best].reason = describe(tiles[*best]);
  return std::move(tiles[*best]);
}

std::string TileModel::describe(const Tile &tile) const {
  std::string reason = fmt::format("{} vectors of {}", tile.vectors, tile.lanes);
  for (const Tile::Repeat &repeat : tile.repeats)
    reason += fmt::format(" by {} of {}", repeat.count, facts_.iterators[repeat.iterator].name);
  return reason + fmt::format(": {} of {} registers", registers(tile), target_.vectorRegisters);
}

/// Instructions of the code, all nests that even splits make of the op together; only comparisons are meant.
double TileModel::instructions(const Tile &tile) const {
  double total = 0;
  forEachNest(tile, 0, 1, [&](const Tile &nest, double) { total += nestInstructions(nest); });
  return total;
}

/// Each result is set, added to and stored; lanes of a reduced iterator are folded, too.
double TileModel::nestInstructions(const Tile &tile) const {
  const bool folds = facts_.iterators[v_].reduced;
  const double perResult = folds ? 3 + foldInstructions(lanes_, size(tile) / tile.vectors) : 3;
  return perResult * static_cast<double>(size(tile)) + loads(tile) + loopInstructions;
}

} // namespace einjit::plan
