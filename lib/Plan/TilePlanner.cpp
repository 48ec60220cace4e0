// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/TilePlanner.h"
#include "Plan/Fetching.h"
#include "Plan/Packing.h"
#include "Plan/PanelCopies.h"
#include "Plan/PlannedLoop.h"
#include "Plan/RowStreams.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace einjit::plan {
namespace {

class TilePlanner {
public:
  TilePlanner(const TiledOp &op, std::vector<loop::Step> &steps)
      : op_(op), facts_(op.facts), target_(op.target), tile_(op.tile), steps_(steps), panels_(op, std::nullopt, steps) {
  }

  std::vector<SharedLoop> run() {
    for (std::size_t i : inOrder()) planIterator(i);
    privatize();
    order();
    pack();
    keepAccumulators();
    if (!lanes_.empty()) add(loop::Vectorize{lanes_}, op_.lanesReason);
    for (const std::string &loop : unrolled_) add(loop::Unroll{loop}, {});
    panels_.vectorize();
    fetch();
    return sharedLoops();
  }

private:
  void add(auto action, std::string reason) { steps_.push_back({std::move(action), std::move(reason)}); }

  /// The operand that a product with lanes along its sums reads from beyond L2, the larger one: loops that do not move
  /// it stand inside, or it would be read again for each of their tiles.
  std::optional<std::size_t> farOperand() const {
    if (!vectorIsReduced()) return std::nullopt;
    std::optional<std::size_t> far;
    for (std::size_t operand = 0; operand < facts_.operandCount; ++operand)
      if (facts_.bodyOperand[operand] && facts_.operandBytes[operand] > target_.l2Bytes &&
          (!far || facts_.operandBytes[operand] > facts_.operandBytes[*far]))
        far = operand;
    return far;
  }

  /// Whether lines of the result, which is contiguous along the first of these iterators in the far operand's order,
  /// stay in L2 until the next iteration of that writes their next elements. So loops may nest as the operand lies,
  /// which is then fetched.
  bool resultLinesStay(std::vector<std::size_t>::const_iterator begin,
                       std::vector<std::size_t>::const_iterator end) const {
    const auto rows = std::find_if(begin, end, [&](std::size_t i) { return facts_.iterators[i].resultStride == 1; });
    if (rows == end) return true;
    const std::int64_t lines = facts_.points(false) / std::max<std::int64_t>(1, facts_.iterators[*rows].extent);
    return lines <= target_.l2Bytes / 5 * 3 / target_.cacheLineBytes;
  }

