// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Tile.h"
#include "Plan/Packing.h"
#include "Plan/RowStreams.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace einjit::plan {
namespace {

/// An element from memory takes about a cycle, in which two vectors of multiply-adds could be done: more use than that
/// hides it.
constexpr std::int64_t mostAgain = 64;
/// Instructions that one tile may unroll to; beyond, code size costs more than the tile gains.
constexpr std::int64_t maxUnrolledNodes = 1024;
/// Longest unrolled side of a tile; more finds no further reuse within any register file.
constexpr std::int64_t maxSide = 32;
/// Vectors side by side that are loaded lane by lane: 8 hide the latency, and more are only more code.
constexpr std::int64_t mostGathered = 8;
/// Of equals, lanes whose results are neighbours win.
constexpr double stridedResult = 1.01;
/// A result that is stored lane by lane brings a line for each, and evicts one: each counts as so many instructions.
constexpr double scatteredStore = 12;
/// One that is stored in blocks transposed in registers: shuffles, and its share of short rows.
constexpr double transposedStore = 8;

/// Uses of a vector from which on it is better put together of single elements, once, than transposed for each use.
constexpr std::int64_t leastReuseOfGathered = 4;

std::int64_t roundUpToPowerOfTwo(std::int64_t value) {
  std::int64_t power = 1;
  while (power < value) power *= 2;
  return power;
}

/// Whether the operand comes from far beyond L2 and is contiguous along a batch, which loops outside of everything
/// else: unless the batch becomes lanes, a line is read for each element.
bool splitsLines(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t v) {
  if (!facts.bodyOperand[operand] || !comesFromFar(facts, target, operand) || !facts.hasReduction) return false;
  for (std::size_t i = 0; i < facts.iterators.size(); ++i) {
    const IteratorFacts &iterator = facts.iterators[i];
    if (i != v && !iterator.reduced && iterator.extent > 1 && std::abs(iterator.strides[operand]) == 1)
      return facts.movesAll(i);
  }
  return false;
}

/// Whether a sum, or repetitions, read neighbours of an operand, or it stays in L1.
bool isReadNear(const OpFacts &facts, const Target &target, std::size_t operand, std::size_t repeated) {
  const auto isNear = [&](const IteratorFacts &iterator) { return std::abs(iterator.strides[operand]) == 1; };
  return facts.operandBytes[operand] <= target.l1Bytes / 2 || isNear(facts.iterators[repeated]) ||
         std::ranges::any_of(facts.iterators, [&](const IteratorFacts &i) { return i.reduced && isNear(i); });
}

/// Whether the result is contiguous along an iterator that may be repeated beside lanes of a batch.
bool isTransposable(const OpFacts &facts, std::size_t v) {
  if (!facts.hasReduction || !facts.movesAll(v)) return false;
  for (std::size_t i = 0; i < facts.iterators.size(); ++i)
    if (i != v && std::abs(facts.iterators[i].resultStride) == 1 && !facts.movesAll(i)) return true;
  return false;
}

/// The same for lanes of one of two operands, if elements of the other one are near each other.
bool isTransposableBeside(const OpFacts &facts, const Target &target, std::size_t v) {
  const IteratorFacts &lanes = facts.iterators[v];
  if (lanes.reduced || lanes.extent < 2 || vectorLoadable(lanes.resultStride) || facts.movesAll(v)) return false;
  for (std::size_t i = 0; i < facts.iterators.size(); ++i) {
    if (std::abs(facts.iterators[i].resultStride) != 1 || facts.movesAll(i)) continue;
    bool leavesLanes = false, isNear = true;
    for (std::size_t operand = 0; operand < facts.operandCount; ++operand) {
      if (!facts.bodyOperand[operand]) continue;
      if (lanes.strides[operand] == 0)
        isNear = isNear && isReadNear(facts, target, operand, i);
      else
        leavesLanes = leavesLanes || facts.iterators[i].strides[operand] == 0;
    }
    if (leavesLanes && isNear) return true;
  }
  return false;
}

/// The reduced iterator along which blocks are read and transposed, and how many iterations of it, where lanes along
/// `v` are far apart and nothing is read so often that it were packed.
std::optional<Tile::Repeat> chooseAcross(const OpFacts &facts, std::size_t v, std::int64_t lanes, bool exact) {
  if (!facts.hasReduction || facts.iterators[v].reduced || facts.productsAtOnce > 1) return std::nullopt;
  if (std::ranges::count(facts.bodyOperand, true) > 1 && facts.movesAll(v)) return std::nullopt;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand) {
    if (!facts.bodyOperand[operand] || vectorLoadable(facts.iterators[v].strides[operand])) continue;
    if (facts.reuse(operand) >= leastReuseOfGathered) return std::nullopt;
    for (std::size_t i = 0; i < facts.iterators.size(); ++i) {
      const IteratorFacts &iterator = facts.iterators[i];
      if (!iterator.reduced || iterator.extent < 2 || iterator.strides[operand] != 1) continue;
      if (exact && i + 1 < facts.iterators.size()) return std::nullopt; // it has to stay outside of others
      const std::int64_t left = iterator.extent % lanes;                // of which a few are no block
      if (iterator.extent > lanes && left > 0 && left < lanes / 4) return std::nullopt;
      return Tile::Repeat{i, std::min(iterator.extent, lanes)};
    }
  }
  return std::nullopt;
}

