// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a kernel demands of its arguments, made once, so that a call compares numbers and allocates nothing.
#pragma once

#include "Support/Diagnostic.h"
#include <einjit/Kernel.h>
#include <optional>

namespace einjit {

class ArgumentLayout {
public:
  ArgumentLayout() = default;
  explicit ArgumentLayout(const TensorType &type);

  /// Whether element type and extents are these.
  bool hasShapeOf(const ConstTensorRef &argument) const {
    if (argument.dtype != dtype_ || argument.rank() != shape_.size()) return false;
    for (std::size_t axis = 0; axis < shape_.size(); ++axis)
      if (argument.shape[axis] != shape_[axis]) return false;
    return true;
  }
  /// The same, and the strides along all axes that are ever stepped along.
  bool admits(const ConstTensorRef &argument) const { return hasShapeOf(argument) && hasStridesOf(argument); }
  bool hasStridesOf(const ConstTensorRef &argument) const {
    return argument.strides.empty() ? isRowMajor_ : hasStrides(argument.strides);
  }
  bool isEmpty() const { return first_ == end_; }
  /// The bytes from a tensor's first to its last, none if it is empty.
  std::int64_t byteCount() const { return end_ - first_; }
  /// The element with all indices 0 of a tensor whose first byte is there.
  void *originFrom(char *memory) const { return memory - first_; }
  /// The tensor of this layout there.
  TensorRef at(void *origin) const { return {origin, dtype_, shape_, strides_}; }

  /// Whether there is memory where there must be.
  bool admitsData(const void *data) const { return data || isEmpty(); }
  /// The bytes from a tensor's first to its last, [first, end).
  struct Bytes {
    const char *first, *end;
    /// Whether some of them are the other's, too; of no bytes, whether their place is among the other's.
    bool meet(const Bytes &other) const { return first < other.end && other.first < end; }
  };
  /// Those of a tensor whose element with all indices 0 is there.
  Bytes bytesAt(const void *origin) const {
    return {static_cast<const char *>(origin) + first_, static_cast<const char *>(origin) + end_};
  }
  /// Whether a tensor of this layout at `data` shares bytes with one of layout `other` at `otherData`.
  bool overlaps(const void *data, const ArgumentLayout &other, const void *otherData) const {
    return bytesAt(data).meet(other.bytesAt(otherData)) && !isEmpty() && !other.isEmpty();
  }

private:
  bool hasStrides(std::span<const std::int64_t> strides) const;

  DType dtype_ = DType::F32;
  bool isRowMajor_ = true;
  std::vector<std::int64_t> shape_, strides_;
  std::int64_t first_ = 0, end_ = 0; ///< bytes touched, counted from the element with all indices 0
};

/// The layouts of a kernel's inputs and results, in order.
struct ArgumentLayouts {
  std::vector<ArgumentLayout> inputs, results;
  ArgumentLayouts() = default;
  ArgumentLayouts(const std::vector<Binding> &inputBindings, const std::vector<Binding> &resultBindings);
};

/// What is wrong with arguments that ArgumentLayouts do not admit; nothing if they are admitted.
std::optional<Diagnostic> argumentMismatch(const std::vector<Binding> &inputs, const std::vector<Binding> &results,
                                           std::span<const ConstTensorRef> in, std::span<const TensorRef> out);

} // namespace einjit
