// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops without a reduction that read an operand across have tiles that are transposed (Transposition.h). A product's
// result may be transposed instead of an operand (Unpacking.h). Products of two operands have blocks around the tile,
// and panels (ContractionPlanner.h). All others are tiles alone (TilePlanner.h).
//
// Of sums that threads share no loop of, each has a part, planned in the same way (SumParts.h).
#include "Plan/Planner.h"
#include "Plan/Columns.h"
#include "Plan/ContractionPlanner.h"
#include "Plan/Facts.h"
#include "Plan/Joining.h"
#include "Plan/Sharing.h"
#include "Plan/ShortRows.h"
#include "Plan/Streaming.h"
#include "Plan/SumParts.h"
#include "Plan/Tile.h"
#include "Plan/TilePlanner.h"
#include "Plan/Transposition.h"
#include "Plan/Unpacking.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <iterator>

namespace einjit {
namespace {

using plan::IteratorFacts;
using plan::OpFacts;
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
    if (areEqual && plan::prefersSumParts(facts_) && isBlocked(facts_, tile_)) return planParts(*parts);
    const std::size_t begin = steps_.size();
    plan();
    const auto isShared = [](const loop::Step &step) { return std::holds_alternative<loop::Parallelize>(step.action); };
    if (!parts || std::any_of(steps_.begin() + static_cast<std::ptrdiff_t>(begin), steps_.end(), isShared)) return;
    if (!areEqual && isBlocked(parts->part, plan::chooseTile(parts->part, target_, false))) return;
    steps_.resize(begin);
    planParts(*parts);
  }

private:
  /// Of one part of the sums, by one thread.
  OpPlanner(const OpPlanner &whole, const plan::SumParts &parts)
      : value_(whole.value_), target_(whole.target_), options_(oneThread), steps_(whole.steps_), facts_(parts.part),
        tile_(plan::chooseTile(facts_, target_, false)), kernel_(whole.kernel_), within_(parts.loop),
        accumulator_(plan::planSumParts(whole.facts_, parts, tile_.vectorIterator, whole.accumulator_, steps_)) {}

  /// Of some of the columns, or of those that are left over.
  OpPlanner(const OpPlanner &whole, const OpFacts &facts, const std::string &within, const std::string &suffix)
      : value_(whole.value_), target_(whole.target_), options_(whole.options_), steps_(whole.steps_), facts_(facts),
        tile_(plan::chooseTile(facts_, target_, whole.kernel_.exact)), kernel_(whole.kernel_), within_(within),
        suffix_(suffix), accumulator_(whole.accumulator_ + suffix) {}

  static constexpr PlanOptions oneThread{};

  void planParts(const plan::SumParts &parts) {
    OpPlanner(*this, parts).plan();
    add(loop::Parallelize{parts.loop}, fmt::format("{} threads", options_.threads));
  }

  bool isBlocked(const OpFacts &facts, const Tile &tile) const {
    return plan::chooseBlocking(facts, target_, tile, kernel_.exact).has_value();
  }

  void plan() {
    if (facts_.points(false) == 0 || facts_.iterators.empty()) {
      if (facts_.hasReduction) add(loop::Keep{accumulator_}, {});
      return;
    }
    if (const auto across = plan::chooseTransposition(facts_, target_)) return planAcross(*across);
    if (const auto unpacking =
            within_.empty() ? plan::chooseUnpacking(facts_, tile_, target_, options_.threads) : std::nullopt;
        unpacking && planUnpacked(*unpacking))
      return;
    if (planShortRows() || planJoined()) return;
    if (planColumns()) return;
    if (const auto blocking = plan::chooseBlocking(facts_, target_, tile_, kernel_.exact))
      return plan::planContraction(
          {tiled(facts_, tile_, within_), *blocking, options_.threads, cycles(), streamedTiles()}, steps_);
    const auto nest = plan::planTile(tiled(facts_, tile_, within_), steps_);
    if (tile_.vectorIterator && !facts_.hasReduction)
      stream(plan::streamedResult(kernel_, value_, facts_, *tile_.vectorIterator, target_));
    parallelize(nest);
  }

  /// Each value of a scan waits for the one before, so its loop stays as it is; the others can be shared by threads.
  void planScan() {
    std::vector<plan::SharedLoop> nest;
    for (const IteratorFacts &iterator : facts_.iterators)
      if (&iterator != &facts_.iterators[*scanned_])
        nest.push_back(plan::SharedLoop::whole(iterator.name, iterator.extent));
    add(loop::Keep{accumulator_}, {});
    parallelize(nest);
  }

  void planAcross(const plan::Transposition &across) {
    plan::planTransposition(facts_, across, options_.threads, cycles(),
                            plan::describeContiguous(facts_.iterators[across.laneIterator], kernel_, op()), steps_);
    if (isOnlyTransposed(across)) stream(streamedInLines(facts_, across.laneIterator, across.lanes));
  }

  /// What is read along with a transposed operand stands behind stores of the same tile, often with the same offset in
  /// a page: then it waits for them, and streamed ones take long.
  bool isOnlyTransposed(const plan::Transposition &across) const {
    return std::ranges::none_of(facts_.iterators[across.laneIterator].strides,
                                [](std::int64_t stride) { return std::abs(stride) == 1; });
  }

