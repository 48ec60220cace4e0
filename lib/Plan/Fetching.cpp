// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Fetching.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cstdlib>

namespace einjit::plan {
namespace {

/// A step of fewer multiply-adds is longer by more than a tenth for two prefetches.
constexpr std::int64_t leastTileToFetch = 16;
/// A line of an operand that is read so often has so many vectors of multiply-adds for its prefetch.
constexpr std::int64_t leastReuseToFetch = 8;
/// Of what panels are copied from: with more, the copies take little of the time.
constexpr std::int64_t mostReuseOfPieces = 512;
/// Of rows, in one step.
constexpr std::int64_t mostPrefetches = 2;

class Fetching {
public:
  Fetching(const FetchedOp &op, std::span<const PlannedLoops> groups, const PlannedLoop &sum)
      : op_(op.op), copies_(op.copies), jumpsBetweenRows_(op.jumpsBetweenRows), facts_(op_.facts), groups_(groups),
        sum_(sum) {}

  void fetch(std::size_t operand, std::vector<loop::Step> &steps) const {
    if (!isWorthFetching(op_, operand)) return;
    // Panels are made outside of the loops inside blocks, and take room themselves.
    const bool isPacked = copies_ && copies_->areOf(operand);
    PlannedLoops loops;
    for (std::size_t group = 0; group < groups_.size() - (isPacked ? 1 : 0); ++group)
      loops.insert(loops.end(), groups_[group].begin(), groups_[group].end());
    for (std::size_t i = loops.size(); i-- > 0;) {
      if (!readsOn(operand, loops, i)) continue;
      const std::int64_t stride = loops[i].step * facts_.iterators[loops[i].iterator].strides[operand];
      const std::int64_t most = isPacked ? op_.target.l2Bytes / 4 : op_.target.l2Bytes / 5 * 3;
      if (stride > most / facts_.elementBytes || !isRepeated(loops[i])) {
        if (!isPacked) return;
        break;
      }
      steps.push_back(
          {loop::Fetch{op_.operandNames[operand], loops[i].name, sum_.name, line()}, "what comes next is on its way"});
      return;
    }
    if (isPacked)
      fetchPieces(operand, loops, steps);
    else if (jumpsBetweenRows_)
      fetchRows(operand, loops, steps);
  }

private:
  std::int64_t line() const { return op_.target.cacheLineBytes / facts_.elementBytes; }

  /// Rows that iterations of the sum jump between: the longest ones that fit L2 twice. The sum is split, so that it
  /// runs once for each row.
  void fetchRows(std::size_t operand, const PlannedLoops &loops, std::vector<loop::Step> &steps) const {
    const std::int64_t rows = facts_.iterators[sum_.iterator].extent;
    if (sum_.extent != rows) return;
    const loop::Fetch none{op_.operandNames[operand], {}, sum_.name + "i", line()};
    std::optional<loop::Fetch> best;
    std::int64_t part = 0, runs = 1; // of the sum, in an iteration of the loop
    for (std::size_t i = loops.size(); i-- > 0; runs *= loops[i].extent) {
      const std::int64_t row = rowLength(operand, loops, i);
      if (row == 0 || row > op_.target.l2Bytes / 5 * 3 / facts_.elementBytes / rows) break;
      const std::int64_t length = greatestDivisor(rows, runs);
      const std::int64_t stride = facts_.iterators[loops[i].iterator].strides[operand];
      if (stride <= 0 || row < leastLinesOfRow * line() || !isRepeated(loops[i])) continue;
      // Runs that are left over fetch rows that nobody asked for.
      if (4 * length < 3 * runs || ceilDiv(row, length) > mostPrefetches * line()) continue;
      best = none;
      best->ahead = loops[i].name;
      best->row = row;
      part = length;
    }
    if (!best) return;
    steps.push_back({loop::Split{sum_.name, part, sum_.name + "o", sum_.name + "i"}, "a row is fetched by each part"});
    steps.push_back({*best, "what comes next is on its way"});
  }

  /// Pieces that the next panel is copied from, if all are equally far apart: each by a part of the sum, or else by a
  /// run of one of the loops around it.
  void fetchPieces(std::size_t operand, const PlannedLoops &loops, std::vector<loop::Step> &steps) const {
    const std::int64_t sums = facts_.iterators[sum_.iterator].extent;
    const auto panel = std::find_if(loops.rbegin(), loops.rend(),
                                    [&](const PlannedLoop &loop) { return strideOf(operand, loop.iterator) != 0; });
    if (panel == loops.rend() || strideOf(operand, panel->iterator) <= 0 || !isRepeated(*panel)) return;
    if (sum_.extent != sums || facts_.reuse(operand) > mostReuseOfPieces || !copies_->isMadeIn(operand, panel->name) ||
        facts_.operandBytes[operand] <= 4 * op_.target.l2Bytes)
      return;
    const Pieces pieces = piecesOf(operand, loops, static_cast<std::size_t>(loops.rend() - panel) - 1);
    if (pieces.length < leastLinesOfRow * line() || pieces.count < 2) return;
    loop::Fetch fetch{op_.operandNames[operand], panel->name, sum_.name, line(), pieces.length, pieces.apart};
    std::int64_t runs = 1, each = sums; // of the loop inside of blocks, and iterations of the sum in one of its runs
    for (const PlannedLoop &loop : groups_.back()) each *= loop.extent;
    for (const PlannedLoop &loop : groups_.back()) {
      if (runs >= pieces.count) {
        fetch.by = loop.name;
        break;
      }
      runs *= loop.extent;
      each /= loop.extent;
    }
    const std::int64_t part = greatestDivisor(sums, std::max<std::int64_t>(1, sums * runs / pieces.count));
    if (fetch.by.empty()) {
      runs *= sums / part;
      each = part;
    }
    if (4 * pieces.count < 3 * runs || 4 * runs < 3 * pieces.count) return;
    if (ceilDiv(pieces.length, each) > mostPrefetches * line()) return;
    if (fetch.by.empty() && part < sums) {
      fetch.in = sum_.name + "i";
      steps.push_back({loop::Split{sum_.name, part, sum_.name + "o", fetch.in}, "a piece is fetched by each part"});
    }
    steps.push_back({std::move(fetch), "what the next panel is copied from is on its way"});
  }

