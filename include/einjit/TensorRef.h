// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How tensors of every kind are passed to kernels: a pointer and a description of what lies there, nothing owned and
// nothing allocated.
#pragma once

#include <einjit/Type.h>
#include <span>

namespace einjit {

/// Memory described as a tensor, element type known at run time. Owns neither the memory nor the description, both of
/// which must outlive it: it is made for the length of a call. `data` points at the element with all indices 0, so with
/// a negative stride the memory extends before it.
struct ConstTensorRef {
  const void *data = nullptr;            ///< the element with all indices 0
  DType dtype = DType::F32;              ///< of the elements
  std::span<const std::int64_t> shape;   ///< extent of each axis
  std::span<const std::int64_t> strides; ///< in elements; empty means row-major

  ConstTensorRef() = default;
  /// Without `steps` the memory is row-major.
  ConstTensorRef(const void *memory, DType element, std::span<const std::int64_t> extents,
                 std::span<const std::int64_t> steps = {})
      : data(memory), dtype(element), shape(extents), strides(steps) {}
  /// Refers to the extents and strides in `layout`.
  ConstTensorRef(const void *memory, const TensorType &layout)
      : ConstTensorRef(memory, layout.dtype, layout.shape, layout.strides) {}
  ConstTensorRef(const void *memory, const TensorType &&layout) = delete;

  std::size_t rank() const { return shape.size(); } ///< number of axes
  /// A copy of the description, which allocates.
  TensorType type() const { return {dtype, {shape.begin(), shape.end()}, {strides.begin(), strides.end()}}; }
};

/// The same for memory that may be written.
struct TensorRef {
  void *data = nullptr;                  ///< the element with all indices 0
  DType dtype = DType::F32;              ///< of the elements
  std::span<const std::int64_t> shape;   ///< extent of each axis
  std::span<const std::int64_t> strides; ///< in elements; empty means row-major

  TensorRef() = default;
  /// Without `steps` the memory is row-major.
  TensorRef(void *memory, DType element, std::span<const std::int64_t> extents,
            std::span<const std::int64_t> steps = {})
      : data(memory), dtype(element), shape(extents), strides(steps) {}
  /// Refers to the extents and strides in `layout`.
  TensorRef(void *memory, const TensorType &layout) : TensorRef(memory, layout.dtype, layout.shape, layout.strides) {}
  TensorRef(void *memory, const TensorType &&layout) = delete;

  /// What may be written may be read.
  operator ConstTensorRef() const { return {data, dtype, shape, strides}; }
  std::size_t rank() const { return shape.size(); } ///< number of axes
  /// A copy of the description, which allocates.
  TensorType type() const { return ConstTensorRef(*this).type(); }
};

} // namespace einjit
