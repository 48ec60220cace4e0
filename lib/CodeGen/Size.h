// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Loop/Kernel.h"
#include "Support/Result.h"
#include "Target/Target.h"

namespace einjit::codegen {

/// About how many machine instructions a kernel becomes, unrolled loops repeated: enough to refuse what LLVM would take
/// minutes for. Saturates instead of overflowing. O(size of the kernel).
std::int64_t estimateInstructions(const loop::Kernel &kernel, const Target &target);

/// The same for some of its statements.
std::int64_t estimateInstructions(const loop::Block &block, const loop::Kernel &kernel, const Target &target);

/// Refuses kernels beyond the limit of generated instructions.
Status checkSize(const loop::Kernel &kernel, const Target &target);

} // namespace einjit::codegen
