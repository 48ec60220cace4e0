// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plan of one op, around its register tile (Tile.h):
//
//   for the parallel iterators, in the order of the result's axes, tiles counted     split
//     for the reduced iterators                                                      order
//       for the tile: repetitions, vectors (unrolled), lanes (vectorized)            vectorize, unroll
//
// with the tile's accumulators in registers over the reduced loops (keep). A reduced vector iterator has its partial
// results in the lanes of `vectors` accumulators, which are folded at the end (privatize). Remainders of the repeated
// iterators are loops of their own; the last vector of the vector iterator is masked.
//
// An operand that the tile says is packed is copied into a panel inside the innermost of the outer loops that move it;
// these loops then come first, so that those that leave it in place read the same panel (pack).
//
// Where the tile says streams, the accumulators of a whole row stay in memory and the innermost loops are
//   for the reduced iterators, so many at a time { for vectors of the row { for those (unrolled) { for lanes } } }
#include "Plan/Planner.h"
#include "Plan/Facts.h"
#include "Plan/Tile.h"
#include "Support/Checked.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>

namespace einjit {
namespace {

using plan::IteratorFacts;
using plan::OpFacts;
using plan::Tile;

/// Waking a worker costs microseconds: below this many operations (about 64^3 multiply-adds) one thread is faster.
constexpr std::int64_t parallelThreshold = std::int64_t{1} << 18;

std::optional<std::uint32_t> scannedIterator(const tensor::Generic &op) {
  return op.reduction ? op.reduction->along : std::nullopt;
}

/// A loop around the tile or in it: an iterator's, or what a split makes of it.
struct PlannedLoop {
  std::string name;
  std::size_t iterator;
  bool hasRemainder = false; ///< whether the iterator goes on in a nest without this loop
};

class OpPlanner {
public:
  OpPlanner(const tensor::Kernel &kernel, const plan::Memory &memory, const tensor::Value &value, const Target &target,
            const PlanOptions &options, std::vector<loop::Step> &steps)
      : value_(value), target_(target), options_(options), steps_(steps),
        facts_(plan::collectFacts(kernel, memory, value)), tile_(plan::chooseTile(facts_, target, kernel.exact)),
        kernel_(kernel) {}

  void run() {
    if (scanned_) return planScan();
    if (facts_.points(false) == 0 || facts_.iterators.empty()) return keepAccumulator();
    orderForPanels();
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) planIterator(i);
    privatize();
    order();
    packPanels();
    keepAccumulator();
    if (!lanes_.empty())
      add(loop::Vectorize{lanes_}, plan::describeContiguous(facts_.iterators[*tile_.vectorIterator], kernel_,
                                                            std::get<tensor::Generic>(value_.def)));
    for (const std::string &loop : unrolled_) add(loop::Unroll{loop}, {});
    parallelize();
  }

private:
  /// Each value of a scan waits for the one before, so its loop stays as it is; the others can be shared by threads.
  void planScan() {
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (i != *scanned_) parallelOutside_.push_back({facts_.iterators[i].name, i});
    add(loop::Keep{accumulator_}, {});
    parallelize();
  }

  void add(auto action, std::string reason) { steps_.push_back({std::move(action), std::move(reason)}); }

  /// Whether all of the iterator is in one tile.
  bool isInTile(std::size_t i) const {
    const auto repeat = std::ranges::find(tile_.repeats, i, &Tile::Repeat::iterator);
    const std::int64_t length = i == tile_.vectorIterator       ? tile_.vectors * tile_.lanes
                                : repeat != tile_.repeats.end() ? repeat->count
                                                                : 1;
    return length >= facts_.iterators[i].extent;
  }

  /// Loops around tiles that move the packed operand come first, before splits leave remainders: those then stand
  /// inside as well.
  void orderForPanels() {
    if (!tile_.packed) return;
    std::vector<std::string> given, inside;
    loop::Reorder step;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      const IteratorFacts &iterator = facts_.iterators[i];
      if (iterator.reduced) continue;
      given.push_back(iterator.name);
      const bool comesFirst = iterator.strides[*tile_.packed] != 0 && !isInTile(i);
      (comesFirst ? step.loops : inside).push_back(iterator.name);
    }
    step.loops.insert(step.loops.end(), inside.begin(), inside.end());
    if (step.loops != given) add(std::move(step), "what moves the packed operand comes first");
  }