/// The nearest parallel iterator, of which two rows are folded together, where one operand alone is summed along the
/// lanes in rows of few vectors: folding one takes as long as adding it. More rows would not be read as they lie.
std::optional<Tile::Repeat> chooseFoldedTogether(const OpFacts &facts, const Target &target, std::size_t v) {
  constexpr std::int64_t mostVectors = 6;
  if (!facts.iterators[v].reduced || std::ranges::count(facts.bodyOperand, true) != 1 ||
      facts.iterators[v].extent > mostVectors * target.lanes(facts.laneBytes))
    return std::nullopt;
  const auto operand = static_cast<std::size_t>(std::ranges::find(facts.bodyOperand, true) - facts.bodyOperand.begin());
  std::optional<std::size_t> nearest;
  const auto distance = [&](std::size_t i) { return std::abs(facts.iterators[i].strides[operand]); };
  for (std::size_t i = 0; i < facts.iterators.size(); ++i)
    if (!facts.iterators[i].reduced && facts.iterators[i].extent > 1 && (!nearest || distance(i) < distance(*nearest)))
      nearest = i;
  return nearest ? std::optional(Tile::Repeat{*nearest, 2}) : std::nullopt;
}

/// Parallel iterators whose repetition reuses an operand: some operand does not move with them, another does.
std::vector<std::size_t> reusing(const OpFacts &facts, const Target &target, std::size_t v) {
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
  // Of equals those whose results are nearest win: one tile then writes whole lines. Along sums results are single
  // ones; what comes from beyond L2 is rather read in rows that are near each other.
  const auto largest =
      static_cast<std::size_t>(std::ranges::max_element(facts.operandBytes) - facts.operandBytes.begin());
  const bool isFar = facts.iterators[v].reduced && facts.operandBytes[largest] > target.l2Bytes;
  std::ranges::stable_sort(found, {}, [&](std::size_t i) {
    const IteratorFacts &iterator = facts.iterators[i];
    return std::abs(isFar ? iterator.strides[largest] : iterator.resultStride);
  });
  return found;
}

/// Shuffles and their additions, beside loads: processors do one a cycle, and two loads.
constexpr double shuffled = 2;

/// Instructions that a copy waits for a line from far beyond L2.
constexpr double lineTime = 16;

/// Those of a vector's copy, if what it is multiplied with is small: tiles that read such an operand in place hide it
/// behind multiplications.
double waitingForCopy(const OpFacts &facts, const Target &target, std::size_t packed) {
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
    if (operand != packed && facts.bodyOperand[operand] && facts.operandBytes[operand] > target.l2Bytes / 8) return 0;
  return comesFromFar(facts, target, packed) ? lineTime : 0;
}

