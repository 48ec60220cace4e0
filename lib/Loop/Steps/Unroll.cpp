// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Rewrite.h"
#include "Loop/Steps/Refusal.h"
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// More repetitions than this never pay, and one step could make a kernel of any size.
constexpr std::int64_t maxRepetitions = 1024;

Refusal check(const Kernel &kernel, const Unroll &step) {
  if (auto reason = unlessLoopExists(kernel, step.loop)) return reason;
  for (const PlacedLoop &place : loopsNamed(kernel, step.loop)) {
    if (place.loop->kind == LoopKind::Parallel) return fmt::format("loop '{}' is parallel", step.loop);
    if (place.loop->extent > maxRepetitions)
      return fmt::format("loop '{}' has {} iterations, more than {}", step.loop, place.loop->extent, maxRepetitions);
  }
  return std::nullopt;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Unroll &step) {
  if (const Refusal reason = check(kernel, step)) return refused({step}, *reason);
  const VarId var = *kernel.findVar(step.loop);
  forEach<For>(kernel.body, [&](For &loop) {
    if (loop.var == var) loop.kind = LoopKind::Unrolled;
  });
  return kernel;
}

} // namespace einjit::loop