  /// Splits one iterator into what the tile takes of it and the loop that counts tiles.
  void planIterator(std::size_t i) {
    const IteratorFacts &iterator = facts_.iterators[i];
    std::vector<PlannedLoop> &outside = iterator.reduced ? reducedOutside_ : parallelOutside_;
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
      outside.push_back({iterator.name, i});
      return;
    }
    std::string inner = iterator.name;
    if (repeat->count < iterator.extent) {
      inner = iterator.name + "t";
      add(loop::Split{iterator.name, repeat->count, iterator.name + "o", inner}, tile_.reason);
      outside.push_back({iterator.name + "o", i, iterator.extent % repeat->count != 0});
    }
    inside_.push_back({inner, i});
    unrolled_.push_back(inner);
  }

  /// Several iterations of a reduced iterator, unrolled inside the loop over a row.
  void splitStreams(const IteratorFacts &iterator) {
    const auto i = static_cast<std::size_t>(&iterator - facts_.iterators.data());
    if (tile_.streams->count == 1) return reducedOutside_.push_back({iterator.name, i});
    streams_ = iterator.name;
    if (tile_.streams->count < iterator.extent) {
      streams_ += "t";
      add(loop::Split{iterator.name, tile_.streams->count, iterator.name + "o", streams_}, tile_.reason);
      reducedOutside_.push_back({iterator.name + "o", i});
    }
    unrolled_.push_back(streams_);
  }

  /// A row in blocks whose accumulators take half of L1, and those in vectors. The loop over vectors stays a loop, so
  /// the remainder is a loop of its own rather than a mask in every iteration.
  void splitRow(std::size_t i, std::vector<PlannedLoop> &outside) {
    const IteratorFacts &iterator = facts_.iterators[i];
    const std::int64_t vectorBytes = tile_.lanes * facts_.elementBytes;
    const std::int64_t mostVectors = std::max<std::int64_t>(1, target_.l1Bytes / 2 / vectorBytes);
    const std::int64_t vectors = (iterator.extent + tile_.lanes - 1) / tile_.lanes;
    const std::int64_t blocks = (vectors + mostVectors - 1) / mostVectors;
    std::string rest = iterator.name;
    if (blocks > 1) {
      const std::int64_t block = (vectors + blocks - 1) / blocks * tile_.lanes;
      add(loop::Split{rest, block, rest + "o", rest + "t"}, "blocks whose accumulators take half of L1");
      outside.push_back({rest + "o", i});
      rest += "t";
    }
    lanes_ = iterator.name + "l";
    vectors_ = iterator.name + "v";
    add(loop::Split{rest, tile_.lanes, vectors_, lanes_}, "lanes of one register");
  }

  void splitVectors(std::size_t i, std::vector<PlannedLoop> &outside) {
    if (tile_.streams) return splitRow(i, outside);
    const IteratorFacts &iterator = facts_.iterators[i];
    std::string rest = iterator.name;
    const std::int64_t width = tile_.vectors * tile_.lanes;
    if (width < iterator.extent) {
      add(loop::Split{rest, width, rest + "o", rest + "t"}, tile_.reason);
      outside.push_back({rest + "o", i, iterator.extent % width != 0});
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
    add(loop::Privatize{accumulator_, lanes_, accumulator_ + "l"}, "a partial result in each lane");
    accumulators_.push_back(accumulator_ + "l");
    if (vectors_.empty()) return;
    add(loop::Privatize{accumulator_ + "l", vectors_, accumulator_ + "v"},
        "independent chains hide the latency of adding");
    accumulators_.push_back(accumulator_ + "v");
  }

  void order() {
    if (tile_.packed) std::ranges::stable_partition(parallelOutside_, moving(*tile_.packed));
    loop::Reorder step;
    for (const auto *group : {&parallelOutside_, &reducedOutside_, &inside_})
      for (const PlannedLoop &loop : *group) step.loops.push_back(loop.name);
    if (!vectors_.empty()) step.loops.push_back(vectors_);
    if (!streams_.empty()) step.loops.push_back(streams_);
    if (!lanes_.empty()) step.loops.push_back(lanes_);
    if (step.loops.size() > 1) add(std::move(step), plan::describeRoles(facts_) + "; tile " + tile_.reason);
  }

  std::function<bool(const PlannedLoop &)> moving(std::size_t operand) const {
    return [this, operand](const PlannedLoop &loop) { return facts_.iterators[loop.iterator].strides[operand] != 0; };
  }

  void packPanels() {
    if (tile_.packed) pack(*tile_.packed);
    if (tile_.packedBroadcast) pack(*tile_.packedBroadcast);
  }

  /// A panel inside the innermost of the first loops, as long as these move the operand. The remainder of a split is a
  /// nest without the loop that counts tiles: there the panel belongs to the loop around it.
  void pack(std::size_t operand) {
    const auto moves = moving(operand);
    const auto end = std::ranges::find_if_not(parallelOutside_, moves);
    loop::Pack step;
    auto over = [&](const PlannedLoop &loop) {
      if (moves(loop)) step.over.push_back(loop.name);
    };
    std::for_each(end, parallelOutside_.end(), over);
    std::ranges::for_each(reducedOutside_, over);
    std::ranges::for_each(inside_, over);
    const std::int64_t laneStride = facts_.iterators[*tile_.vectorIterator].strides[operand];
    if (laneStride != 0 && !vectors_.empty()) step.over.push_back(vectors_);
    if (laneStride != 0) step.over.push_back(lanes_);
    step.buffer = kernel_[std::get<tensor::Generic>(value_.def).operands[operand].value].name;
    for (auto loop = std::make_reverse_iterator(end);; ++loop) {
      const bool isKernel = loop == parallelOutside_.rend();
      step.at = isKernel ? "" : loop->name;
      step.as = fmt::format("{}.p{}", step.buffer, panels_++);
      add(step, std::abs(laneStride) <= 1 ? "its rows are far apart" : "its lanes are far apart");
      if (isKernel || !loop->hasRemainder) return;
    }
  }

  void keepAccumulator() {
    if (!facts_.hasReduction || tile_.streams) return;
    for (const std::string &accumulator : accumulators_) add(loop::Keep{accumulator}, {});
  }

  /// The outermost parallel loop that has enough iterations, if the work is worth waking anyone for.
  void parallelize() {
    if (options_.threads < 2) return;
    const auto work = checkedMul(facts_.points(false), std::max<std::int64_t>(1, facts_.points(true)));
    const std::int64_t operations = checkedMul(work.value_or(INT64_MAX), facts_.bodyOperations).value_or(INT64_MAX);
    if (operations < parallelThreshold || parallelOutside_.empty()) return;
    add(loop::Parallelize{parallelOutside_.front().name}, fmt::format("{} threads", options_.threads));
  }

  const tensor::Value &value_;
  const Target &target_;
  const PlanOptions &options_;
  std::vector<loop::Step> &steps_;
  OpFacts facts_;
  Tile tile_;
  const tensor::Kernel &kernel_;
  std::optional<std::uint32_t> scanned_ = scannedIterator(std::get<tensor::Generic>(value_.def));
  std::string accumulator_ = accumulatorName(value_);
  std::vector<std::string> accumulators_{accumulator_};
  std::vector<PlannedLoop> parallelOutside_, reducedOutside_, inside_;
  std::vector<std::string> unrolled_;
  std::size_t panels_ = 0;
  std::string vectors_, streams_, lanes_; ///< loops over the tile's vectors, streamed rows and lanes
};

} // namespace

NaiveOptions naiveOptions(const tensor::Kernel &kernel, const Target &target) {
  return {.contract = target.fusedMultiplyAdd && !kernel.exact};
}

loop::Schedule planKernel(const tensor::Kernel &kernel, const Target &target, const PlanOptions &options) {
  loop::Schedule schedule;
  const plan::Memory memory(kernel);
  for (const tensor::Value &value : kernel.values)
    if (std::holds_alternative<tensor::Generic>(value.def))
      OpPlanner(kernel, memory, value, target, options, schedule.steps).run();
  return schedule;
}

} // namespace einjit