/// Those of the copy of what all lanes read the same element of, where that is copied because no sum goes along its
/// rows (Packing.h): for as many elements as there are lanes.
double waitingForOther(const OpFacts &facts, const Target &target, std::size_t other, std::size_t v,
                       std::int64_t lanes) {
  const auto isAlongRows = [&](const IteratorFacts &i) { return i.reduced && std::abs(i.strides[other]) == 1; };
  if (!facts.bodyOperand[other] || !facts.isPackable[other] || !comesFromFar(facts, target, other) ||
      facts.iterators[v].reduced || facts.iterators[v].strides[other] != 0 || facts.points(true) < 2 ||
      facts.registersPerVector() > 1 || // which compute longer
      std::ranges::any_of(facts.iterators, isAlongRows))
    return 0;
  return lineTime * static_cast<double>(lanes * facts.elementBytes) / static_cast<double>(target.cacheLineBytes);
}

/// Load and store instructions a point when `v` becomes the lanes, as derived in the header.
double instructionsPerPoint(const OpFacts &facts, const Target &target, std::size_t v, std::int64_t lanes, bool exact) {
  const IteratorFacts &iterator = facts.iterators[v];
  const double vectorSteps =
      static_cast<double>(ceilDiv(iterator.extent, lanes)) / static_cast<double>(iterator.extent);
  const auto across = chooseAcross(facts, v, lanes, exact);
  auto cost = [&](std::int64_t stride) { return loadInstructions(stride, lanes, across.has_value()); };
  const auto packed = packedOperand(facts, target, v);
  double loads = 0;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
    if (operand == packed)
      loads += 1 + (iterator.reduced ? shuffled : 1) * packingInstructions(facts, operand, v, lanes) +
               waitingForCopy(facts, target, operand) / static_cast<double>(facts.reuse(operand));
    else if (facts.bodyOperand[operand])
      loads += cost(iterator.strides[operand]) +
               waitingForOther(facts, target, operand, v, lanes) / static_cast<double>(facts.reuse(operand));
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
    if (splitsLines(facts, target, operand, v))
      loads += static_cast<double>(lanes) * scatteredStore / static_cast<double>(facts.reuse(operand));
  const double reducedPoints = static_cast<double>(std::max<std::int64_t>(1, facts.points(true)));
  const bool isScattered = !iterator.reduced && !vectorLoadable(iterator.resultStride);
  const double stores = !isScattered               ? 1
                        : isTransposable(facts, v) ? transposedStore
                                                   : static_cast<double>(lanes) * scatteredStore;
  const auto folds = [&] {
    return foldInstructions(
        lanes, reusing(facts, target, v).empty() && !chooseFoldedTogether(facts, target, v) ? 1 : facts.points(false));
  };
  const double result = (iterator.reduced ? shuffled * folds() : stores * vectorSteps) / reducedPoints;
  return (isScattered ? stridedResult : 1) * loads * vectorSteps + result;
}

/// At least two, which take two registers where an element is as wide as one.
std::int64_t lanesFor(const OpFacts &facts, std::size_t v, const Target &target) {
  const std::int64_t lanes = std::max<std::int64_t>(2, target.lanes(facts.laneBytes));
  return std::min(lanes, roundUpToPowerOfTwo(facts.iterators[v].extent));
}

std::optional<std::size_t> chooseVectorIterator(const OpFacts &facts, const Target &target, bool exact) {
  if (target.lanes(facts.laneBytes) < 2) return std::nullopt; // one element fills a register
  std::optional<std::size_t> best;
  double bestCost = 0;
  // From the last to the first: of equals the one that moves the least in memory wins.
  for (std::size_t i = facts.iterators.size(); i-- > 0;) {
    const IteratorFacts &iterator = facts.iterators[i];
    if (iterator.extent < 2 || (exact && iterator.reduced)) continue;
    double cost = instructionsPerPoint(facts, target, i, lanesFor(facts, i, target), exact);
    if (iterator.reduced) cost *= 1.01; // of equals the one that needs no folding wins
    if (!best || cost < bestCost) {
      best = i;
      bestCost = cost;
    }
  }
  return best;
}