  /// The same for loops that write one vector here and the next one elsewhere: each has to be a line.
  std::optional<std::string> streamedInLines(const OpFacts &facts, std::size_t iterator, std::int64_t lanes,
                                             bool scattered = false) const {
    if (lanes * static_cast<std::int64_t>(byteSize(value_.type.dtype)) < target_.cacheLineBytes) return std::nullopt;
    return plan::streamedResult(kernel_, value_, facts, iterator, target_, scattered);
  }
  /// The same for tiles, which may be transposed.
  std::optional<std::string> streamedTiles() const {
    const auto [iterator, count] = plan::neighboursInResult(facts_, tile_);
    const bool isWhole = count * static_cast<std::int64_t>(byteSize(value_.type.dtype)) % target_.cacheLineBytes == 0;
    return isWhole ? streamedInLines(facts_, iterator, count) : std::nullopt;
  }
  void stream(const std::optional<std::string> &output) {
    if (output) add(loop::Stream{*output}, plan::streamReason);
  }

  const tensor::Generic &op() const { return std::get<tensor::Generic>(value_.def); }

  /// All of the op, or a part of it.
  plan::TiledOp tiled(const OpFacts &facts, const Tile &tile, const std::string &within) const {
    plan::TiledOp result{facts, target_, tile, accumulator_, {}, {}, within, suffix_};
    for (const tensor::Access &operand : op().operands) result.operandNames.push_back(kernel_[operand.value].name);
    if (tile.vectorIterator)
      result.lanesReason = plan::describeContiguous(facts.iterators[*tile.vectorIterator], kernel_, op());
    return result;
  }

  /// Whether it could: if the result is an output's, and rows of an operand that does not come in one piece are
  /// fetched.
  bool planUnpacked(const plan::Unpacking &unpacking) {
    const auto output = plan::writtenOutput(kernel_, value_);
    if (!output) return false;
    const Tile tile = plan::chooseTile(unpacking.block, target_, kernel_.exact);
    const auto blocking = plan::chooseBlocking(unpacking.block, target_, tile, kernel_.exact, true);
    if (!blocking) return false;
    std::vector<loop::Step> steps;
    const std::vector<plan::SharedLoop> nest = plan::planOutside(facts_, unpacking, *output, steps);
    plan::ContractionPlan block{tiled(unpacking.block, tile, nest.back().name), *blocking, 1, cycles()};
    block.jumpsBetweenRows = unpacking.inRows;
    block.isBlock = unpacking.goesOn;
    block.isOfAllBlocks = std::ranges::none_of(
        unpacking.outside, [&](const plan::Unpacking::Outside &outside) { return facts_.movesAll(outside.iterator); });
    plan::planContraction(block, steps);
    const auto fetchesRows = [](const loop::Step &step) {
      const auto *fetch = std::get_if<loop::Fetch>(&step.action);
      return fetch && fetch->row;
    };
    if (unpacking.needsFetch && std::ranges::none_of(steps, fetchesRows)) return false;
    std::ranges::move(steps, std::back_inserter(steps_));
    const auto streamed =
        streamedInLines(plan::factsOfCopy(facts_, unpacking), unpacking.rows, target_.lanes(facts_.elementBytes), true);
    const auto lines = streamed                                    ? plan::LinesOfCopy::Streamed
                       : plan::leavesCaches(facts_, target_, true) ? plan::LinesOfCopy::Prefetched
                                                                   : plan::LinesOfCopy::Near;
    plan::planCopy(facts_, unpacking, target_, lines, steps_);
    stream(streamed);
    parallelize(nest);
    return true;
  }

  /// Whether lanes are rows of a few elements, which is worth it, and the result is an output's.
  bool planShortRows() {
    const auto output = plan::writtenOutput(kernel_, value_);
    const auto rows = output && within_.empty() ? plan::chooseShortRows(facts_, tile_, target_) : std::nullopt;
    if (!rows || kernel_.exact) return false;
    const auto nest = plan::planShortRows(tiled(facts_, tile_, within_), *rows, *output, steps_);
    stream(plan::streamedResult(kernel_, value_, plan::asOneRow(facts_, *rows), rows->rows, target_));
    parallelize(nest);
    return true;
  }

  /// Whether it is worth it to have rows side by side as lanes, and the result is an output's.
  bool planJoined() {
    const auto output = plan::writtenOutput(kernel_, value_);
    if (!output) return false;
    const auto bytes = static_cast<std::int64_t>(byteSize(value_.type.dtype));
    const auto joining = plan::chooseJoining(facts_, tile_, bytes, target_);
    if (!joining) return false;
    const auto blocking = plan::chooseBlocking(joining->facts, target_, joining->tile, kernel_.exact);
    if (!blocking || !blocking->packsVector || !blocking->kCut.isNone()) return false;
    plan::planContraction({tiled(joining->facts, joining->tile, within_),
                           *blocking,
                           options_.threads,
                           cycles(),
                           {},
                           false,
                           &*joining,
                           *output},
                          steps_);
    return true;
  }

  /// Whether columns that are left over from whole vectors are better planned apart.
  bool planColumns() {
    const auto columns = within_.empty() && !kernel_.exact ? plan::chooseColumns(facts_, tile_, target_) : std::nullopt;
    if (!columns) return false;
    plan::planColumns(facts_, *columns, steps_);
    OpPlanner(*this, columns->first, columns->within, "").plan();
    OpPlanner(*this, columns->rest, columns->restWithin, columns->suffix).plan();
    return true;
  }

  void add(auto action, std::string reason) { steps_.push_back({std::move(action), std::move(reason)}); }

  double cycles() const { return plan::leastCycles(facts_, target_, tile_); }

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
  std::string suffix_ = {}; ///< behind the names of buffers of a part
  std::string accumulator_ = accumulatorName(value_);
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
