// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plan of one op, around its register tile (Tile.h):
//
//   for the parallel iterators, in the order of the result's axes, tiles counted     split
//     for the reduced iterators                                                      order
//       for the tile: repetitions, vectors (unrolled), lanes (vectorized)            vectorize, unroll
//
// with the tile's accumulators in registers over the reduced loops (keep). A reduced vector iterator has its partial
// results in the lanes of `vectors` accumulators, which are folded at the end (privatize); what such a product reads
// from beyond L2 it reads once, and fetches. (On a Xeon 16 x 512 times 8000 x 512, transposed, takes 0.57 of the time
// if read once, 0.43 if fetched, too.) Remainders of the repeated iterators are loops of their own; the last vector of
// the vector iterator is masked.
//
// Products of two operands have blocks around the tile, and panels (ContractionPlanner.h); ops without a reduction that
// read an operand across have tiles that are transposed (Transposition.h). A product's result may be transposed instead
// of an operand (Unpacking.h).
//
// Of sums that threads share no loop of, each has a part, planned in the same way (SumParts.h).
//
// Where the tile says streams, the accumulators of a whole row stay in memory and the innermost loops are
//   for the reduced iterators, so many at a time { for vectors of the row { for those (unrolled) { for lanes } } }
#include "Plan/Planner.h"
#include "Plan/ContractionPlanner.h"
#include "Plan/Facts.h"
#include "Plan/Fetching.h"
#include "Plan/PlannedLoop.h"
#include "Plan/Sharing.h"
#include "Plan/Streaming.h"
#include "Plan/SumParts.h"
#include "Plan/Tile.h"
#include "Plan/TileModel.h"
#include "Plan/Transposition.h"
#include "Plan/Unpacking.h"
#include "Support/Checked.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <numeric>

namespace einjit {
namespace {

using plan::IteratorFacts;
using plan::OpFacts;
using plan::PlannedLoop;
using plan::Tile;

std::optional<std::uint32_t> scannedIterator(const tensor::Generic &op) {
  return op.reduction ? op.reduction->along : std::nullopt;
}

class OpPlanner {
public:
  OpPlanner(const tensor::Kernel &kernel, const plan::Memory &memory, const tensor::Value &value, const Target &target,
            const PlanOptions &options, std::vector<loop::Step> &steps)
      : value_(value), target_(target), options_(options), steps_(steps),
        facts_(plan::collectFacts(kernel, memory, value)), tile_(plan::chooseTile(facts_, target, kernel.exact)),
        kernel_(kernel) {}

  /// Sums are planned in parts where that pays, or where threads share no loop of the plan.
  void run() {
    if (scanned_) return planScan();
    const auto parts = kernel_.exact ? std::nullopt : plan::chooseSumParts(facts_, cycles(), options_.threads);
    const bool areEqual = parts && !parts->hasRest;
    if (areEqual && plan::prefersSumParts(facts_) && isBlocked(facts_)) return planParts(*parts);
    const std::size_t begin = steps_.size();
    plan();
    const auto isShared = [](const loop::Step &step) { return std::holds_alternative<loop::Parallelize>(step.action); };
    if (!parts || std::any_of(steps_.begin() + static_cast<std::ptrdiff_t>(begin), steps_.end(), isShared)) return;
    if (!areEqual && isBlocked(parts->part)) return;
    steps_.resize(begin);
    planParts(*parts);
  }

private:
  /// Of one part of the sums, by one thread.
  OpPlanner(const OpPlanner &whole, const plan::SumParts &parts)
      : value_(whole.value_), target_(whole.target_), options_(oneThread), steps_(whole.steps_), facts_(parts.part),
        tile_(plan::chooseTile(facts_, target_, false)), kernel_(whole.kernel_), within_(parts.loop),
        accumulator_(plan::planSumParts(whole.facts_, parts, tile_.vectorIterator, whole.accumulator_, steps_)) {}

  static constexpr PlanOptions oneThread{};

  void planParts(const plan::SumParts &parts) {
    OpPlanner(*this, parts).plan();
    add(loop::Parallelize{parts.loop}, fmt::format("{} threads", options_.threads));
  }

  bool isBlocked(const OpFacts &facts) const {
    const Tile tile = plan::chooseTile(facts, target_, kernel_.exact);
    return plan::chooseBlocking(facts, target_, tile, kernel_.exact).has_value();
  }

