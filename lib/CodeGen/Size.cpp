// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Size.h"
#include "CodeGen/TransposedAccesses.h"
#include "Support/Checked.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <limits>

namespace einjit::codegen {
namespace {

/// LLVM takes about 20 microseconds an instruction, so this is some seconds.
constexpr std::int64_t maxInstructions = 200'000;
constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max() / 4;

std::int64_t plus(std::int64_t a, std::int64_t b) { return std::min(a + b, huge); }
std::int64_t times(std::int64_t a, std::int64_t b) { return std::min(checkedMul(a, b).value_or(huge), huge); }

class Estimate {
public:
  Estimate(const loop::Kernel &kernel, const Target &target) : kernel_(kernel), target_(target) {}

  std::int64_t operator()(const loop::Block &block) const {
    std::int64_t sum = 0;
    for (const loop::Stmt &stmt : block)
      sum = plus(sum, std::visit([this](const auto &node) { return count(node); }, stmt.node));
    return sum;
  }

private:
  /// Machine vectors that `lanes` elements of a type fill.
  std::int64_t pieces(DType type, std::int64_t lanes) const {
    const std::int64_t perVector = std::max<std::int64_t>(1, target_.lanes(static_cast<std::int64_t>(byteSize(type))));
    return lanes / perVector + 1;
  }

  /// One instruction for each machine vector, or two for each lane where lanes are handled one by one.
  std::int64_t count(const loop::Access &access, const loop::Store &store) const {
    const loop::Buffer &buffer = kernel_[access.buffer];
    if (buffer.storage == loop::Storage::Registers) return 0;
    if (buffer.storage == loop::Storage::Iota) return plus(2, pieces(buffer.type.dtype, store.lanes));
    const std::int64_t stride = laneStride(kernel_, access);
    const bool laneByLane = (stride < -1 || stride > 1) || (store.laneBound && !target_.maskedVectors);
    if (stride == 0 || store.lanes == 1) return 2;
    return plus(2, laneByLane ? times(2, store.lanes) : pieces(buffer.type.dtype, store.lanes));
  }

  /// Divisions and, where the target has no such instruction, roundings are done lane by lane; functions are called
  /// with a whole vector, registers saved around the call.
  std::int64_t count(ScalarOp op, DType type, std::int64_t lanes) const {
    if (op == ScalarOp::FloorDiv || op == ScalarOp::Rem) return plus(times(8, lanes), times(16, pieces(type, lanes)));
    if (op >= ScalarOp::Floor && op <= ScalarOp::Trunc) return times(4, lanes);
    return times(isFunction(op) ? 8 : 1, pieces(type, lanes));
  }

  std::int64_t count(const loop::Store &store) const {
    std::int64_t sum = plus(count(store.target, store), store.reduce ? times(2, pieces(DType::F64, store.lanes)) : 0);
    for (const loop::Access &operand : store.operands) sum = plus(sum, count(operand, store));
    for (const scalar::Node &node : store.value.nodes)
      if (const auto *apply = std::get_if<scalar::Apply>(&node.kind))
        sum = plus(sum, count(apply->op, node.type, store.lanes));
    return plus(sum, 1);
  }

  std::int64_t count(const loop::Prefetch &) const { return 2; }

  std::int64_t count(const loop::Declare &declare) const {
    const loop::Buffer &buffer = kernel_[declare.buffer];
    if (buffer.storage != loop::Storage::Registers) return 0;
    return times(pieces(buffer.type.dtype, buffer.lanes), elementCount(buffer.type).value_or(huge));
  }

  /// What the blocks of a loop save in each of its iterations: instead of being handled one by one, the lanes of all
  /// iterations of a block are loaded together and shuffled log2(columns) times.
  std::int64_t savedByBlocks(const loop::For &loop) const {
    const TransposedAccesses accesses = transposedAccesses(kernel_, loop, target_);
    if (loop.bound && !target_.maskedVectors) return 0;
    const std::int64_t columns = std::min(accesses.mostColumns, loop.extent);
    std::int64_t saved = 0;
    for (const auto *members : {&accesses.reads, &accesses.writes})
      for (const auto &[access, lanes] : *members) {
        const std::int64_t shuffles = std::bit_width(static_cast<std::uint64_t>(columns)) - 1;
        const std::int64_t blocked = 2 * lanes / columns + shuffles * pieces(kernel_[access->buffer].type.dtype, lanes);
        saved += std::max<std::int64_t>(0, 2 * lanes - blocked);
      }
    return saved;
  }

  std::int64_t count(const loop::For &loop) const {
    if (loop.extent == 0) return 0;
    std::int64_t body = plus((*this)(loop.body), 2); // even an empty one takes time to repeat
    if (body < huge) body -= savedByBlocks(loop);
    return loop.kind == loop::LoopKind::Unrolled ? times(loop.extent, body) : body;
  }

  const loop::Kernel &kernel_;
  const Target &target_;
};

} // namespace

std::int64_t estimateInstructions(const loop::Kernel &kernel, const Target &target) {
  const bool streams = std::ranges::any_of(kernel.buffers, &loop::Buffer::stream);
  return times(streams ? 2 : 1, Estimate(kernel, target)(kernel.body));
}

std::int64_t estimateInstructions(const loop::Block &block, const loop::Kernel &kernel, const Target &target) {
  return Estimate(kernel, target)(block);
}

Status checkSize(const loop::Kernel &kernel, const Target &target) {
  const std::int64_t estimate = estimateInstructions(kernel, target);
  if (estimate <= maxInstructions) return Success{};
  return Diagnostic{DiagnosticKind::KernelTooLarge,
                    fmt::format("the kernel would have about {} instructions, more than {}", estimate, maxInstructions),
                    {},
                    {},
                    "unroll less"};
}

} // namespace einjit::codegen
