// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the arena holds, for people.
#include "CodeGen/CodeGen.h"
#include "CodeGen/Layout.h"
#include "CodeGen/Lifetimes.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::codegen {
namespace {

using loop::BufferId;

constexpr std::size_t shownBuffers = 8;

/// The largest first, and those of a size as they are declared.
std::vector<BufferId> bySize(const loop::Kernel &kernel, const Layout &layout) {
  std::vector<BufferId> buffers = declaredScratch(kernel, layout, kernel.body);
  std::stable_sort(buffers.begin(), buffers.end(),
                   [&](BufferId a, BufferId b) { return layout.bytes[a.index()] > layout.bytes[b.index()]; });
  return buffers;
}

std::string placeText(const loop::Kernel &kernel, const Layout &layout, BufferId id) {
  const std::size_t i = id.index();
  return fmt::format("%{} {} at {}{}", kernel[id].name, layout.bytes[i], layout.slot[i] ? "slot + " : "",
                     layout.slot[i] ? *layout.slot[i] : *layout.shared[i]);
}

} // namespace

Result<ScratchLayout> scratchLayout(const loop::Kernel &kernel, std::int64_t threads) {
  const Result<Layout> layout = layOut(kernel, threads);
  if (!layout) return layout.errors();
  return layout->arena;
}

std::string largestScratch(const loop::Kernel &kernel, std::int64_t threads) {
  const Result<Layout> layout = layOut(kernel, threads);
  const BufferId largest = bySize(kernel, *layout).front();
  return fmt::format("{} bytes for %{}, a {}", layout->bytes[largest.index()], kernel[largest].name,
                     str(kernel[largest].type));
}

std::string scratchText(const loop::Kernel &kernel, std::int64_t threads) {
  const Result<Layout> layout = layOut(kernel, threads);
  if (!layout || layout->arena.totalBytes() == 0) return "";
  const ScratchLayout &arena = layout->arena;
  std::string text = fmt::format("# {} bytes of scratch", arena.totalBytes());
  if (arena.slots > 0)
    text += fmt::format(", {} shared and {} for each of {} threads", arena.sharedBytes, arena.slotBytes, arena.slots);
  const std::vector<BufferId> buffers = bySize(kernel, *layout);
  for (std::size_t i = 0; i < std::min(buffers.size(), shownBuffers); ++i)
    text += (i == 0 ? ": " : ", ") + placeText(kernel, *layout, buffers[i]);
  if (buffers.size() > shownBuffers) text += fmt::format(" and {} smaller ones", buffers.size() - shownBuffers);
  return text + "\n";
}

} // namespace einjit::codegen
