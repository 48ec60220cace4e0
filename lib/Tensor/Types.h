// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules by which types and shapes of several operands become one.
#pragma once

#include <einjit/Type.h>
#include <optional>
#include <vector>

namespace einjit::tensor {

using Shape = std::vector<std::int64_t>;

/// NumPy's promotion of two arrays: the smallest type both convert to safely. i32 with f32 is f64, bool with x is x. i8
/// with u8 is i32, where NumPy has an i16; bf16, which NumPy does not have, meets others as f16 does, and f16 in f32.
DType promote(DType a, DType b);
/// The type of several that meet at once, in whatever order: as in NumPy floats meet first, then what is no float meets
/// them. So i8, u8 and f32 are f32. Of none it is bool.
DType promote(std::vector<DType> types);

/// NumPy's broadcasting: shapes align from the right; extents are equal, or one of them is 1. Nothing if they differ.
std::optional<Shape> broadcast(const Shape &a, const Shape &b);
/// The one extent two axes broadcast to, or nothing.
std::optional<std::int64_t> broadcastExtent(std::int64_t a, std::int64_t b);

/// Whether all elements of a type lie less than 2^62 bytes away from the first. Its shape has been checked, and has as
/// many axes as there are strides, if any are written.
bool staysInReach(const TensorType &type);

} // namespace einjit::tensor
