// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Plans.h"
#include "Loop/Rewrite.h"
#include "Plan/NaiveLoops.h"
#include "Tensor/Passes/Passes.h"
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::test {

tensor::Kernel canonicalKernel(const std::string &text) {
  const auto kernel = tensor::parseKernel(text);
  EXPECT_TRUE(kernel) << (kernel ? "" : render(kernel.errors(), text));
  if (!kernel) return {};
  EXPECT_THAT(verify(*kernel), testing::IsEmpty()) << text;
  return canonicalize(*kernel);
}

loop::Kernel planned(const tensor::Kernel &kernel, const Target &target, const loop::Schedule &schedule) {
  auto loops = apply(naiveLoops(kernel, {target.fusedMultiplyAdd && !kernel.exact}), schedule);
  EXPECT_TRUE(loops) << (loops ? "" : render(loops.errors(), {})) << print(schedule) << print(kernel);
  return loops ? *std::move(loops) : loop::Kernel{};
}

namespace {

std::int64_t registersOf(const loop::Buffer &buffer, const Target &target) {
  if (buffer.storage != loop::Storage::Registers) return 0;
  const std::int64_t bits = buffer.lanes * static_cast<std::int64_t>(byteSize(buffer.type.dtype)) * 8;
  return elementCount(buffer.type).value() *
         std::max<std::int64_t>(1, (bits + target.vectorBits - 1) / target.vectorBits);
}

bool isInnermost(const loop::For &loop) {
  bool innermost = loop.kind != loop::LoopKind::Unrolled;
  loop::forEach<loop::For>(loop.body,
                           [&](const loop::For &inner) { innermost &= inner.kind == loop::LoopKind::Unrolled; });
  return innermost;
}

} // namespace

std::int64_t registersCarried(const loop::Kernel &kernel, const Target &target) {
  std::int64_t most = 0;
  loop::forEach<loop::For>(kernel.body, [&](const loop::For &loop) {
    if (!isInnermost(loop)) return;
    std::int64_t registers = 0;
    for (std::size_t id = 0; id < kernel.buffers.size(); ++id)
      if (loop::accesses(loop.body, loop::BufferId(id))) registers += registersOf(kernel.buffers[id], target);
    most = std::max(most, registers);
  });
  return most;
}

} // namespace einjit::test
