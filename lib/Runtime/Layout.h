// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Moving elements between memory layouts.
#pragma once

#include <einjit/Tensor.h>

namespace einjit {

/// Copies the elements, in whatever order they lie, to row-major memory at `to` that does not overlap them.
/// The shape's element count must be known to fit (elementCount()).
void copyToRowMajor(const ConstTensorRef &from, void *to);

} // namespace einjit
