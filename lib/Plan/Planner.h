// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The planner: reads the tensor IR and the target, and writes the schedule that turns naive loops into good ones. It
// decides; the steps only do.
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/NaiveLoops.h"
#include "Target/Target.h"
#include "Tensor/Kernel.h"

namespace einjit {

struct PlanOptions {
  std::int64_t threads = 1;
};

/// How the naive loops that the schedule starts from are to be made: products are contracted where the target has an
/// instruction for it and the kernel's sums need not be exact.
NaiveOptions naiveOptions(const tensor::Kernel &kernel, const Target &target);

/// The names of the kernel's iterators must differ between ops, as nameCanonically makes them.
loop::Schedule planKernel(const tensor::Kernel &kernel, const Target &target, const PlanOptions &options = {});

} // namespace einjit
