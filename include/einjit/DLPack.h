// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors of other libraries, and einjit's for them, through DLPack 1.x, without copying elements. Works with the
// structures of <dlpack/dlpack.h> and with those of einjit/dltensor.h alike; neither needs the other.
#pragma once

#include <concepts>
#include <cstddef>
#include <einjit/Export.h>
#include <einjit/Tensor.h>
#include <einjit/dltensor.h>
#include <utility>

namespace einjit {

namespace detail {

/// Whether a structure has DLTensor's fields, where DLTensor has them.
template <class T>
concept DLTensorLayout = requires(T tensor) {
  tensor.data, tensor.device, tensor.ndim, tensor.dtype, tensor.shape, tensor.strides, tensor.byte_offset;
  requires sizeof(T) == sizeof(einjit_dl_tensor);
  requires offsetof(T, ndim) == offsetof(einjit_dl_tensor, ndim);
  requires offsetof(T, byte_offset) == offsetof(einjit_dl_tensor, byte_offset);
};

/// A structure laid out as DLManagedTensor.
template <class T>
concept DLManaged = requires(T managed) {
  requires DLTensorLayout<decltype(managed.dl_tensor)>;
  requires sizeof(T) == sizeof(einjit_dl_managed_tensor);
  requires offsetof(T, manager_ctx) == offsetof(einjit_dl_managed_tensor, manager_ctx);
  requires offsetof(T, deleter) == offsetof(einjit_dl_managed_tensor, deleter);
};

/// A structure laid out as DLManagedTensorVersioned.
template <class T>
concept DLManagedVersioned = requires(T managed) {
  requires DLTensorLayout<decltype(managed.dl_tensor)>;
  requires sizeof(T) == sizeof(einjit_dl_managed_tensor_versioned);
  requires offsetof(T, flags) == offsetof(einjit_dl_managed_tensor_versioned, flags);
  requires offsetof(T, dl_tensor) == offsetof(einjit_dl_managed_tensor_versioned, dl_tensor);
};

/// How DLPack says an element type.
EINJIT_API einjit_dl_type dlpackType(DType dtype);
/// Throws einjit::Error for a tensor that einjit does not read.
EINJIT_API TensorRef readDLTensor(const void *tensor);

} // namespace detail

/// A tensor that came through DLPack. Owns it: its deleter is called once, when this goes away. May be moved, and
/// passed to einsum() and to kernels as an operand; as an output through writable().
class DLPackTensor {
public:
  /// No tensor.
  DLPackTensor() = default;
  /// Takes over the other's tensor.
  DLPackTensor(DLPackTensor &&other) noexcept { swap(other); }
  /// Takes over the other's tensor; its own goes away.
  DLPackTensor &operator=(DLPackTensor other) noexcept {
    swap(other);
    return *this;
  }
  EINJIT_API ~DLPackTensor();

  /// Takes the tensor over, also if it throws einjit::Error (`argument-mismatch`), which it does for another major
  /// version of DLPack, memory that is not the CPU's, and element types that einjit does not have.
  template <class Managed>
    requires detail::DLManaged<Managed> || detail::DLManagedVersioned<Managed>
  explicit DLPackTensor(Managed *managed) {
    if constexpr (detail::DLManagedVersioned<Managed>)
      versioned_ = reinterpret_cast<einjit_dl_managed_tensor_versioned *>(managed);
    else
      legacy_ = reinterpret_cast<einjit_dl_managed_tensor *>(managed);
    open();
  }

  /// The element with all indices 0.
  const void *data() const { return tensor_.data; }
  /// The element type.
  DType dtype() const { return tensor_.dtype; }
  /// The extent of each axis.
  std::span<const std::int64_t> shape() const { return tensor_.shape; }
  std::span<const std::int64_t> strides() const { return tensor_.strides; } ///< in elements; empty means row-major
  /// A copy of the description, which allocates.
  TensorType type() const { return tensor_.type(); }
  /// Whether whoever made the tensor forbids to write to it.
  bool isReadOnly() const { return isReadOnly_; }
  /// Refers to extents and strides in this object.
  operator ConstTensorRef() const { return tensor_; }
  /// The tensor as memory for a result. Throws einjit::Error if it is read-only.
  EINJIT_API TensorRef writable() const;
  /// A view of its elements. Throws einjit::Error if they are of another type, the rank is another, or, where `T` is
  /// not const, the tensor is read-only.
  template <class T, int Rank = dynamicRank> TensorView<T, Rank> view() const {
    detail::checkElementType(dtypeOf<std::remove_const_t<T>>, type());
    const TensorRef tensor = std::is_const_v<T> ? tensor_ : writable();
    return {static_cast<T *>(tensor.data), tensor.shape, tensor.strides};
  }

private:
  EINJIT_API void open();
  void swap(DLPackTensor &other) noexcept {
    std::swap(versioned_, other.versioned_);
    std::swap(legacy_, other.legacy_);
    std::swap(tensor_, other.tensor_);
    std::swap(isReadOnly_, other.isReadOnly_);
  }
  einjit_dl_managed_tensor_versioned *versioned_ = nullptr; ///< one of the two, or none
  einjit_dl_managed_tensor *legacy_ = nullptr;
  TensorRef tensor_;
  bool isReadOnly_ = false;
};

/// The tensor that a DLTensor describes, which must outlive what is returned. Throws einjit::Error
/// (`argument-mismatch`) as DLPackTensor does.
template <detail::DLTensorLayout Tensor> TensorRef dlpackRef(const Tensor &tensor) {
  return detail::readDLTensor(&tensor);
}

namespace detail {
EINJIT_API einjit_dl_managed_tensor_versioned *giveDLTensor(AnyTensor tensor);
EINJIT_API einjit_dl_managed_tensor *lendDLTensor(const TensorRef &tensor);
} // namespace detail

/// Gives a tensor away: whoever gets it calls its `deleter`. `Managed` may be DLPack's own DLManagedTensorVersioned.
template <detail::DLManagedVersioned Managed = einjit_dl_managed_tensor_versioned> Managed *toDLPack(AnyTensor tensor) {
  return reinterpret_cast<Managed *>(detail::giveDLTensor(std::move(tensor)));
}
/// The same, of a tensor whose element type is known.
template <detail::DLManagedVersioned Managed = einjit_dl_managed_tensor_versioned, class T, int Rank>
Managed *toDLPack(Tensor<T, Rank> tensor) {
  return toDLPack<Managed>(std::move(tensor).any());
}

/// Describes memory without giving it away: it must stay until the `deleter` of what is returned, which whoever gets it
/// calls, has freed the description. In the form from before DLPack 1.0, which every library takes. `Managed` may be
/// DLPack's own DLManagedTensor.
template <detail::DLManaged Managed = einjit_dl_managed_tensor> Managed *toDLPackView(const TensorRef &tensor) {
  return reinterpret_cast<Managed *>(detail::lendDLTensor(tensor));
}

} // namespace einjit
