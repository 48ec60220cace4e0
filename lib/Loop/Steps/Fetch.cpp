// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Rewrite.h"
#include "Loop/Steps/Refusal.h"
#include "Support/Checked.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// A loop that repeats the step's could make a kernel of any size.
constexpr std::int64_t maxPrefetches = 64;

/// More than any loop that ends.
constexpr std::int64_t maxIterations = std::int64_t{1} << 40;

constexpr std::int64_t ceilDiv(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// What the iterations of one loop `ahead` read of the buffer.
struct Reads {
  Access first; ///< of those whose place has the least constant
  std::int64_t distance = 0;
  std::int64_t toNextRow = 0;
};

class Fetcher {
public:
  Fetcher(const Kernel &kernel, const Fetch &step)
      : kernel_(kernel), step_(step), buffer_(*kernel.findBuffer(step.buffer)), ahead_(*kernel.findVar(step.ahead)),
        in_(*kernel.findVar(step.in)), by_(*kernel.findVar(step.by.empty() ? step.in : step.by)),
        isAlone_(in_ == ahead_) {}

  Refusal check(const For &loop) {
    if (std::max(iterations(loop.body), runs(loop.body)) >= maxIterations)
      return "there are too many iterations to count";
    if (!isAlone_ && iterations(loop.body) == 0)
      return fmt::format("loop '{}' holds no loop '{}'", step_.ahead, step_.in);
    reads_.reset();
    Refusal reason;
    forEach<Store>(loop.body, [&](const Store &store) {
      for (const Access &access : store.operands)
        if (access.buffer == buffer_ && !reason) reason = add(access);
    });
    if (reason) return reason;
    if (!reads_) return fmt::format("loop '{}' does not read %{}", step_.ahead, step_.buffer);
    if (reads_->distance <= 0) return fmt::format("loop '{}' moves no read of %{} onward", step_.ahead, step_.buffer);
    if (hasRows() && reads_->toNextRow <= 0)
      return fmt::format("loop '{}' moves no read of %{} onward", step_.in, step_.buffer);
    if (step_.apart && *step_.apart % nearestAxis().second != 0)
      return fmt::format("no elements of %{} are {} apart", step_.buffer, *step_.apart);
    share_ = isAlone_    ? step_.row.value_or(reads_->distance)
             : hasRows() ? longestShare(loop.body)
                         : ceilDiv(reads_->distance, iterations(loop.body));
    if (share_ == 0) return fmt::format("no loop '{}' around '{}' is in loop '{}'", step_.by, step_.in, step_.ahead);
    if (ceilDiv(share_, step_.every) > maxPrefetches)
      return fmt::format("an iteration would have more than {} prefetches", maxPrefetches);
    return std::nullopt;
  }

  /// Adds the prefetches to a loop that was checked last.
  void insert(For &loop) {
    Access start = reads_->first;
    for (Affine &index : start.indices) {
      toNextRow_.push_back(hasRows() && !step_.apart ? index.coefficient(in_.value) : 0);
      index = substituteAll(index, [&](std::uint32_t variable) {
        if (variable == ahead_.value) return Affine::variable(variable) + Affine::number(step_.distance);
        return isInside(loop.body, variable) ? Affine::number(0) : Affine::variable(variable);
      });
    }
    if (step_.apart) toNextRow_[nearestAxis().first] = *step_.apart / nearestAxis().second;
    const Affine none = Affine::number(0);
    if (isAlone_)
      prefetch(loop.body, start, none, share_);
    else
      hasRows() ? insertRows(loop.body, start, none) : spread(loop.body, start, none, share_);
    toNextRow_.clear();
  }

private:
  Refusal add(const Access &access) {
    const Affine place = linearOffset(kernel_, access);
    const std::int64_t toNextRow = step_.apart ? *step_.apart : hasRows() ? place.coefficient(in_.value) : 0;
    const Reads reads{access, place.coefficient(ahead_.value), toNextRow};
    if (reads_ && reads_->distance != reads.distance)
      return fmt::format("loop '{}' moves reads of %{} by different distances", step_.ahead, step_.buffer);
    if (reads_ && reads_->toNextRow != reads.toNextRow)
      return fmt::format("loop '{}' moves reads of %{} by different distances", step_.in, step_.buffer);
    if (!reads_ || place.constant < linearOffset(kernel_, reads_->first).constant) reads_ = reads;
    return std::nullopt;
  }

  bool hasRows() const { return step_.row.has_value(); }

  static bool isInside(const Block &body, std::uint32_t variable) {
    return variable == laneVariable || containsLoop(body, VarId(variable));
  }

  // Bounds end some iterations early.

  /// Iterations of the loops `in` inside.
  std::int64_t iterations(const Block &block) const {
    return count(block, [&](const For &loop) { return iterations(loop); });
  }
  std::int64_t iterations(const For &loop) const { return atMost(loop.extent, each(loop)); }
  std::int64_t each(const For &loop) const { return loop.var == in_ ? 1 : iterations(loop.body); }

  /// Times that the loops `by` inside run, those that hold `in`.
  std::int64_t runs(const Block &block) const {
    return count(block, [&](const For &loop) { return runs(loop); });
  }
  std::int64_t runs(const For &loop) const {
    if (loop.var == by_) return iterations(loop) > 0 ? 1 : 0;
    return atMost(loop.extent, runs(loop.body));
  }

  static std::int64_t count(const Block &block, auto each) {
    std::int64_t count = 0;
    for (const Stmt &stmt : block)
      if (const auto *loop = std::get_if<For>(&stmt.node)) count = std::min(maxIterations, count + each(*loop));
    return count;
  }
  static std::int64_t atMost(std::int64_t extent, std::int64_t each) {
    return std::min(maxIterations, checkedMul(extent, each).value_or(maxIterations));
  }

  /// Elements of a row that an iteration of `in` takes in the shortest loop `by`.
  std::int64_t longestShare(const Block &block) const {
    std::int64_t longest = 0;
    for (const Stmt &stmt : block)
      if (const auto *loop = std::get_if<For>(&stmt.node))
        longest = std::max(longest, loop->var == by_ ? shareOfRow(*loop) : longestShare(loop->body));
    return longest;
  }
  std::int64_t shareOfRow(const For &loop) const {
    const std::int64_t count = iterations(loop);
    return count == 0 ? 0 : ceilDiv(*step_.row, count);
  }

  /// `number` counts the rows before the block.
  void insertRows(Block &block, const Access &start, Affine number) {
    for (Stmt &stmt : block) {
      auto *loop = std::get_if<For>(&stmt.node);
      if (!loop) continue;
      const Affine before = number;
      number = number + Affine::number(runs(*loop));
      if (loop->var == by_)
        spread(*loop, rowOf(start, before), Affine::number(0), shareOfRow(*loop));
      else
        insertRows(loop->body, start, before + Affine::variable(loop->var.value, runs(loop->body)));
    }
  }

  /// `number` counts the iterations of `in` before the block, each of which takes a share.
  void spread(Block &block, const Access &start, Affine number, std::int64_t share) {
    for (Stmt &stmt : block)
      if (auto *loop = std::get_if<For>(&stmt.node)) {
        spread(*loop, start, number, share);
        number = number + Affine::number(iterations(*loop));
      }
  }
  void spread(For &loop, const Access &start, const Affine &before, std::int64_t share) {
    if (each(loop) == 0) return;
    const Affine number = before + Affine::variable(loop.var.value, each(loop));
    loop.var == in_ ? prefetch(loop.body, start, number, share) : spread(loop.body, start, number, share);
  }

  Access rowOf(Access start, const Affine &row) const {
    for (std::size_t axis = 0; axis < start.indices.size(); ++axis)
      start.indices[axis] = start.indices[axis] + row * toNextRow_[axis];
    return start;
  }

  /// The share of that number, from `start` on.
  void prefetch(Block &block, const Access &start, const Affine &number, std::int64_t share) const {
    const auto [axis, stride] = nearestAxis();
    Block prefetches;
    for (std::int64_t element = 0; element < share; element += step_.every) {
      Prefetch prefetch{start, step_.toL2};
      Affine &index = prefetch.address.indices[axis];
      index = index + number * ceilDiv(share, stride) + Affine::number(ceilDiv(element, stride));
      prefetches.push_back({std::move(prefetch)});
    }
    block.insert(block.begin(), prefetches.begin(), prefetches.end());
  }

  /// The axis with the least distance onward, and that; there is one if a read moves onward.
  std::pair<std::size_t, std::int64_t> nearestAxis() const {
    const std::vector<std::int64_t> strides = kernel_[buffer_].type.stridesOrRowMajor();
    std::optional<std::size_t> nearest;
    for (std::size_t axis = 0; axis < strides.size(); ++axis)
      if (strides[axis] > 0 && (!nearest || strides[axis] < strides[*nearest])) nearest = axis;
    return {nearest.value(), strides[*nearest]};
  }

  const Kernel &kernel_;
  const Fetch &step_;
  const BufferId buffer_;
  const VarId ahead_, in_, by_;
  const bool isAlone_;                  ///< whether each iteration of `ahead` takes a share of its own
  std::optional<Reads> reads_;          ///< in the loop checked last
  std::int64_t share_ = 0;              ///< elements of each iteration of `in` there, in one piece
  std::vector<std::int64_t> toNextRow_; ///< along each axis
};

Refusal check(const Kernel &kernel, const Fetch &step) {
  if (auto reason = unlessBufferExists(kernel, step.buffer)) return reason;
  for (const std::string &name : {step.ahead, step.in})
    if (auto reason = unlessLoopExists(kernel, name)) return reason;
  if (step.every < 1) return "the number of elements must be at least 1";
  if (step.row && *step.row < 1) return "a row has at least one element";
  if (step.distance < 1 || step.distance >= maxIterations) return "what a later iteration reads is fetched";
  const bool hasOneRow = step.in == step.ahead;
  if ((!step.row || hasOneRow) && (step.apart || !step.by.empty()))
    return hasOneRow ? "an iteration takes one row" : "there are no rows";
  if (step.apart && *step.apart < 1) return "rows follow each other onward";
  if (!step.by.empty())
    if (auto reason = unlessLoopExists(kernel, step.by)) return reason;
  const Storage storage = kernel[*kernel.findBuffer(step.buffer)].storage;
  if (storage != Storage::In && storage != Storage::Const) return fmt::format("%{} is not an input", step.buffer);
  for (const PlacedLoop &place : loopsNamed(kernel, step.in))
    if (place.loop->kind != LoopKind::Serial) return fmt::format("loop '{}' is not serial", step.in);
  Fetcher fetcher(kernel, step);
  // Of the loops of that name that splits leave, some may run once, or not move.
  Refusal reason = step.distance == 1 ? fmt::format("loop '{}' runs but once", step.ahead)
                                      : fmt::format("loop '{}' has no {} iterations", step.ahead, step.distance + 1);
  for (const PlacedLoop &place : loopsNamed(kernel, step.ahead)) {
    if (place.loop->extent <= step.distance) continue;
    reason = fetcher.check(*place.loop);
    if (!reason) return std::nullopt;
  }
  return reason;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Fetch &step) {
  if (const Refusal reason = check(kernel, step)) return refused({step}, *reason);
  Fetcher fetcher(kernel, step);
  Block body = kernel.body;
  replaceLoops(body, *kernel.findVar(step.ahead), [&](For loop, const Nest &) {
    if (loop.extent > step.distance && !fetcher.check(loop)) fetcher.insert(loop);
    Block result;
    result.push_back({std::move(loop)});
    return result;
  });
  kernel.body = std::move(body);
  return kernel;
}

} // namespace einjit::loop
