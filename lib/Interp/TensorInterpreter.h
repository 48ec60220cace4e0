// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The meaning of the tensor IR, as a program that is slow and obvious: one scalar at a time, in the written order.
// Whatever the compiler makes of a kernel is judged by these numbers.
#pragma once

#include "Tensor/Kernel.h"
#include <einjit/Tensor.h>
#include <span>
#include <vector>

namespace einjit {

/// The results of a well-formed kernel on inputs with the element types and extents of its parameters; their layout is
/// their own. A reduction starts from its op's identity and runs through its iterators in order, the first slowest.
/// Throws InternalError if the inputs do not fit, and einjit::Error where memory cannot be had.
std::vector<AnyTensor> interpretTensor(const tensor::Kernel &kernel, std::span<const ConstTensorRef> inputs);

} // namespace einjit