  void plan() {
    if (facts_.points(false) == 0 || facts_.iterators.empty()) return keepAccumulator();
    if (const auto across = plan::chooseTransposition(facts_, target_)) return planAcross(*across);
    if (const auto unpacking =
            within_.empty() ? plan::chooseUnpacking(facts_, target_, options_.threads) : std::nullopt;
        unpacking && planUnpacked(*unpacking))
      return;
    if (const auto blocking = plan::chooseBlocking(facts_, target_, tile_, kernel_.exact))
      return planBlocks(
          {facts_, tile_, *blocking, within_, options_.threads, streamedInLines(*tile_.vectorIterator, tile_.lanes)});
    for (std::size_t i : inOrder()) planIterator(i);
    privatize();
    order();
    keepAccumulator();
    if (!lanes_.empty())
      add(loop::Vectorize{lanes_}, plan::describeContiguous(facts_.iterators[*tile_.vectorIterator], kernel_,
                                                            std::get<tensor::Generic>(value_.def)));
    for (const std::string &loop : unrolled_) add(loop::Unroll{loop}, {});
    fetch();
    if (tile_.vectorIterator && !facts_.hasReduction)
      stream(plan::streamedResult(kernel_, value_, facts_, *tile_.vectorIterator, target_));
    parallelize();
  }

  /// Each value of a scan waits for the one before, so its loop stays as it is; the others can be shared by threads.
  void planScan() {
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (i != *scanned_) parallelOutside_.push_back(wholeLoop(i));
    add(loop::Keep{accumulator_}, {});
    parallelize();
  }

  void planAcross(const plan::Transposition &across) {
    const auto &op = std::get<tensor::Generic>(value_.def);
    plan::planTransposition(facts_, across, options_.threads, cycles(),
                            plan::describeContiguous(facts_.iterators[across.laneIterator], kernel_, op), steps_);
    if (isOnlyTransposed(across)) stream(streamedInLines(across.laneIterator, across.lanes));
  }

  /// What is read along with a transposed operand stands behind stores of the same tile, often with the same offset in
  /// a page: then it waits for them, and streamed ones take long.
  bool isOnlyTransposed(const plan::Transposition &across) const {
    return std::ranges::none_of(facts_.iterators[across.laneIterator].strides,
                                [](std::int64_t stride) { return std::abs(stride) == 1; });
  }

  /// The same for loops that write one vector here and the next one elsewhere: each has to be a line.
  std::optional<std::string> streamedInLines(std::size_t iterator, std::int64_t lanes) const {
    if (lanes * static_cast<std::int64_t>(byteSize(value_.type.dtype)) < target_.cacheLineBytes) return std::nullopt;
    return plan::streamedResult(kernel_, value_, facts_, iterator, target_);
  }
  void stream(const std::optional<std::string> &output) {
    if (output) add(loop::Stream{*output}, plan::streamReason);
  }

  /// A product with blocks around its tile: of all of the op, or of what stands in the loop `within`.
  struct Blocks {
    const OpFacts &facts;
    const Tile &tile;
    const plan::Blocking &blocking;
    std::string within = {};
    std::int64_t threads = 1;
    std::optional<std::string> streamed = {};
  };
  void planBlocks(const Blocks &blocks) {
    const auto &op = std::get<tensor::Generic>(value_.def);
    std::vector<std::string> names;
    for (const tensor::Access &operand : op.operands) names.push_back(kernel_[operand.value].name);
    plan::planContraction({blocks.facts, target_, blocks.tile, blocks.blocking, accumulator_, std::move(names),
                           plan::describeContiguous(blocks.facts.iterators[*blocks.tile.vectorIterator], kernel_, op),
                           blocks.threads, cycles(), blocks.streamed, blocks.within},
                          steps_);
  }

  /// Whether it could: if the result is an output's.
  bool planUnpacked(const plan::Unpacking &unpacking) {
    const auto output = plan::writtenOutput(kernel_, value_);
    if (!output) return false;
    const Tile tile = plan::chooseTile(unpacking.block, target_, kernel_.exact);
    const auto blocking = plan::chooseBlocking(unpacking.block, target_, tile, kernel_.exact);
    if (!blocking) return false;
    const std::vector<plan::SharedLoop> nest = plan::planOutside(facts_, unpacking, *output, steps_);
    planBlocks({unpacking.block, tile, *blocking, nest.back().name});
    plan::planCopy(facts_, unpacking, target_, steps_);
    stream(streamedInLines(unpacking.inside.front(), target_.lanes(facts_.elementBytes)));
    parallelize(nest);
    return true;
  }

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

