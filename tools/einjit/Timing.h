// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Timing a kernel's bare call.
#pragma once

#include <cstdint>
#include <einjit/Kernel.h>
#include <vector>

namespace einjit::cli {

/// Seconds for one call of a kernel, over samples.
struct Timing {
  double median = 0;
  double min = 0;
  std::int64_t runs = 0; ///< calls that were timed
};

/// Calls the kernel's entry point over and over on these inputs, whose types it was compiled for. Short calls are
/// timed in batches, so that the clock does not count; it goes on for at least `seconds`, and for at least 11 samples.
Timing timeKernel(const Kernel &kernel, std::vector<AnyTensor> inputs, double seconds);

} // namespace einjit::cli
