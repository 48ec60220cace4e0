// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/Memory.h"
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <sys/mman.h>
#include <unistd.h>

namespace einjit {
namespace {

/// Of x86-64, and of most others with pages of 4 KiB.
constexpr std::size_t hugePageBytes = std::size_t{2} << 20;

/// The number in a control group's limit file; no limit where there is no such file or it says `max`.
std::size_t limitIn(const char *path) {
  std::size_t limit = 0;
  return std::ifstream(path) >> limit ? limit : std::numeric_limits<std::size_t>::max();
}

/// What this process could ever touch. An overcommitting kernel grants any address space and kills the process when
/// it is used, so that a block beyond the machine's memory has to be refused here.
std::size_t usableMemory() {
  static const std::size_t usable = [] {
    const auto physical = static_cast<std::size_t>(std::max(0L, sysconf(_SC_PHYS_PAGES))) *
                          static_cast<std::size_t>(std::max(0L, sysconf(_SC_PAGESIZE)));
    const std::size_t v2 = limitIn("/sys/fs/cgroup/memory.max");
    const std::size_t v1 = limitIn("/sys/fs/cgroup/memory/memory.limit_in_bytes");
    return std::min({physical == 0 ? std::numeric_limits<std::size_t>::max() : physical, v1, v2});
  }();
  return usable;
}

} // namespace

// Layout of a block from calloc, which unlike aligned_alloc knows when pages are zero already:
//
//   block ... [block's address][the tensor: aligned]...
//
// Large blocks start a huge page and ask for such pages: a panel of a product, or a matrix read by columns, would else
// need more pages than the processor keeps the places of.
void *allocateZeroed(std::size_t bytes) noexcept {
  const bool isLarge = bytes >= hugePageBytes / 2;
  const std::size_t alignment = isLarge ? hugePageBytes : tensorAlignment;
  const std::size_t overhead = alignment + sizeof(void *);
  if (bytes > usableMemory() || bytes > std::numeric_limits<std::size_t>::max() - overhead) return nullptr;
  void *block = std::calloc(bytes + overhead, 1);
  if (!block) return nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(block) + sizeof(void *);
  const std::uintptr_t padding = (alignment - address % alignment) % alignment;
  char *memory = static_cast<char *>(block) + sizeof(void *) + padding;
  std::memcpy(memory - sizeof(void *), &block, sizeof(void *));
  if (isLarge) madvise(memory, bytes, MADV_HUGEPAGE); // only a wish
  return memory;
}

void deallocate(void *memory) noexcept {
  if (!memory) return;
  void *block = nullptr;
  std::memcpy(&block, static_cast<char *>(memory) - sizeof(void *), sizeof(void *));
  std::free(block);
}

} // namespace einjit
