// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// When scratch is in use. Statements are numbered in the order in which they begin and end; a buffer lives from the
// beginning of the first to the end of the last statement of its own block that touches it, however deep inside: what
// a loop needs, all of its iterations need. Before and after that its contents are undefined, so that two buffers whose
// lives do not meet can lie in the same place.
#pragma once

#include "Loop/Kernel.h"
#include <vector>

namespace einjit::codegen {

struct Lifetime {
  loop::BufferId buffer;
  bool inParallel;                   ///< declared inside a parallel loop
  std::int64_t first = 0, last = -1; ///< last < first: never touched
  bool meets(const Lifetime &other) const { return first <= other.last && other.first <= last; }
};

/// Of each scratch buffer that the block declares, at any depth, in the order of the declarations.
std::vector<Lifetime> lifetimes(const loop::Kernel &kernel, const loop::Block &block);

} // namespace einjit::codegen
