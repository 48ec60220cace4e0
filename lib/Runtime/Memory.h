// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory for tensors: zeroed, aligned, and asked for politely.
#pragma once

#include <cstddef>

namespace einjit {

/// Alignment of every tensor einjit allocates: a cache line, which is also the widest vector of any target.
inline constexpr std::size_t tensorAlignment = 64;

/// Zeroed memory aligned to tensorAlignment, never null for 0 bytes; null where the machine does not have it.
/// Large blocks come straight from the kernel's zero pages, so they cost nothing until they are touched.
void *allocateZeroed(std::size_t bytes) noexcept;
/// Gives back what allocateZeroed() returned; null is allowed.
void deallocate(void *memory) noexcept;

} // namespace einjit
