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
  Prefetcher(const Kernel &kernel, const PrefetchStores &step, const For &loop)
      : step_(step), buffers_(storedTo(kernel, loop)) {}

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

Refusal check(const Kernel &kernel, const PrefetchStores &step) {
  if (auto reason = unlessLoopExists(kernel, step.loop)) return reason;
  if (step.every < 1) return "the number of lanes must be at least 1";
  for (const PlacedLoop &place : loopsNamed(kernel, step.loop)) {
    Refusal reason;
    if (storedTo(kernel, *place.loop).empty()) return fmt::format("loop '{}' writes no memory", step.loop);
    forEach<Store>(place.loop->body, [&](const Store &store) {
      if (store.lanes / step.every > maxPrefetches)
        reason = fmt::format("a store would have more than {} prefetches", maxPrefetches);
    });
    if (reason) return reason;
  }
  return std::nullopt;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const PrefetchStores &step) {
  if (const Refusal reason = check(kernel, step)) return refused({step}, *reason);
  Block body = kernel.body;
  replaceLoops(body, *kernel.findVar(step.loop), [&](For loop, const Nest &) {
    Block result;
    result.push_back({Prefetcher(kernel, step, loop).copyOf(loop)});
    result.push_back({std::move(loop)});
    return result;
  });
  kernel.body = std::move(body);
  return kernel;
}

} // namespace einjit::loop
