// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where scratch buffers lie in the arena. Buffers whose lives do not meet share their place.
#pragma once

#include "CodeGen/CodeGen.h"
#include <optional>

namespace einjit::codegen {

struct Layout {
  ScratchLayout arena;
  std::vector<std::optional<std::int64_t>> shared; ///< by buffer: its offset in bytes from the arena's start
  std::vector<std::optional<std::int64_t>> slot;   ///< the same from its slot's start
  std::vector<std::int64_t> bytes;                 ///< by buffer: its size; 0 of what is no scratch in the arena
  std::vector<bool> transient;                     ///< by buffer: whether it lies on the stack (Transient.h)

  /// Whether some byte is in both buffers.
  bool overlap(loop::BufferId a, loop::BufferId b) const;
};

/// Scratch declared outside parallel loops is shared, that declared inside has a place in each thread's slot. With one
/// thread everything is shared. O(n^2) for n buffers.
Result<Layout> layOut(const loop::Kernel &kernel, std::int64_t threads);

/// The scratch buffers declared in `block`, at any depth, that lie in the arena.
std::vector<loop::BufferId> declaredScratch(const loop::Kernel &kernel, const Layout &layout, const loop::Block &block);

} // namespace einjit::codegen
