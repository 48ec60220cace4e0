// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Moving elements between memory layouts.
#pragma once

#include <einjit/TensorRef.h>

namespace einjit {

/// The places that elements of a tensor take up, counted in elements from the one with all indices 0; none if it is
/// empty.
struct Reach {
  std::int64_t first = 0, end = 0;
};
Reach reachOf(const TensorType &type);

/// Whether both describe the same memory in the same way.
bool isSameTensor(const ConstTensorRef &a, const ConstTensorRef &b);

/// Copies elements, in whatever order they lie, to memory of the same shape and element type in whatever order, which
/// does not overlap them. The shape's element count must be known to fit (elementCount()). Allocates nothing.
void copyElements(const ConstTensorRef &from, const TensorRef &to);
/// The same to row-major memory.
void copyToRowMajor(const ConstTensorRef &from, void *to);

} // namespace einjit
