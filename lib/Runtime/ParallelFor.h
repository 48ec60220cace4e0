// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>

/// What kernels call for a parallel loop: `body(context, begin, end, slot)` for consecutive pieces of 0…extent-1, at
/// most `threads` of them, as equal as can be. Piece number c gets slot c, so which iterations share a slot depends on
/// nothing but the two numbers. Returns when all are done. Nothing happens where the extent is not positive.
extern "C" void einjitParallelFor(void *context,
                                  void (*body)(void *context, std::int64_t begin, std::int64_t end, std::int64_t slot),
                                  std::int64_t extent, std::int64_t threads) noexcept;
