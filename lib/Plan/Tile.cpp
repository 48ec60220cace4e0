// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Tile.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::plan {
namespace {

/// Instructions that one tile may unroll to; beyond, code size costs more than the tile gains.
constexpr std::int64_t maxUnrolledNodes = 1024;
/// Longest unrolled side of a tile; more finds no further reuse within any register file.
constexpr std::int64_t maxSide = 32;
/// Rows read at the same time: about as many streams as prefetchers follow.
constexpr std::int64_t streamsAtOnce = 8;
/// Hardware prefetchers follow a stream inside a page.
constexpr std::int64_t pageBytes = 4096;
/// Vector instructions that folding the lanes of one register takes: a shuffle and an add for each halving.
constexpr double foldInstructions = 10;

double ceilDiv(std::int64_t a, std::int64_t b) { return static_cast<double>((a + b - 1) / b); }

std::int64_t roundUpToPowerOfTwo(std::int64_t value) {
  std::int64_t power = 1;
  while (power < value) power *= 2;
  return power;
}

bool vectorLoadable(std::int64_t stride) { return stride == 0 || stride == 1 || stride == -1; }

/// Load and store instructions a point when `v` becomes the lanes, as derived in the header.
double instructionsPerPoint(const OpFacts &facts, std::size_t v, std::int64_t lanes) {
  const IteratorFacts &iterator = facts.iterators[v];
  const double vectorSteps = ceilDiv(iterator.extent, lanes) / static_cast<double>(iterator.extent);
  auto cost = [&](std::int64_t stride) { return vectorLoadable(stride) ? 1.0 : static_cast<double>(lanes); };
  double loads = 0;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
    if (facts.bodyOperand[operand]) loads += cost(iterator.strides[operand]);
  const double reducedPoints = static_cast<double>(std::max<std::int64_t>(1, facts.points(true)));
  const double result =
      iterator.reduced ? foldInstructions / reducedPoints : cost(iterator.resultStride) * vectorSteps / reducedPoints;
  return loads * vectorSteps + result;
}

std::int64_t lanesFor(const OpFacts &facts, std::size_t v, const Target &target) {
  return std::min(target.lanes(facts.elementBytes), roundUpToPowerOfTwo(facts.iterators[v].extent));
}

std::optional<std::size_t> chooseVectorIterator(const OpFacts &facts, const Target &target, bool exact) {
  std::optional<std::size_t> best;
  double bestCost = 0;
  // From the last to the first: of equals the one that moves the least in memory wins.
  for (std::size_t i = facts.iterators.size(); i-- > 0;) {
    const IteratorFacts &iterator = facts.iterators[i];
    if (iterator.extent < 2 || (exact && iterator.reduced)) continue;
    double cost = instructionsPerPoint(facts, i, lanesFor(facts, i, target));
    if (iterator.reduced) cost *= 1.01; // of equals the one that needs no folding wins
    if (!best || cost < bestCost) {
      best = i;
      bestCost = cost;
    }
  }
  return best;
}

/// Estimates tiles of one op for a chosen vector iterator.
class TileModel {
public:
  TileModel(const OpFacts &facts, const Target &target, std::size_t v, std::int64_t lanes)
      : facts_(facts), target_(target), v_(v), lanes_(lanes) {}

  struct Candidate {
    std::int64_t vectors = 1;
    std::vector<Tile::Repeat> repeats;
  };

  /// Vector registers that the candidate needs.
  std::int64_t registers(const Candidate &tile) const {
    // Without a reduction each result leaves its register at once.
    const std::int64_t accumulators = facts_.hasReduction ? tile.vectors * product(tile.repeats) : 1;
    std::int64_t operands = 1; // a temporary
    for (std::size_t operand = 0; operand < facts_.operandCount; ++operand) {
      if (!facts_.bodyOperand[operand]) continue;
      const bool everyPoint = std::all_of(tile.repeats.begin(), tile.repeats.end(),
                                          [&](const Tile::Repeat &r) { return moves(operand, r.iterator); });
      // What every accumulator has a vector of its own of is a memory operand; the rest stays in registers for reuse.
      if (!moves(operand, v_))
        operands += everyPoint ? 1 : product(tile.repeats, operand);
      else if (!everyPoint)
        operands += tile.vectors;
    }
    return accumulators + operands;
  }

