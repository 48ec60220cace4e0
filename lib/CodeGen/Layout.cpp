// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Layout.h"
#include "Support/Checked.h"
#include "Support/Overloaded.h"
#include <utility>

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
  const auto count = elementCount(type);
  const auto bytes =
      count ? addProduct(alignment - 1, *count, static_cast<std::int64_t>(byteSize(type.dtype))) : std::nullopt;
  const auto end = bytes ? addProduct(size, *bytes / alignment, alignment) : std::nullopt;
  if (!end) return std::nullopt;
  return std::exchange(size, *end);
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
