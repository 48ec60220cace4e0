// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Fetching.h"
#include <algorithm>

namespace einjit::plan {
namespace {

/// A step of fewer multiply-adds is longer by more than a tenth for two prefetches.
constexpr std::int64_t leastTileToFetch = 16;
/// A line of an operand that is read so often has so many vectors of multiply-adds for its prefetch.
constexpr std::int64_t leastReuseToFetch = 8;

class Fetching {
public:
  Fetching(const FetchedOp &op, std::span<const PlannedLoops> groups, const std::string &sum)
      : op_(op), facts_(op.facts), groups_(groups), sum_(sum) {}

  void fetch(std::size_t operand, std::vector<loop::Step> &steps) const {
    if (!facts_.bodyOperand[operand] || !facts_.isPackable[operand]) return;
    if (staysInL2() || !hasTimeToFetch(op_.tile) || facts_.reuse(operand) < leastReuseToFetch) return;
    if (facts_.operandBytes[operand] <= op_.target.l2Bytes / 4) return; // stays there, however often it is read
    // Panels are made outside of the loops inside blocks, and take room themselves.
    const bool isPacked = operand < op_.isPacked.size() && op_.isPacked[operand];
    PlannedLoops loops;
    for (std::size_t group = 0; group < groups_.size() - (isPacked ? 1 : 0); ++group)
      loops.insert(loops.end(), groups_[group].begin(), groups_[group].end());
    for (std::size_t i = loops.size(); i-- > 0;) {
      if (!readsOn(operand, loops, i)) continue;
      const std::int64_t stride = loops[i].step * facts_.iterators[loops[i].iterator].strides[operand];
      const std::int64_t most = isPacked ? op_.target.l2Bytes / 4 : op_.target.l2Bytes / 10 * 3;
      if (stride > most / facts_.elementBytes || !isRepeated(loops[i])) return;
      steps.push_back(
          {loop::Fetch{op_.operandNames[operand], loops[i].name, sum_, op_.target.cacheLineBytes / facts_.elementBytes},
           "what comes next is on its way"});
      return;
    }
  }

private:
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

  /// Whether operands and result all stay there from one call to the next.
  bool staysInL2() const { return facts_.bytesTouched() <= static_cast<double>(op_.target.l2Bytes); }
  /// Whether one of the loops that an even split makes of it runs more than once.
  static bool isRepeated(const PlannedLoop &loop) {
    if (!loop.shared) return loop.extent > 1;
    return std::ranges::any_of(loop.shared->parts, [](const SharedLoop::Part &part) { return part.count > 1; });
  }

  const FetchedOp &op_;
  const OpFacts &facts_;
  std::span<const PlannedLoops> groups_;
  const std::string &sum_;
};

} // namespace

bool hasTimeToFetch(const Tile &tile) {
  std::int64_t vectors = tile.vectors;
  for (const Tile::Repeat &repeat : tile.repeats) vectors *= repeat.count;
  return vectors >= leastTileToFetch;
}

void planFetches(const FetchedOp &op, std::span<const PlannedLoops> groups, const std::string &sum,
                 std::vector<loop::Step> &steps) {
  const Fetching fetching(op, groups, sum);
  for (std::size_t operand = 0; operand < op.facts.operandCount; ++operand) fetching.fetch(operand, steps);
}

} // namespace einjit::plan