  /// Cycles for the whole op.
  double time(const Candidate &tile) const {
    double total = 0;
    forEachRemainder(tile, 0, tile, 1, total);
    if (!facts_.iterators[v_].reduced) return total;
    // Each result sets, adds up and folds the partial ones of all vectors.
    const double fold = static_cast<double>(2 * tile.vectors) + foldInstructions;
    return total + static_cast<double>(facts_.points(false)) * fold / static_cast<double>(target_.fmaPerCycle);
  }

private:
  bool moves(std::size_t operand, std::size_t iterator) const {
    return facts_.iterators[iterator].strides[operand] != 0;
  }

  static std::int64_t product(const std::vector<Tile::Repeat> &repeats) {
    std::int64_t result = 1;
    for (const Tile::Repeat &repeat : repeats) result *= repeat.count;
    return result;
  }
  std::int64_t product(const std::vector<Tile::Repeat> &repeats, std::size_t operand) const {
    std::int64_t result = 1;
    for (const Tile::Repeat &repeat : repeats)
      if (moves(operand, repeat.iterator)) result *= repeat.count;
    return result;
  }

  double stepTime(const Candidate &tile) const {
    double loads = 0;
    for (std::size_t operand = 0; operand < facts_.operandCount; ++operand) {
      if (!facts_.bodyOperand[operand]) continue;
      const std::int64_t each = vectorLoadable(facts_.iterators[v_].strides[operand]) ? 1 : lanes_;
      loads += static_cast<double>((moves(operand, v_) ? tile.vectors : 1) * product(tile.repeats, operand) * each);
    }
    const double work = static_cast<double>(tile.vectors * product(tile.repeats) * facts_.bodyOperations) /
                        (facts_.hasReduction ? 2.0 : 1.0); // multiply and add are one FMA
    const double latency = facts_.hasReduction ? static_cast<double>(target_.fmaLatency) : 1.0;
    const double stores = facts_.hasReduction ? 0.0 : static_cast<double>(tile.vectors * product(tile.repeats));
    return std::max({work / static_cast<double>(target_.fmaPerCycle),
                     (loads + stores) / static_cast<double>(target_.loadsPerCycle), latency}) +
           loopOverhead;
  }

  /// Sums stepTime over all combinations of full and remaining sides.
  void forEachRemainder(const Candidate &tile, std::size_t side, Candidate current, double count, double &total) const {
    if (side > tile.repeats.size()) {
      double others = 1;
      for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
        const bool inTile = i == v_ || std::any_of(tile.repeats.begin(), tile.repeats.end(),
                                                   [&](const Tile::Repeat &r) { return r.iterator == i; });
        if (!inTile) others *= static_cast<double>(facts_.iterators[i].extent);
      }
      total += count * others * stepTime(current);
      return;
    }
    const bool isVector = side == tile.repeats.size();
    const std::int64_t extent = isVector ? static_cast<std::int64_t>(ceilDiv(facts_.iterators[v_].extent, lanes_))
                                         : facts_.iterators[tile.repeats[side].iterator].extent;
    std::int64_t &length = isVector ? current.vectors : current.repeats[side].count;
    const std::int64_t full = length;
    if (extent / full > 0) forEachRemainder(tile, side + 1, current, count * static_cast<double>(extent / full), total);
    length = extent % full;
    if (length > 0) forEachRemainder(tile, side + 1, current, count, total);
  }

  /// Cycles that counting and branching adds to a step.
  static constexpr double loopOverhead = 0.5;
  const OpFacts &facts_;
  const Target &target_;
  std::size_t v_;
  std::int64_t lanes_;
};

/// Parallel iterators whose repetition reuses an operand: some operand does not move with them, another does.
std::vector<std::size_t> reusing(const OpFacts &facts, std::size_t v) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < facts.iterators.size(); ++i) {
    const IteratorFacts &iterator = facts.iterators[i];
    if (iterator.reduced || i == v || iterator.extent < 2) continue;
    for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
      if (facts.bodyOperand[operand] && iterator.strides[operand] == 0) {
        found.push_back(i);
        break;
      }
  }
  return found;
}

/// Whether each element of the operand is used once: no iterator leaves it in place.
bool isUsedOnce(const OpFacts &facts, std::size_t operand) {
  return facts.bodyOperand[operand] &&
         std::all_of(facts.iterators.begin(), facts.iterators.end(),
                     [&](const IteratorFacts &i) { return i.strides[operand] != 0 || i.extent == 1; });
}