/// Repetitions that read the rows of an operand to their end, where lanes lie along a sum: those parallel iterators
/// that go on where the lanes end, before another sum jumps further. Only of an operand that is used once and comes
/// from beyond L2, in rows that are no longer than a few lines: then registers hold all that is summed along one.
std::vector<Tile::Repeat> chooseRowsToTheirEnd(const OpFacts &facts, const Target &target, std::size_t v,
                                               std::int64_t vectors) {
  const auto operand = static_cast<std::size_t>(std::ranges::find(facts.bodyOperand, true) - facts.bodyOperand.begin());
  const IteratorFacts &lanes = facts.iterators[v];
  if (!lanes.reduced || std::ranges::count(facts.bodyOperand, true) != 1 || lanes.strides[operand] != 1) return {};
  if (!isUsedOnce(facts, operand) || facts.operandBytes[operand] <= target.l2Bytes) return {};
  const bool jumps = std::ranges::any_of(facts.iterators, [&](const IteratorFacts &i) {
    return i.reduced && i.extent > 1 && i.strides[operand] > lanes.extent;
  });
  std::vector<Tile::Repeat> repeats;
  std::int64_t row = lanes.extent, registers = 2 * vectors; // of which some are for folding
  for (bool goesOn = jumps; std::exchange(goesOn, false);)
    for (std::size_t i = 0; i < facts.iterators.size() && !goesOn; ++i) {
      const IteratorFacts &iterator = facts.iterators[i];
      if (iterator.reduced || iterator.extent < 2 || iterator.strides[operand] != row) continue;
      if (registers * iterator.extent > target.vectorRegisters) return repeats;
      registers *= iterator.extent;
      row *= iterator.extent;
      repeats.push_back({i, iterator.extent});
      goesOn = true;
    }
  return repeats;
}

/// Longest repetition of a parallel iterator. Each repetition of one that moves an operand used once is a stream.
std::int64_t longestRepeat(const OpFacts &facts, std::size_t iterator) {
  std::int64_t longest = std::min(facts.iterators[iterator].extent, maxSide);
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
    if (isUsedOnce(facts, operand)) longest = std::min(longest, streamsAtOnce);
  return longest;
}

/// Whether operands and result all stay in a cache from one call to the next.
bool staysInCache(const OpFacts &facts, const Target &target) {
  return facts.bytesTouched() <= static_cast<double>(std::max(target.l2Bytes, target.l3Bytes / 2));
}

/// Looks through the tiles for a chosen vector iterator and keeps the best.
class TileSearch {
public:
  TileSearch(const OpFacts &facts, const Target &target, std::size_t v, bool exact)
      : facts_(facts), target_(target), v_(v), lanes_(lanesFor(facts, v, target)),
        packed_(packedOperand(facts, target, v)), across_(chooseAcross(facts, v, lanes_, exact)),
        model_(facts, target, v, lanes_, packed_, across_.has_value()) {
    // Without a reduction nothing is carried from step to step. A few vectors a step hide the loop itself; between
    // memory and memory a long run of loads and stores without a branch keeps more lines under way.
    const std::int64_t widest = facts.hasReduction ? target.vectorRegisters : staysInCache(facts, target) ? 8 : maxSide;
    mostVectors_ = std::max<std::int64_t>(1, std::min(widest, maxUnrolledNodes / facts.bodyNodes));
    longest_ = std::min({ceilDiv(facts.iterators[v].extent, lanes_), mostVectors_, gathers() ? mostGathered : maxSide});
    if (across_) longest_ = 1; // a block takes as many registers as there are lanes
  }

