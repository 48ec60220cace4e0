// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Rewrite.h"
#include "Loop/Steps/Refusal.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// A register belongs to one thread, and has no address.
Refusal checkUses(const Kernel &kernel, BufferId buffer) {
  std::optional<std::size_t> declaredIn; // number of parallel loops around the declaration
  Refusal reason;
  walk(kernel.body, {}, [&](const Stmt &stmt, const Nest &nest) {
    const auto isParallel = [](const For *loop) { return loop->kind == LoopKind::Parallel; };
    const auto parallelLoops = static_cast<std::size_t>(std::count_if(nest.begin(), nest.end(), isParallel));
    if (const Declare *declare = std::get_if<Declare>(&stmt.node); declare && declare->buffer == buffer)
      declaredIn = parallelLoops;
    forEachAccessOf(stmt, [&](const Access &access) {
      if (access.buffer != buffer || reason) return;
      if (declaredIn && parallelLoops > *declaredIn)
        reason = fmt::format("%{} is shared by the iterations of a parallel loop", kernel[buffer].name);
      if (std::holds_alternative<Prefetch>(stmt.node)) reason = fmt::format("%{} is prefetched", kernel[buffer].name);
      if (const Store *store = std::get_if<Store>(&stmt.node); store && store->lanes > 1)
        reason = fmt::format("%{} is accessed by vectors already; keep it before vectorizing", kernel[buffer].name);
    });
  });
  return reason;
}

Refusal check(const Kernel &kernel, const Keep &step) {
  if (auto reason = unlessBufferExists(kernel, step.buffer)) return reason;
  for (BufferId buffer : buffersNamed(kernel, step.buffer)) {
    if (kernel[buffer].storage == Storage::Registers)
      return fmt::format("%{} is in registers already", kernel[buffer].name);
    if (kernel[buffer].storage != Storage::Scratch) return fmt::format("%{} is not scratch", kernel[buffer].name);
    if (auto reason = checkUses(kernel, buffer)) return reason;
  }
  return std::nullopt;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Keep &step) {
  if (const Refusal reason = check(kernel, step)) return refused({step}, *reason);
  for (BufferId buffer : buffersNamed(kernel, step.buffer)) {
    kernel[buffer].storage = Storage::Registers;
    kernel[buffer].type.strides.clear();
  }
  return kernel;
}

} // namespace einjit::loop
