// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs loop IR statement by statement and element by element: the judge of every schedule and of the generated code.
#pragma once

#include "Loop/Kernel.h"
#include <einjit/Tensor.h>
#include <span>
#include <vector>

namespace einjit {

/// Runs a kernel that verify() accepts in Form::Building. The arguments' memory is laid out as the kernel's buffers
/// say. Parallel loops run in order. Throws InternalError where the kernel reads an element of scratch or of a register
/// that was not written, or leaves a buffer; throws Error where its scratch is too large to be interpreted.
void interpretLoop(const loop::Kernel &kernel, std::span<const ConstTensorRef> inputs,
                   std::span<const TensorRef> outputs);
/// The same into new memory; returns the outputs row-major.
std::vector<AnyTensor> interpretLoop(const loop::Kernel &kernel, std::span<const ConstTensorRef> inputs);

} // namespace einjit