  Tile run() {
    const std::int64_t vectors = ceilDiv(facts_.iterators[v_].extent, lanes_);
    if (auto repeats = chooseRowsToTheirEnd(facts_, target_, v_, vectors); !repeats.empty()) {
      consider(vectors, std::move(repeats));
      return model_.fastest(std::move(candidates_));
    }
    if (const auto repeat = chooseFoldedTogether(facts_, target_, v_)) {
      consider(1, {*repeat});
      return model_.fastest(std::move(candidates_));
    }
    if (packed_) leaveRoomForRows(*packed_);
    for (std::int64_t vectors = 1; vectors <= longest_; ++vectors) consider(vectors, {});
    if (!across_ && (facts_.hasReduction || staysInCache(facts_, target_))) {
      const std::vector<std::size_t> repeatable = reusing(facts_, target_, v_);
      for (std::size_t a = 0; a < repeatable.size(); ++a) {
        repeatOne(repeatable[a]);
        for (std::size_t b = a + 1; b < repeatable.size(); ++b) repeatTwo(repeatable[a], repeatable[b]);
      }
    }
    return model_.fastest(std::move(candidates_));
  }

private:
  /// Whether the lanes of an operand are loaded one by one.
  bool gathers() const {
    for (std::size_t operand = 0; operand < facts_.operandCount; ++operand)
      if (facts_.bodyOperand[operand] && operand != packed_ && !vectorLoadable(facts_.iterators[v_].strides[operand]))
        return true;
    return false;
  }

  /// A packed operand is read along an axis of its own. Where it comes from memory and few iterations read it again, so
  /// that reading it is what takes time, panels that stay in L2 must have room for several lines of that axis: so they
  /// have fewer lanes.
  void leaveRoomForRows(std::size_t operand) {
    std::int64_t again = 1, row = 1;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      const IteratorFacts &iterator = facts_.iterators[i];
      if (!iterator.reduced && iterator.strides[operand] == 0) again = std::min(again * iterator.extent, mostAgain * 2);
      if (!iterator.reduced && i != v_ && std::abs(iterator.strides[operand]) == 1) row = iterator.extent;
    }
    if (again >= mostAgain || facts_.operandBytes[operand] <= target_.l2Bytes) return;
    const std::int64_t lines = std::min(row, 4 * target_.cacheLineBytes / facts_.elementBytes);
    const std::int64_t vectorBytes = std::max<std::int64_t>(1, facts_.points(true)) * lanes_ * facts_.elementBytes;
    longest_ = std::clamp<std::int64_t>(target_.l2Bytes / 5 * 2 / lines / vectorBytes, 1, longest_);
  }

  void repeatOne(std::size_t a) {
    for (std::int64_t countA = 2; countA <= std::min(longestRepeat(facts_, a), mostVectors_); ++countA)
      for (std::int64_t vectors = 1; vectors <= std::min(longest_, mostVectors_ / countA); ++vectors)
        consider(vectors, {{a, countA}});
  }

  /// With lanes along a reduced iterator, or a batch, both factors of a product are reused only by repeating two
  /// others.
  void repeatTwo(std::size_t a, std::size_t b) {
    if (!facts_.hasReduction || !facts_.movesAll(v_)) return;
    for (std::int64_t countA = 2; countA <= std::min(longestRepeat(facts_, a), mostVectors_); ++countA)
      for (std::int64_t countB = 2; countB <= std::min(longestRepeat(facts_, b), mostVectors_ / countA); ++countB)
        consider(1, {{a, countA}, {b, countB}});
  }

  void consider(std::int64_t vectors, std::vector<Tile::Repeat> repeats) {
    Tile tile{v_, lanes_, vectors, std::move(repeats), {}, packed_, {}, across_};
    if (!candidates_.empty() && model_.registers(tile) > target_.vectorRegisters) return;
    candidates_.push_back(std::move(tile));
  }

  const OpFacts &facts_;
  const Target &target_;
  std::size_t v_;
  std::int64_t lanes_, mostVectors_, longest_;
  std::optional<std::size_t> packed_;
  std::optional<Tile::Repeat> across_;
  TileModel model_;
  std::vector<Tile> candidates_;
};

