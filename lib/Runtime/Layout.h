// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors that somebody describes: whether they can be read, and moving their elements between memory layouts.
#pragma once

#include <einjit/TensorRef.h>
#include <optional>

namespace einjit {

/// The places that elements of a tensor take up, counted in elements from the one with all indices 0; none if it is
/// empty.
struct Reach {
  std::int64_t first = 0, end = 0;
};
Reach reachOf(const TensorType &type);

/// Throws einjit::Error unless the description is one that can be read: a type that a tensor can have, and memory where
/// it has elements.
void checkReadable(const ConstTensorRef &tensor);

/// Whether both describe the same memory in the same way.
bool isSameTensor(const ConstTensorRef &a, const ConstTensorRef &b);

/// The value of a tensor that is one integer without axes and has data.
std::optional<std::int64_t> integerValue(const ConstTensorRef &tensor);

/// Copies elements, in whatever order they lie, to memory of the same shape and element type in whatever order, which
/// does not overlap them. The shape's element count must be known to fit (elementCount()). Allocates nothing.
void copyElements(const ConstTensorRef &from, const TensorRef &to);
/// The same to row-major memory.
void copyToRowMajor(const ConstTensorRef &from, void *to);

} // namespace einjit
