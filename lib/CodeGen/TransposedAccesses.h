// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which accesses of an unrolled loop read or write square blocks:
//
//   unroll x in 0..16 { 16 lanes: %out[…] = f(%a[… + x + 100*lane]) }
//
// Each lane's elements lie side by side along x, those of one iteration are far apart. So several iterations load a
// contiguous vector for each lane and transpose them in registers (Transpose.h), instead of gathering for each
// iteration; and the other way round for what is written. TransposedLoops.cpp does it.
#pragma once

#include "Loop/Kernel.h"
#include "Target/Target.h"

namespace einjit::codegen {

struct TransposedAccesses {
  struct Member {
    const loop::Access *access;
    std::int64_t lanes; ///< of its store
  };
  std::vector<Member> reads, writes;
  std::int64_t mostColumns = 0; ///< iterations that a block has at most

  bool empty() const { return reads.empty() && writes.empty(); }
};

/// Lanes that a block of such elements has: a power of two, at most a machine vector's.
std::int64_t blockLanes(const Target &target, DType type, std::int64_t lanes);

/// Those of an unrolled loop over nothing but vector stores that all mask the same lanes in all iterations. What is
/// read in blocks is not written in the loop; what is written in blocks is not touched otherwise, and its iterations
/// write different elements. O(size of the loop squared).
TransposedAccesses transposedAccesses(const loop::Kernel &kernel, const loop::For &loop, const Target &target);

} // namespace einjit::codegen