/// Cycles that copying the packed operand takes: instructions, and the time of a line from where it is.
double packTime(const OpFacts &facts, const Target &target, const Tile &tile) {
  if (!tile.packed) return 0;
  constexpr double fromL3 = 3, fromMemory = 8, instructionsPerCycle = 2;
  const std::int64_t bytes = facts.operandBytes[*tile.packed];
  const double line = comesFromFar(facts, target, *tile.packed) ? fromMemory : bytes > target.l2Bytes ? fromL3 : 0;
  const double instructions = packingInstructions(facts, *tile.packed, *tile.vectorIterator, tile.lanes) *
                              static_cast<double>(facts.reuse(*tile.packed));
  return static_cast<double>(bytes / facts.elementBytes / tile.lanes) * (instructions / instructionsPerCycle + line);
}

/// A tile whose results are transposed, of a product whose other tile copies an operand, if it is faster.
std::optional<Tile> chooseTransposed(const OpFacts &facts, const Target &target, const Tile &other) {
  constexpr double leastGain = 0.9;
  if (!facts.hasReduction || !facts.hasOwnMemory || !other.packed || facts.productsAtOnce > 1) return std::nullopt;
  std::optional<Tile> best;
  double least = leastGain * tileTime(facts, target, other);
  for (std::size_t v = 0; v < facts.iterators.size(); ++v) {
    if (v == other.vectorIterator || !isTransposableBeside(facts, target, v)) continue;
    Tile tile = TileSearch(facts, target, v, false).run();
    if (tile.packed) continue;
    const double time = tileTime(facts, target, tile);
    if (time >= least) continue;
    least = time;
    best = std::move(tile);
  }
  return best;
}

/// The reduced iterator of which instructions multiply several iterations at once: the one whose elements are nearest.
std::optional<Tile::Repeat> chooseMultiplied(const OpFacts &facts, std::size_t v) {
  if (facts.productsAtOnce == 1 || facts.iterators[v].reduced) return std::nullopt;
  std::optional<std::size_t> best;
  std::int64_t bestStride = 0;
  for (std::size_t i = 0; i < facts.iterators.size(); ++i) {
    const IteratorFacts &iterator = facts.iterators[i];
    if (!iterator.reduced || iterator.extent < facts.productsAtOnce) continue;
    std::int64_t least = INT64_MAX;
    for (std::int64_t stride : iterator.strides)
      if (stride != 0) least = std::min(least, std::abs(stride));
    if (best && least > bestStride) continue;
    best = i;
    bestStride = least;
  }
  return best ? std::optional(Tile::Repeat{*best, facts.productsAtOnce}) : std::nullopt;
}

} // namespace

Tile::Repeat neighboursInResult(const OpFacts &facts, const Tile &tile) {
  const Tile::Repeat lanes{*tile.vectorIterator, tile.lanes};
  if (facts.iterators[lanes.iterator].resultStride == 1) return lanes;
  const auto repeat = std::ranges::find_if(
      tile.repeats, [&](const Tile::Repeat &r) { return facts.iterators[r.iterator].resultStride == 1; });
  return repeat == tile.repeats.end() ? lanes : *repeat;
}

double tileTime(const OpFacts &facts, const Target &target, const Tile &tile) {
  const TileModel model(facts, target, *tile.vectorIterator, tile.lanes, tile.packed, tile.together.has_value());
  return model.time(tile) + packTime(facts, target, tile);
}

Tile chooseTile(const OpFacts &facts, const Target &target, bool exact) {
  const auto v = chooseVectorIterator(facts, target, exact);
  if (!v) {
    Tile scalar;
    scalar.reason = "scalar";
    return scalar;
  }
  Tile tile = TileSearch(facts, target, *v, exact).run();
  if (const auto transposed = exact ? std::nullopt : chooseTransposed(facts, target, tile)) return *transposed;
  tile.together = facts.productsAtOnce > 1 ? chooseMultiplied(facts, *v) : tile.together;
  if (const auto rows = exact ? std::nullopt : chooseRowStreams(facts, target, tile)) return *rows;
  return tile;
}

} // namespace einjit::plan
