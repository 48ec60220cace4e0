// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Dependence.h"
#include "Loop/Steps/Refusal.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

bool isParallel(const For &loop) { return loop.kind == LoopKind::Parallel; }

/// Whether it is all that stands in a parallel loop, and so can share its threads.
bool joinsLoopAround(const PlacedLoop &place) {
  return !place.outside.empty() && isParallel(*place.outside.back()) && place.outside.back()->body.size() == 1 &&
         !place.loop->bound && place.loop->extent > 0;
}

/// A loop that is parallel already, around this one or inside it.
const For *otherParallelLoop(const PlacedLoop &place) {
  const auto around = std::ranges::find_if(place.outside, [](const For *loop) { return isParallel(*loop); });
  if (around != place.outside.end() && !joinsLoopAround(place)) return *around;
  const For *inside = nullptr;
  forEach<For>(place.loop->body, [&](const For &loop) { inside = isParallel(loop) ? &loop : inside; });
  return inside;
}

/// Registers that the loop uses and does not declare: they belong to the thread outside.
std::optional<BufferId> outerRegisters(const Kernel &kernel, const For &loop) {
  std::vector<BufferId> declared;
  forEach<Declare>(loop.body, [&](const Declare &declare) { declared.push_back(declare.buffer); });
  std::optional<BufferId> found;
  forEachAccess(loop.body, [&](const Access &access) {
    const bool isOuter = std::ranges::find(declared, access.buffer) == declared.end();
    if (isOuter && kernel[access.buffer].storage == Storage::Registers) found = access.buffer;
  });
  return found;
}

Refusal check(const Kernel &kernel, const Parallelize &step) {
  if (auto reason = unlessLoopExists(kernel, step.loop)) return reason;
  for (const PlacedLoop &place : loopsNamed(kernel, step.loop)) {
    if (place.loop->kind == LoopKind::Unrolled) return fmt::format("loop '{}' is unrolled", step.loop);
    if (const For *other = otherParallelLoop(place))
      return fmt::format("{}, around or inside it, is parallel already", quoted(kernel, other->var));
    if (const auto buffer = outerRegisters(kernel, *place.loop))
      return fmt::format("its iterations share the registers {}", quoted(kernel, *buffer));
    if (const auto buffer = sharedBuffer(*place.loop, place.outside))
      return fmt::format("its iterations depend on each other through {}", quoted(kernel, *buffer));
  }
  return std::nullopt;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Parallelize &step) {
  if (const Refusal reason = check(kernel, step)) return refused({step}, *reason);
  const VarId var = *kernel.findVar(step.loop);
  forEach<For>(kernel.body, [&](For &loop) {
    if (loop.var == var) loop.kind = LoopKind::Parallel;
  });
  return kernel;
}

} // namespace einjit::loop