  struct Pieces {
    std::int64_t length = 1, count = 1, apart = 0; ///< no count: they are not equally far apart
  };
  /// Of what an iteration of the loop at `position` copies.
  Pieces piecesOf(std::size_t operand, const PlannedLoops &loops, std::size_t position) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> moves; // strides and counts
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (const std::int64_t stride = std::abs(strideOf(operand, i)), count = inside(loops, position, i);
          stride != 0 && count > 1)
        moves.emplace_back(stride, count);
    std::ranges::sort(moves);
    Pieces pieces;
    for (const auto &[stride, count] : moves) {
      if (pieces.count == 1 && stride == pieces.length) {
        pieces.length *= count;
        continue;
      }
      if (pieces.count == 1) pieces.apart = stride;
      if (stride != pieces.count * pieces.apart) return {};
      pieces.count *= count;
    }
    return pieces;
  }

  std::int64_t strideOf(std::size_t operand, std::size_t iterator) const {
    return facts_.iterators[iterator].strides[operand];
  }

  /// Elements side by side that one iteration of that loop reads in each of the sum; 0 if it reads several such pieces.
  std::int64_t rowLength(std::size_t operand, const PlannedLoops &loops, std::size_t position) const {
    std::vector<std::size_t> moving;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (i != sum_.iterator && facts_.iterators[i].strides[operand] != 0 && inside(loops, position, i) > 1)
        moving.push_back(i);
    std::ranges::sort(moving, {}, [&](std::size_t i) { return std::abs(facts_.iterators[i].strides[operand]); });
    std::int64_t elements = 1;
    for (std::size_t i : moving) {
      if (facts_.iterators[i].strides[operand] != elements) return 0;
      elements *= inside(loops, position, i);
    }
    return facts_.iterators[sum_.iterator].strides[operand] > elements ? elements : 0;
  }

  /// Iterations of the iterator in one iteration of the loop at `position` of those outside of the sums.
  std::int64_t inside(const PlannedLoops &loops, std::size_t position, std::size_t iterator) const {
    for (std::size_t i = position + 1; i-- > 0;)
      if (loops[i].iterator == iterator) return loops[i].step;
    return facts_.iterators[iterator].extent;
  }

  /// Whether an iteration of that loop reads all that lies between where it begins to read the operand and where the
  /// next one does.
  bool readsOn(std::size_t operand, const PlannedLoops &loops, std::size_t position) const {
    const PlannedLoop &loop = loops[position];
    std::int64_t elements = 1;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (facts_.iterators[i].strides[operand] != 0) elements *= inside(loops, position, i);
    return loop.step * facts_.iterators[loop.iterator].strides[operand] == elements;
  }

  /// Whether one of the loops that an even split makes of it runs more than once.
  static bool isRepeated(const PlannedLoop &loop) {
    if (!loop.shared) return loop.extent > 1;
    return std::ranges::any_of(loop.shared->parts, [](const SharedLoop::Part &part) { return part.count > 1; });
  }

  const TiledOp &op_;
  const PanelCopies *copies_;
  const bool jumpsBetweenRows_;
  const OpFacts &facts_;
  std::span<const PlannedLoops> groups_;
  const PlannedLoop &sum_;
};

} // namespace

bool hasTimeToFetch(const Tile &tile) {
  std::int64_t vectors = tile.vectors;
  for (const Tile::Repeat &repeat : tile.repeats) vectors *= repeat.count;
  return vectors >= leastTileToFetch;
}

bool isWorthFetching(const TiledOp &op, std::size_t operand) {
  const OpFacts &facts = op.facts;
  if (!facts.bodyOperand[operand] || !facts.isPackable[operand]) return false;
  if (facts.bytesTouched() <= static_cast<double>(op.target.l2Bytes)) return false; // all stays from call to call
  if (facts.operandBytes[operand] <= op.target.l2Bytes / 4) return false; // stays there, however often it is read
  return hasTimeToFetch(op.tile) && facts.reuse(operand) >= leastReuseToFetch;
}

void planFetches(const FetchedOp &op, std::span<const PlannedLoops> groups, const PlannedLoop &sum,
                 std::vector<loop::Step> &steps) {
  const Fetching fetching(op, groups, sum);
  for (std::size_t operand = 0; operand < op.op.facts.operandCount; ++operand) fetching.fetch(operand, steps);
}

} // namespace einjit::plan
