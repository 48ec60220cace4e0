// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Dependence.h"
#include "Loop/Steps/Refusal.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// A loop that repeats the step's could make a kernel of any size.
constexpr std::int64_t maxPrefetches = 64;

/// Buffers in memory that the loop writes and does not declare.
std::vector<BufferId> storedTo(const Kernel &kernel, const For &loop) {
  std::vector<BufferId> buffers = writtenBuffers(loop.body);
  std::erase_if(buffers, [&](BufferId id) { return kernel[id].storage == Storage::Registers; });
  return buffers;
}

Prefetch prefetchOfLane(const Access &access, std::int64_t lane) {
  Prefetch prefetch{access};
  for (Affine &index : prefetch.address.indices) index = einjit::substitute(index, laneVariable, Affine::number(lane));
  return prefetch;
}

class Prefetcher {
public:
  /// What `around`, the block of the loop, declares is not there yet where the copy is to stand.
  Prefetcher(const Kernel &kernel, const PrefetchStores &step, const For &loop, const Block &around)
      : step_(step), buffers_(storedTo(kernel, loop)) {
    for (const Stmt &stmt : around)
      if (const auto *declare = std::get_if<Declare>(&stmt.node)) std::erase(buffers_, declare->buffer);
  }

  /// The same loop around prefetches in place of stores; loops without any are left out.
  For copyOf(const For &loop) const {
    For copy{loop.var, loop.kind, loop.extent, loop.bound, {}};
    for (const Stmt &stmt : loop.body) {
      if (const auto *store = std::get_if<Store>(&stmt.node)) addLanes(*store, copy.body);
      if (const auto *inner = std::get_if<For>(&stmt.node))
        if (For inside = copyOf(*inner); !inside.body.empty()) copy.body.push_back({std::move(inside)});
    }
    return copy;
  }

private:
  void addLanes(const Store &store, Block &result) const {
    if (std::ranges::find(buffers_, store.target.buffer) == buffers_.end()) return;
    const std::int64_t last = store.reduce ? 0 : store.lanes - 1;
    for (std::int64_t lane = 0; lane < last; lane += step_.every)
      result.push_back({prefetchOfLane(store.target, lane)});
    result.push_back({prefetchOfLane(store.target, last)});
  }

  const PrefetchStores &step_;
  std::vector<BufferId> buffers_;
};

Refusal checkLength(const PrefetchStores &step, const For &loop) {
  Refusal reason;
  forEach<Store>(loop.body, [&](const Store &store) {
    if (store.lanes / step.every > maxPrefetches)
      reason = fmt::format("a store would have more than {} prefetches", maxPrefetches);
  });
  return reason;
}

/// The loops of the step's name in this block.
std::vector<const For *> childrenOf(const Block &block, VarId name) {
  std::vector<const For *> loops;
  for (const Stmt &stmt : block)
    if (const auto *loop = std::get_if<For>(&stmt.node); loop && loop->var == name) loops.push_back(loop);
  return loops;
}

/// What the loops of the step's name in this block will write outside of it.
Block prefetchesIn(const Kernel &kernel, const PrefetchStores &step, const Block &block, Refusal &reason) {
  Block prefetches;
  for (const For *loop : childrenOf(block, *kernel.findVar(step.loop))) {
    if (!reason) reason = checkLength(step, *loop);
    if (For copy = Prefetcher(kernel, step, *loop, block).copyOf(*loop); !copy.body.empty())
      prefetches.push_back({std::move(copy)});
  }
  return prefetches;
}

/// At the start of each iteration of a loop around it.
Refusal prefetchEarly(const Kernel &kernel, const PrefetchStores &step, Block &body) {
  Refusal reason;
  bool done = false;
  replaceLoops(body, *kernel.findVar(step.at), [&](For loop, const Nest &) {
    Block prefetches = prefetchesIn(kernel, step, loop.body, reason);
    done |= !prefetches.empty();
    loop.body.insert(loop.body.begin(), std::make_move_iterator(prefetches.begin()),
                     std::make_move_iterator(prefetches.end()));
    Block result;
    result.push_back({std::move(loop)});
    return result;
  });
  if (!reason && !done) return fmt::format("no loop '{}' in '{}' writes memory from outside", step.loop, step.at);
  return reason;
}

/// Right in front of it.
Refusal prefetchBefore(const Kernel &kernel, const PrefetchStores &step, Block &body) {
  Refusal reason;
  replaceLoops(body, *kernel.findVar(step.loop), [&](For loop, const Nest &) {
    For copy = Prefetcher(kernel, step, loop, {}).copyOf(loop);
    if (!reason) reason = checkLength(step, loop);
    if (copy.body.empty()) reason = fmt::format("loop '{}' writes no memory", step.loop);
    Block result;
    result.push_back({std::move(copy)});
    result.push_back({std::move(loop)});
    return result;
  });
  return reason;
}

Refusal check(const Kernel &kernel, const PrefetchStores &step) {
  if (auto reason = unlessLoopExists(kernel, step.loop)) return reason;
  if (!step.at.empty())
    if (auto reason = unlessLoopExists(kernel, step.at)) return reason;
  if (step.every < 1) return "the number of lanes must be at least 1";
  return std::nullopt;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const PrefetchStores &step) {
  Block body = kernel.body;
  Refusal reason = check(kernel, step);
  if (!reason) reason = step.at.empty() ? prefetchBefore(kernel, step, body) : prefetchEarly(kernel, step, body);
  if (reason) return refused({step}, *reason);
  kernel.body = std::move(body);
  return kernel;
}

} // namespace einjit::loop