  /// The iterators in the order of their loops, which those that are split have to have before.
  std::vector<std::size_t> inOrder() {
    std::vector<std::size_t> order(facts_.iterators.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (const auto once = tile_.streams ? std::nullopt : readOnce(facts_, target_))
      return inOrderOf(*once, std::move(order));
    const auto far = farOperand();
    if (!far) return order;
    const auto given = order;
    const auto reduced = std::ranges::find_if(order, [&](std::size_t i) { return facts_.iterators[i].reduced; });
    const auto others = std::stable_partition(order.begin(), reduced,
                                              [&](std::size_t i) { return facts_.iterators[i].strides[*far] != 0; });
    if (isWorthFetching(op_, *far) && resultLinesStay(order.begin(), others))
      std::stable_sort(order.begin(), others, [&](std::size_t a, std::size_t b) {
        return std::abs(facts_.iterators[a].strides[*far]) > std::abs(facts_.iterators[b].strides[*far]);
      });
    addOrder(given, order, "what comes from beyond L2 is read once");
    return order;
  }

  /// Parallel iterators as the operand lies in memory.
  std::vector<std::size_t> inOrderOf(std::size_t operand, std::vector<std::size_t> order) {
    const auto given = order;
    const auto reduced = std::ranges::find_if(order, [&](std::size_t i) { return facts_.iterators[i].reduced; });
    std::stable_sort(order.begin(), reduced, [&](std::size_t a, std::size_t b) {
      return std::abs(facts_.iterators[a].strides[operand]) > std::abs(facts_.iterators[b].strides[operand]);
    });
    addOrder(given, order, "what comes from memory is read as it lies there");
    return order;
  }

  void addOrder(const std::vector<std::size_t> &given, const std::vector<std::size_t> &order, std::string reason) {
    loop::Reorder step;
    for (std::size_t i : order)
      if (!facts_.iterators[i].reduced) step.loops.push_back(facts_.iterators[i].name);
    if (order != given) add(std::move(step), std::move(reason));
  }

  /// Splits one iterator into what the tile takes of it and the loop that counts tiles.
  void planIterator(std::size_t i) {
    const IteratorFacts &iterator = facts_.iterators[i];
    PlannedLoops &outside = iterator.reduced ? reducedOutside_ : parallelOutside_;
    if (i == tile_.vectorIterator) {
      splitVectors(i, outside);
      return;
    }
    if (tile_.streams && tile_.streams->iterator == i) {
      splitStreams(iterator);
      return;
    }
    const auto repeat = std::find_if(tile_.repeats.begin(), tile_.repeats.end(),
                                     [&](const Tile::Repeat &r) { return r.iterator == i; });
    if (repeat == tile_.repeats.end()) {
      outside.push_back(wholeLoop(i));
      return;
    }
    std::string inner = iterator.name;
    if (repeat->count < iterator.extent) {
      inner = iterator.name + "t";
      add(loop::Split{iterator.name, repeat->count, iterator.name + "o", inner, false, 1}, tile_.reason);
      outside.push_back(tilesLoop(i, iterator.name + "o", repeat->count, 1));
    }
    inside_.push_back({inner, i, repeat->count});
    unrolled_.push_back(inner);
  }

  /// Several iterations of a reduced iterator, unrolled inside the loop over a row.
  void splitStreams(const IteratorFacts &iterator) {
    const auto i = static_cast<std::size_t>(&iterator - facts_.iterators.data());
    if (tile_.streams->count == 1) return reducedOutside_.push_back(wholeLoop(i));
    streams_ = iterator.name;
    if (tile_.streams->count < iterator.extent) {
      streams_ += "t";
      add(loop::Split{iterator.name, tile_.streams->count, iterator.name + "o", streams_}, tile_.reason);
      reducedOutside_.push_back(tilesLoop(i, iterator.name + "o", tile_.streams->count, 1));
    }
    unrolled_.push_back(streams_);
  }

  /// A row in blocks whose accumulators take half of L1, with the streams if they are of several rows, and those in
  /// vectors. The loop over vectors stays a loop, so the remainder is a loop of its own rather than a mask in every
  /// iteration.
  void splitRow(std::size_t i, PlannedLoops &outside) {
    const IteratorFacts &iterator = facts_.iterators[i];
    const std::int64_t vectorBytes = tile_.lanes * facts_.elementBytes;
    std::int64_t rows = 1;
    for (const Tile::Repeat &repeat : tile_.repeats) rows *= repeat.count;
    if (rows > 1) rows += tile_.streams->count;
    const std::int64_t mostVectors = std::max<std::int64_t>(1, target_.l1Bytes / 2 / vectorBytes / rows);
    const std::int64_t vectors = ceilDiv(iterator.extent, tile_.lanes);
    const std::int64_t blocks = ceilDiv(vectors, mostVectors);
    std::string rest = iterator.name;
    if (blocks > 1) {
      const std::int64_t block = ceilDiv(vectors, blocks) * tile_.lanes;
      add(loop::Split{rest, block, rest + "o", rest + "t"}, "blocks whose accumulators take half of L1");
      SharedLoop shared = SharedLoop::whole(rest + "o", iterator.extent / block);
      shared.isAlone = iterator.extent % block == 0;
      outside.push_back({rest + "o", i, iterator.extent / block, block});
      outside.back().shared = std::move(shared);
      rest += "t";
    }
    lanes_ = iterator.name + "l";
    vectors_ = iterator.name + "v";
    add(loop::Split{rest, tile_.lanes, vectors_, lanes_}, "lanes of one register");
  }

  void splitVectors(std::size_t i, PlannedLoops &outside) {
    if (tile_.streams) return splitRow(i, outside);
    const IteratorFacts &iterator = facts_.iterators[i];
    std::string rest = iterator.name;
    const std::int64_t width = tile_.vectors * tile_.lanes;
    if (width < iterator.extent) {
      add(loop::Split{rest, width, rest + "o", rest + "t", false, tile_.lanes}, tile_.reason);
      outside.push_back(tilesLoop(i, rest + "o", width, tile_.lanes));
      rest += "t";
    }
    lanes_ = rest;
    if (tile_.lanes != std::min(width, iterator.extent)) {
      lanes_ = iterator.name + "l";
      vectors_ = iterator.name + "v";
      add(loop::Split{rest, tile_.lanes, vectors_, lanes_, true}, "lanes of one register; the last may be masked");
      unrolled_.push_back(vectors_);
    }
  }

  bool vectorIsReduced() const { return tile_.vectorIterator && facts_.iterators[*tile_.vectorIterator].reduced; }

  /// Partial results first for each lane, then for each vector, so that vectors are added up before lanes are.
  void privatize() {
    if (!vectorIsReduced()) return;
    add(loop::Privatize{op_.accumulator, lanes_, op_.accumulator + "l"}, "a partial result in each lane");
    accumulators_.push_back(op_.accumulator + "l");
    if (vectors_.empty()) return;
    add(loop::Privatize{op_.accumulator + "l", vectors_, op_.accumulator + "v"},
        "independent chains hide the latency of adding");
    accumulators_.push_back(op_.accumulator + "v");
  }

  /// Accumulators of several rows stand vector by vector, so that they are one stream more and no more.
  void orderAccumulators() {
    if (!tile_.streams || inside_.empty()) return;
    loop::Reorder step;
    for (const PlannedLoop &loop : parallelOutside_) step.loops.push_back(loop.name);
    step.loops.push_back(vectors_);
    for (const PlannedLoop &loop : inside_) step.loops.push_back(loop.name);
    step.loops.push_back(lanes_);
    add(std::move(step), "accumulators of all rows side by side");
  }

  void order() {
    orderAccumulators();
    loop::Reorder step;
    for (const auto *group : {&parallelOutside_, &reducedOutside_})
      for (const PlannedLoop &loop : *group) step.loops.push_back(loop.name);
    if (!vectors_.empty() && tile_.streams) step.loops.push_back(vectors_);
    for (const PlannedLoop &loop : inside_) step.loops.push_back(loop.name);
    if (!vectors_.empty() && !tile_.streams) step.loops.push_back(vectors_);
    if (!streams_.empty()) step.loops.push_back(streams_);
    if (!lanes_.empty()) step.loops.push_back(lanes_);
    if (step.loops.size() > 1) add(std::move(step), describeRoles(facts_) + "; tile " + tile_.reason);
  }

  /// All of an operand whose elements are far apart along the sums.
  void pack() {
    if (!vectorIsReduced() || !tile_.packed) return;
    PlannedLoops over;
    for (const auto *group : {&parallelOutside_, &reducedOutside_, &inside_})
      for (const PlannedLoop &loop : *group)
        if (facts_.iterators[loop.iterator].strides[*tile_.packed] != 0) over.push_back(loop);
    if (!vectors_.empty()) over.push_back({vectors_, *tile_.vectorIterator, tile_.vectors, tile_.lanes});
    over.push_back({lanes_, *tile_.vectorIterator, tile_.lanes});
    panels_.pack(*tile_.packed, op_.within, over, lanes_,
                 std::string(whyPacked(facts_, target_, *tile_.packed, *tile_.vectorIterator)));
  }

  void keepAccumulators() {
    if (!facts_.hasReduction || tile_.streams) return;
    for (const std::string &accumulator : accumulators_) add(loop::Keep{accumulator}, {});
  }

  PlannedLoop wholeLoop(std::size_t i) const {
    const IteratorFacts &iterator = facts_.iterators[i];
    PlannedLoop loop{iterator.name, i, iterator.extent};
    loop.shared = SharedLoop::whole(iterator.name, iterator.extent);
    return loop;
  }
  /// Over the tile's parts of an iterator, whole units long.
  PlannedLoop tilesLoop(std::size_t i, const std::string &name, std::int64_t length, std::int64_t unit) const {
    const std::int64_t extent = facts_.iterators[i].extent;
    PlannedLoop loop{name, i, ceilDiv(extent, length), length};
    loop.shared = SharedLoop::ofTiles(name, extent, length, unit);
    return loop;
  }

  /// Rows that are read one after the other, as the one stream that they are: of those from memory what follows.
  void fetchStream() {
    constexpr std::int64_t bytesAhead = 10240;
    if (tile_.streams->count > 1 || !tile_.repeats.empty() || reducedOutside_.empty()) return;
    const PlannedLoop &rows = reducedOutside_.back();
    const auto blocks = std::ranges::find(parallelOutside_, *tile_.vectorIterator, &PlannedLoop::iterator);
    const std::int64_t row =
        blocks == parallelOutside_.end() ? facts_.iterators[*tile_.vectorIterator].extent : blocks->step;
    for (std::size_t operand = 0; operand < facts_.operandCount; ++operand) {
      const std::int64_t apart = facts_.iterators[rows.iterator].strides[operand];
      const std::int64_t distance = std::max<std::int64_t>(1, bytesAhead / (row * facts_.elementBytes));
      if (!isUsedOnce(facts_, operand) || apart < row || facts_.operandBytes[operand] <= target_.l3Bytes ||
          facts_.iterators[*tile_.vectorIterator].strides[operand] != 1 || distance >= rows.extent)
        continue;
      loop::Fetch fetch{op_.operandNames[operand], rows.name, vectors_, target_.cacheLineBytes / facts_.elementBytes};
      fetch.row = row;
      fetch.distance = distance;
      add(std::move(fetch), "what follows is on its way");
    }
  }

  /// Of a product with lanes along its sums.
  void fetch() {
    if (tile_.streams) return fetchStream();
    if (!farOperand() || reducedOutside_.empty()) return;
    const PlannedLoops groups[] = {parallelOutside_};
    planFetches({op_}, groups, reducedOutside_, steps_);
  }

  std::vector<SharedLoop> sharedLoops() const {
    std::vector<SharedLoop> nest;
    for (const PlannedLoop &loop : parallelOutside_) {
      nest.push_back(*loop.shared);
      // What is left of a row stands beside its vectors, and loops over later iterators in both.
      if (tile_.streams && loop.iterator > *tile_.vectorIterator) nest.back().isAlone = false;
    }
    return nest;
  }

  const TiledOp &op_;
  const OpFacts &facts_;
  const Target &target_;
  const Tile &tile_;
  std::vector<loop::Step> &steps_;
  PanelCopies panels_;
  std::vector<std::string> accumulators_{op_.accumulator};
  PlannedLoops parallelOutside_, reducedOutside_, inside_;
  std::vector<std::string> unrolled_;
  std::string vectors_, streams_, lanes_; ///< loops over the tile's vectors, streamed rows and lanes
};

} // namespace

std::vector<SharedLoop> planTile(const TiledOp &op, std::vector<loop::Step> &steps) {
  return TilePlanner(op, steps).run();
}

} // namespace einjit::plan
