// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Layout.h"
#include "CodeGen/Lifetimes.h"
#include "CodeGen/Transient.h"
#include "Support/Checked.h"
#include <algorithm>

namespace einjit::codegen {
namespace {

using loop::BufferId;

constexpr std::int64_t alignment = 64;
constexpr std::int64_t maxBytes = std::int64_t{1} << 62;

/// a + b*c, as long as it stays below 2^62.
std::optional<std::int64_t> addProduct(std::optional<std::int64_t> a, std::int64_t b, std::int64_t c) {
  const auto product = checkedMul(b, c);
  const auto sum = a && product ? checkedAdd(*a, *product) : std::nullopt;
  return sum && *sum < maxBytes ? sum : std::nullopt;
}

/// A whole number of cache lines.
std::optional<std::int64_t> paddedBytes(const TensorType &type) {
  const auto count = elementCount(type);
  const auto bytes =
      count ? addProduct(alignment - 1, *count, static_cast<std::int64_t>(byteSize(type.dtype))) : std::nullopt;
  return bytes ? std::optional(*bytes / alignment * alignment) : std::nullopt;
}

struct Item {
  Lifetime life;
  std::int64_t bytes;
  std::int64_t offset = 0;
  std::int64_t end() const { return offset + bytes; }
};

/// Places the largest first, each at the lowest offset that is free while it lives. The length of it all; nothing where
/// that is too long.
std::optional<std::int64_t> place(std::vector<Item> &items) {
  std::stable_sort(items.begin(), items.end(), [](const Item &a, const Item &b) { return a.bytes > b.bytes; });
  std::int64_t length = 0;
  std::vector<const Item *> placed; // by offset
  for (Item &item : items) {
    for (const Item *other : placed) {
      if (!item.life.meets(other->life)) continue;
      if (item.end() <= other->offset) break;
      item.offset = std::max(item.offset, other->end());
      if (!addProduct(item.offset, item.bytes, 1)) return std::nullopt;
    }
    length = std::max(length, item.end());
    const auto after = std::upper_bound(placed.begin(), placed.end(), item.offset,
                                        [](std::int64_t offset, const Item *other) { return offset < other->offset; });
    placed.insert(after, &item);
  }
  return length;
}

} // namespace

bool Layout::overlap(BufferId a, BufferId b) const {
  const auto meet = [&](const std::vector<std::optional<std::int64_t>> &offsets) {
    const auto &x = offsets[a.index()], &y = offsets[b.index()];
    return x && y && *x < *y + bytes[b.index()] && *y < *x + bytes[a.index()];
  };
  return meet(shared) || meet(slot);
}

Result<Layout> layOut(const loop::Kernel &kernel, std::int64_t threads) {
  const Diagnostic tooLarge{DiagnosticKind::TensorTooLarge, "the kernel's temporaries do not fit below 2^62 bytes"};
  const std::size_t count = kernel.buffers.size();
  Layout layout{{}, {}, {}, std::vector<std::int64_t>(count, 0), transientScratch(kernel)};
  layout.shared.resize(count);
  layout.slot.resize(count);
  std::vector<Item> shared, slot;
  for (const Lifetime &life : lifetimes(kernel, kernel.body)) {
    if (layout.transient[life.buffer.index()]) continue;
    const auto bytes = paddedBytes(kernel[life.buffer].type);
    if (!bytes) return tooLarge;
    layout.bytes[life.buffer.index()] = *bytes;
    (life.inParallel && threads > 1 ? slot : shared).push_back({life, *bytes});
  }
  const auto sharedBytes = place(shared), slotBytes = place(slot);
  if (!sharedBytes || !slotBytes) return tooLarge;
  layout.arena = {*sharedBytes, *slotBytes, *slotBytes > 0 ? threads : 0};
  if (!addProduct(*sharedBytes, layout.arena.slots, *slotBytes)) return tooLarge;
  for (const Item &item : shared) layout.shared[item.life.buffer.index()] = item.offset;
  for (const Item &item : slot) layout.slot[item.life.buffer.index()] = item.offset;
  return layout;
}

std::vector<BufferId> declaredScratch(const loop::Kernel &kernel, const Layout &layout, const loop::Block &block) {
  std::vector<BufferId> found;
  for (const Lifetime &life : lifetimes(kernel, block))
    if (!layout.transient[life.buffer.index()]) found.push_back(life.buffer);
  return found;
}

} // namespace einjit::codegen
