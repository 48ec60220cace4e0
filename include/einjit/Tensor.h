// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors that own their memory, and views of memory that belongs to somebody else.
#pragma once

#include <algorithm>
#include <einjit/Export.h>
#include <einjit/Type.h>
#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace einjit {

/// Memory described as a tensor, element type known at run time. Does not own it. `data` points at the element with all
/// indices 0, so with a negative stride the memory extends before it.
struct TensorRef {
  void *data = nullptr;
  TensorType type;
};
struct ConstTensorRef {
  const void *data = nullptr;
  TensorType type;
  ConstTensorRef() = default;
  ConstTensorRef(const void *memory, TensorType layout) : data(memory), type(std::move(layout)) {}
  ConstTensorRef(const TensorRef &other) : data(other.data), type(other.type) {}
};

/// A tensor that owns row-major memory, aligned to 64 bytes, element type known at run time. Copies are deep.
class AnyTensor {
public:
  AnyTensor() = default;
  /// Elements start at zero. Throws einjit::Error where the memory cannot be had.
  EINJIT_API explicit AnyTensor(TensorType type);
  EINJIT_API AnyTensor(const AnyTensor &other);
  AnyTensor(AnyTensor &&) noexcept = default;
  EINJIT_API AnyTensor &operator=(AnyTensor other) noexcept;
  ~AnyTensor() = default;

  const TensorType &type() const { return type_; }
  const std::vector<std::int64_t> &shape() const { return type_.shape; }
  std::int64_t size() const { return size_; }
  void *data() { return memory_.get(); }
  const void *data() const { return memory_.get(); }
  operator TensorRef() { return {data(), type_}; }
  operator ConstTensorRef() const { return {data(), type_}; }

private:
  struct Free {
    EINJIT_API void operator()(void *memory) const;
  };
  TensorType type_;
  std::int64_t size_ = 0;
  std::unique_ptr<void, Free> memory_;
};

/// A view of `T` elements with extents and strides (in elements; negative and zero allowed).
template <class T> class TensorView {
public:
  TensorView(T *data, std::vector<std::int64_t> shape, std::vector<std::int64_t> strides = {})
      : data_(data), type_{dtypeOf<std::remove_const_t<T>>, std::move(shape), std::move(strides)} {}
  T *data() const { return data_; }
  const TensorType &type() const { return type_; }
  const std::vector<std::int64_t> &shape() const { return type_.shape; }
  operator ConstTensorRef() const { return {data_, type_}; }
  operator TensorRef() const
    requires(!std::is_const_v<T>)
  {
    return {data_, type_};
  }

private:
  T *data_;
  TensorType type_;
};

/// A tensor of `T` that owns its memory: row-major, aligned to 64 bytes, zero to begin with.
template <class T> class Tensor {
public:
  using value_type = T;
  using size_type = std::size_t;
  using reference = T &;
  using const_reference = const T &;
  using iterator = T *;
  using const_iterator = const T *;

  explicit Tensor(std::vector<std::int64_t> shape) : any_(TensorType{dtypeOf<T>, std::move(shape)}) {}
  /// Elements in row-major order; throws einjit::Error unless there are as many as the shape asks for.
  Tensor(std::vector<std::int64_t> shape, std::initializer_list<T> elements)
      : Tensor(std::move(shape), elements.begin(), elements.size()) {}
  Tensor(std::vector<std::int64_t> shape, const std::vector<T> &elements)
      : Tensor(std::move(shape), elements.data(), elements.size()) {}
  /// Takes over a result; throws einjit::Error if its element type is not T.
  Tensor(AnyTensor any);

  T *data() { return static_cast<T *>(any_.data()); }
  const T *data() const { return static_cast<const T *>(any_.data()); }
  std::int64_t size() const { return any_.size(); }
  const std::vector<std::int64_t> &shape() const { return any_.shape(); }
  const TensorType &type() const { return any_.type(); }
  T *begin() { return data(); }
  T *end() { return data() + size(); }
  const T *begin() const { return data(); }
  const T *end() const { return data() + size(); }
  /// The element at these indices; no bounds check.
  template <class... Index> T &operator()(Index... index) {
    return data()[offset({static_cast<std::int64_t>(index)...})];
  }
  template <class... Index> const T &operator()(Index... index) const {
    return data()[offset({static_cast<std::int64_t>(index)...})];
  }
  operator TensorRef() { return any_; }
  operator ConstTensorRef() const { return any_; }

private:
  Tensor(std::vector<std::int64_t> shape, const T *elements, std::size_t count);
  std::int64_t offset(std::initializer_list<std::int64_t> index) const {
    std::int64_t at = 0;
    auto extent = shape().begin();
    for (std::int64_t i : index) at = at * *extent++ + i;
    return at;
  }
  AnyTensor any_;
};

namespace detail {
EINJIT_API void checkElementCount(std::size_t given, std::int64_t wanted, const TensorType &type);
EINJIT_API void checkElementType(DType wanted, const TensorType &type);
} // namespace detail

template <class T>
Tensor<T>::Tensor(std::vector<std::int64_t> shape, const T *elements, std::size_t count) : Tensor(std::move(shape)) {
  detail::checkElementCount(count, size(), type());
  std::copy(elements, elements + count, data());
}

template <class T> Tensor<T>::Tensor(AnyTensor any) : any_(std::move(any)) {
  detail::checkElementType(dtypeOf<T>, any_.type());
}

} // namespace einjit
