// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arguments of the functions that make tensors.
#pragma once

#include "Tensor/Lower/Functions/CallReader.h"

namespace einjit::tensor {

/// The type that `dtype=` names, NumPy's longer names included, or `otherwise`.
std::optional<DType> typeArgument(CallReader &reader, DType otherwise);
/// Whether a tensor is beyond the limits; records it.
bool isLarge(CallReader &reader, const Shape &shape, DType type);
/// A shape of extents that are not negative: `shape=`, or else these sizes.
std::optional<Shape> shapeArgument(CallReader &reader, std::optional<std::vector<std::int64_t>> sizes);
/// The first argument alone as a shape: a list, or one number.
std::optional<Shape> firstShape(CallReader &reader);

} // namespace einjit::tensor