/// Longest repetition of a parallel iterator. Each repetition of one that moves an operand used once is a stream.
std::int64_t longestRepeat(const OpFacts &facts, std::size_t iterator) {
  std::int64_t longest = std::min(facts.iterators[iterator].extent, maxSide);
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
    if (isUsedOnce(facts, operand)) longest = std::min(longest, streamsAtOnce);
  return longest;
}

/// The reduced iterator whose iterations become streams, and how many, if the op is to be computed so (see the header).
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

/// Whether operands and result all stay in a cache from one call to the next. Sizes may be so large that only their
/// magnitude counts.
bool staysInCache(const OpFacts &facts, const Target &target) {
  double bytes = static_cast<double>(facts.points(false)) * static_cast<double>(facts.elementBytes);
  for (std::int64_t operand : facts.operandBytes) bytes += static_cast<double>(operand);
  return bytes <= static_cast<double>(std::max(target.l2Bytes, target.l3Bytes / 2));
}

} // namespace

Tile chooseTile(const OpFacts &facts, const Target &target, bool exact) {
  Tile best;
  best.reason = "one element";
  best.vectorIterator = chooseVectorIterator(facts, target, exact);
  if (!best.vectorIterator) return best;
  const std::size_t v = *best.vectorIterator;
  best.lanes = lanesFor(facts, v, target);
  const TileModel model(facts, target, v, best.lanes);
  const auto vectorCount = static_cast<std::int64_t>(ceilDiv(facts.iterators[v].extent, best.lanes));
  // Without a reduction nothing is carried from step to step. A few vectors a step hide the loop itself; between memory
  // and memory a long run of loads and stores without a branch keeps more lines under way.
  const std::int64_t widest = facts.hasReduction ? target.vectorRegisters : staysInCache(facts, target) ? 8 : maxSide;
  const std::int64_t most = std::max<std::int64_t>(1, std::min(widest, maxUnrolledNodes / facts.bodyNodes));

  double bestTime = 0;
  bool first = true;
  auto consider = [&](const TileModel::Candidate &candidate) {
    std::int64_t size = candidate.vectors;
    for (const Tile::Repeat &repeat : candidate.repeats) size *= repeat.count;
    if (!first && (size > most || model.registers(candidate) > target.vectorRegisters)) return;
    const double time = model.time(candidate);
    // Of tiles within a per mille the first, smaller one stays.
    if (!first && time > bestTime * 0.999) return;
    first = false;
    bestTime = time;
    best.vectors = candidate.vectors;
    best.repeats = candidate.repeats;
  };

  const std::int64_t longest = std::min({vectorCount, most, maxSide});
  for (std::int64_t vectors = 1; vectors <= longest; ++vectors) consider({vectors, {}});
  const std::vector<std::size_t> repeatable =
      facts.hasReduction || staysInCache(facts, target) ? reusing(facts, v) : std::vector<std::size_t>();
  for (std::size_t a = 0; a < repeatable.size(); ++a) {
    const std::int64_t extentA = std::min(longestRepeat(facts, repeatable[a]), most);
    for (std::int64_t countA = 2; countA <= extentA; ++countA) {
      for (std::int64_t vectors = 1; vectors <= std::min(longest, most / countA); ++vectors)
        consider({vectors, {{repeatable[a], countA}}});
      for (std::size_t b = a + 1; b < repeatable.size() && facts.iterators[v].reduced; ++b)
        for (std::int64_t countB = 2; countB <= std::min(longestRepeat(facts, repeatable[b]), most / countA); ++countB)
          consider({1, {{repeatable[a], countA}, {repeatable[b], countB}}});
    }
  }
  best.repeats.erase(
      std::remove_if(best.repeats.begin(), best.repeats.end(), [](const Tile::Repeat &r) { return r.count < 2; }),
      best.repeats.end());
  if (const auto streams = exact ? std::nullopt : chooseStreams(facts, target, best)) {
    best.streams = streams;
    best.vectors = 1;
    best.repeats.clear();
    best.reason = fmt::format("{} at a time, streamed past accumulators in L1",
                              streams->count == 1 ? "one row" : fmt::format("{} rows", streams->count));
    return best;
  }
  best.reason = fmt::format("{} vectors of {}", best.vectors, best.lanes);
  for (const Tile::Repeat &repeat : best.repeats)
    best.reason += fmt::format(" by {} of {}", repeat.count, facts.iterators[repeat.iterator].name);
  best.reason +=
      fmt::format(": {} of {} registers", model.registers({best.vectors, best.repeats}), target.vectorRegisters);
  return best;
}

} // namespace einjit::plan
