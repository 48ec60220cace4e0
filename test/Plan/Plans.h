// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Loop/Kernel.h"
#include "Loop/Steps/Step.h"
#include "Plan/Planner.h"
#include "Tensor/Kernel.h"
#include <string>

namespace einjit::test {

/// The kernel of a text, which must be well-formed, in canonical form.
tensor::Kernel canonicalKernel(const std::string &text);

/// Naive loops with the schedule applied, which must not be refused.
loop::Kernel planned(const tensor::Kernel &kernel, const Target &target, const loop::Schedule &schedule);

/// Vector registers that hold the register buffers of an innermost loop, whichever loop uses most.
std::int64_t registersCarried(const loop::Kernel &kernel, const Target &target);

} // namespace einjit::test
