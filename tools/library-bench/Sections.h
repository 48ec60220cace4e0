// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sections of the library's benchmark, each in a file of its own: what it costs to use einjit, beside what its
// kernels cost.
#pragma once

#include <cstdint>

namespace einjit::bench {

/// What calls cost beyond the kernel's own code: each way of calling it, `repetitions` times, and allocations.
void calls(std::int64_t repetitions);

/// From the start of a process to its first result, where another process has compiled the same before: `runs`
/// processes.
void firstResult(std::int64_t runs);
/// What such a process does, and tells the first one.
void beFirstResult();

/// Compiles and drops `kernels` distinct kernels, and prints memory and mappings of the process meanwhile.
void soak(std::int64_t kernels);

} // namespace einjit::bench