  /// The iterators in the order of their loops, which those that are split have to have before.
  std::vector<std::size_t> inOrder() {
    std::vector<std::size_t> order(facts_.iterators.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto far = farOperand();
    if (!far) return order;
    const auto given = order;
    const auto reduced = std::ranges::find_if(order, [&](std::size_t i) { return facts_.iterators[i].reduced; });
    std::stable_partition(order.begin(), reduced,
                          [&](std::size_t i) { return facts_.iterators[i].strides[*far] != 0; });
    loop::Reorder step;
    for (auto i = order.begin(); i != reduced; ++i) step.loops.push_back(facts_.iterators[*i].name);
    if (order != given) add(std::move(step), "what comes from beyond L2 is read once");
    return order;
  }

  /// Of a product with lanes along its sums.
  void fetch() {
    if (!farOperand() || reducedOutside_.empty()) return;
    std::vector<std::string> names;
    for (const tensor::Access &operand : std::get<tensor::Generic>(value_.def).operands)
      names.push_back(kernel_[operand.value].name);
    const plan::PlannedLoops groups[] = {parallelOutside_};
    plan::planFetches({facts_, target_, tile_, names}, groups, reducedOutside_.back().name, steps_);
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
      plan::SharedLoop shared = plan::SharedLoop::whole(rest + "o", iterator.extent / block);
      shared.isAlone = iterator.extent % block == 0;
      outside.push_back({rest + "o", i, iterator.extent / block, block});
      outside.back().shared = std::move(shared);
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
    add(loop::Privatize{accumulator_, lanes_, accumulator_ + "l"}, "a partial result in each lane");
    accumulators_.push_back(accumulator_ + "l");
    if (vectors_.empty()) return;
    add(loop::Privatize{accumulator_ + "l", vectors_, accumulator_ + "v"},
        "independent chains hide the latency of adding");
    accumulators_.push_back(accumulator_ + "v");
  }

  void order() {
    loop::Reorder step;
    for (const auto *group : {&parallelOutside_, &reducedOutside_, &inside_})
      for (const PlannedLoop &loop : *group) step.loops.push_back(loop.name);
    if (!vectors_.empty()) step.loops.push_back(vectors_);
    if (!streams_.empty()) step.loops.push_back(streams_);
    if (!lanes_.empty()) step.loops.push_back(lanes_);
    if (step.loops.size() > 1) add(std::move(step), plan::describeRoles(facts_) + "; tile " + tile_.reason);
  }

  void keepAccumulator() {
    if (!facts_.hasReduction || tile_.streams) return;
    for (const std::string &accumulator : accumulators_) add(loop::Keep{accumulator}, {});
  }

  PlannedLoop wholeLoop(std::size_t i) const {
    const IteratorFacts &iterator = facts_.iterators[i];
    PlannedLoop loop{iterator.name, i, iterator.extent};
    loop.shared = plan::SharedLoop::whole(iterator.name, iterator.extent);
    return loop;
  }
  /// Over the tile's parts of an iterator, whole units long.
  PlannedLoop tilesLoop(std::size_t i, const std::string &name, std::int64_t length, std::int64_t unit) const {
    const std::int64_t extent = facts_.iterators[i].extent;
    PlannedLoop loop{name, i, plan::ceilDiv(extent, length), length};
    loop.shared = plan::SharedLoop::ofTiles(name, extent, length, unit);
    return loop;
  }

  double cycles() const { return plan::leastCycles(facts_, target_, tile_); }

  void parallelize() {
    if (options_.threads < 2) return;
    std::vector<plan::SharedLoop> nest;
    for (const PlannedLoop &loop : parallelOutside_) {
      nest.push_back(*loop.shared);
      // What is left of a row stands beside its vectors, and loops over later iterators in both.
      if (tile_.streams && loop.iterator > *tile_.vectorIterator) nest.back().isAlone = false;
    }
    parallelize(nest);
  }
  void parallelize(const std::vector<plan::SharedLoop> &nest) {
    if (options_.threads < 2) return;
    for (const std::string &name : plan::chooseShared(nest, cycles(), options_.threads))
      add(loop::Parallelize{name}, fmt::format("{} threads", options_.threads));
  }

  const tensor::Value &value_;
  const Target &target_;
  const PlanOptions &options_;
  std::vector<loop::Step> &steps_;
  OpFacts facts_;
  Tile tile_;
  const tensor::Kernel &kernel_;
  std::optional<std::uint32_t> scanned_ = scannedIterator(std::get<tensor::Generic>(value_.def));
  std::string within_ = {}; ///< the loop that all stands in; empty: the kernel
  std::string accumulator_ = accumulatorName(value_);
  std::vector<std::string> accumulators_{accumulator_};
  std::vector<PlannedLoop> parallelOutside_, reducedOutside_, inside_;
  std::vector<std::string> unrolled_;
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
