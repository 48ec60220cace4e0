// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Layout.h"
#include "Support/Checked.h"
#include "Support/Overloaded.h"
#include <cstdlib>

namespace einjit::codegen {
namespace {

using loop::Block;
using loop::BufferId;

constexpr std::int64_t alignment = 64;
constexpr std::int64_t maxBytes = std::int64_t{1} << 62;

/// a + b*c, as long as it stays below 2^62.
std::optional<std::int64_t> addProduct(std::optional<std::int64_t> a, std::int64_t b, std::int64_t c) {
  const auto product = checkedMul(b, c);
  const auto sum = a && product ? checkedAdd(*a, *product) : std::nullopt;
  return sum && *sum < maxBytes ? sum : std::nullopt;
}

std::optional<Span> spanOf(const TensorType &type) {
  const std::vector<std::int64_t> strides = type.stridesOrRowMajor();
  const auto element = static_cast<std::int64_t>(byteSize(type.dtype));
  std::optional<std::int64_t> before = 0, after = element;
  for (std::size_t axis = 0; axis < type.rank(); ++axis) {
    if (type.shape[axis] == 0) return Span{};
    auto &side = strides[axis] < 0 ? before : after;
    const auto step = checkedMul(strides[axis] < 0 ? -element : element, strides[axis]);
    side = step ? addProduct(side, type.shape[axis] - 1, *step) : std::nullopt;
  }
  if (!before || !after || *before + *after >= maxBytes) return std::nullopt;
  return Span{*before + *after, *before};
}

/// Calls `visit(buffer, inParallel)` for each declaration of scratch.
template <class Visit>
void forEachScratch(const loop::Kernel &kernel, const Block &block, bool inParallel, const Visit &visit) {
  for (const loop::Stmt &stmt : block)
    std::visit(Overloaded{[](const loop::Store &) {}, [](const loop::Prefetch &) {},
                          [&](const loop::Declare &declare) {
                            if (kernel[declare.buffer].storage == loop::Storage::Scratch)
                              visit(declare.buffer, inParallel);
                          },
                          [&](const loop::For &loop) {
                            forEachScratch(kernel, loop.body, inParallel || loop.kind == loop::LoopKind::Parallel,
                                           visit);
                          }},
               stmt.node);
}

/// Appends a buffer to a part of the arena that is `size` bytes long so far; nothing where that becomes too long.
std::optional<std::int64_t> append(const TensorType &type, std::int64_t &size) {
  const auto span = spanOf(type);
  const auto blocks = span ? std::optional((span->bytes + alignment - 1) / alignment) : std::nullopt;
  const auto end = blocks ? addProduct(size, *blocks, alignment) : std::nullopt;
  if (!end) return std::nullopt;
  const std::int64_t offset = size + span->origin;
  size = *end;
  return offset;
}

} // namespace

Result<Layout> layOut(const loop::Kernel &kernel, std::int64_t threads) {
  Layout layout;
  layout.shared.resize(kernel.buffers.size());
  layout.slot.resize(kernel.buffers.size());
  bool fits = true;
  forEachScratch(kernel, kernel.body, false, [&](BufferId id, bool inParallel) {
    const bool perThread = inParallel && threads > 1;
    auto &place = perThread ? layout.slot[id.index()] : layout.shared[id.index()];
    place = append(kernel[id].type, perThread ? layout.arena.slotBytes : layout.arena.sharedBytes);
    fits = fits && place.has_value();
  });
  if (layout.arena.slotBytes > 0) layout.arena.slots = threads;
  if (!fits || !addProduct(layout.arena.sharedBytes, layout.arena.slots, layout.arena.slotBytes))
    return Diagnostic{DiagnosticKind::TensorTooLarge, "the kernel's temporaries do not fit below 2^62 bytes"};
  return layout;
}

std::vector<BufferId> declaredScratch(const loop::Kernel &kernel, const Block &block) {
  std::vector<BufferId> found;
  forEachScratch(kernel, block, false, [&](BufferId id, bool) { found.push_back(id); });
  return found;
}

} // namespace einjit::codegen
