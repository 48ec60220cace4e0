// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors that own their memory.
#pragma once

#include <algorithm>
#include <einjit/Export.h>
#include <einjit/TensorView.h>
#include <einjit/detail/ExpressionTag.h>
#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace einjit {

namespace detail {
EINJIT_API void checkElementCount(std::size_t given, std::int64_t wanted, const TensorType &type);
EINJIT_API void checkElementType(DType wanted, const TensorType &type);

/// What an empty list in braces becomes, and no other: `Tensor<float> sum({})`. (Of classes several could be meant.)
enum class NoAxes {};
} // namespace detail

/// A tensor that owns row-major memory, aligned to 64 bytes, element type known at run time. Copies are deep.
class AnyTensor {
public:
  AnyTensor() = default;
  /// Elements start at zero. Throws einjit::Error where the memory cannot be had.
  EINJIT_API explicit AnyTensor(TensorType type);
  /// Copies the elements. Throws einjit::Error where the memory cannot be had.
  EINJIT_API AnyTensor(const AnyTensor &other);
  /// Takes over the memory; the other tensor is left without, as one that was never given any.
  AnyTensor(AnyTensor &&other) noexcept
      : type_{other.type_.dtype, std::move(other.type_.shape), {}}, size_(std::exchange(other.size_, 0)),
        memory_(std::move(other.memory_)) {
    other.type_.shape.clear();
  }
  /// Copies or takes over, as its argument was made.
  EINJIT_API AnyTensor &operator=(AnyTensor other) noexcept;
  ~AnyTensor() = default;

  const TensorType &type() const { return type_; }                       ///< row-major
  const std::vector<std::int64_t> &shape() const { return type_.shape; } ///< extent of each axis
  std::int64_t size() const { return size_; }                            ///< number of elements
  void *data() { return memory_.get(); }                                 ///< the first element
  const void *data() const { return memory_.get(); }                     ///< the first element
  /// A view of the elements, which must be of this type. Throws einjit::Error if they are not, or the rank is another.
  ///@{
  template <class T, int Rank = dynamicRank> TensorView<T, Rank> view() {
    detail::checkElementType(dtypeOf<std::remove_const_t<T>>, type_);
    return {static_cast<T *>(data()), shape()};
  }
  template <class T, int Rank = dynamicRank> TensorView<const T, Rank> view() const {
    detail::checkElementType(dtypeOf<std::remove_const_t<T>>, type_);
    return {static_cast<const T *>(data()), shape()};
  }
  ///@}
  /// Refers to the type in this tensor.
  operator TensorRef() { return {data(), type_}; }
  /// Refers to the type in this tensor.
  operator ConstTensorRef() const { return {data(), type_}; }

private:
  template <class, int> friend class Tensor;
  /// Without memory.
  AnyTensor(std::nullptr_t, DType dtype) : type_{dtype, {}, {}} {}
  struct Free {
    EINJIT_API void operator()(void *memory) const;
  };
  TensorType type_;
  std::int64_t size_ = 0;
  std::unique_ptr<void, Free> memory_;
};

/// A tensor of `T` that owns its memory: row-major, aligned to 64 bytes, zero to begin with. With a `Rank` the number
/// of axes is part of the type, and what does not fit it is refused while compiling, where that can be known. Copies
/// are deep.
template <class T, int Rank = dynamicRank> class Tensor {
public:
  static constexpr int staticRank = Rank; ///< number of axes, or dynamicRank
  /// As containers of the standard library have them.
  ///@{
  using value_type = T;
  using size_type = std::size_t;
  using reference = T &;
  using const_reference = const T &;
  using iterator = T *;
  using const_iterator = const T *;
  ///@}

  /// A tensor without memory: what is left of one that was moved from, or one that is still to get its value.
  Tensor() noexcept : any_(nullptr, dtypeOf<T>) {}
  /// Throws einjit::Error for another number of axes than `Rank`, a negative extent, or more than there is memory for.
  explicit Tensor(std::vector<std::int64_t> shape) : any_(TensorType{dtypeOf<T>, std::move(shape)}) {
    detail::checkRank(any_.type().rank(), Rank, 0);
  }
  /// `Tensor<T>({})`: without axes, which is a tensor of one element.
  explicit Tensor(detail::NoAxes)
    requires(Rank == dynamicRank || Rank == 0)
      : Tensor(std::vector<std::int64_t>()) {}
  /// Elements in row-major order; throws einjit::Error unless there are as many as the shape asks for.
  Tensor(std::vector<std::int64_t> shape, std::initializer_list<T> elements)
      : Tensor(std::move(shape), elements, elements.size()) {}
  /// The same of elements in a vector, which are copied.
  Tensor(std::vector<std::int64_t> shape, const std::vector<T> &elements)
      : Tensor(std::move(shape), elements, elements.size()) {}
  /// Takes over a result; throws einjit::Error if its element type is not T, or its rank not `Rank`.
  Tensor(AnyTensor any);
  /// The value of an expression, see Expression.h. Throws einjit::Error, whose `where()` is where the tensor is made.
  template <detail::AnyExpression E>
  Tensor(const E &expression, std::source_location where = std::source_location::current())
      : any_(detail::evaluateAs<Tensor>(expression, where)) {}
  /// The same in this tensor's memory, where it fits, else in new memory.
  template <detail::AnyExpression E> Tensor &operator=(const E &expression) {
    detail::assignAs<Tensor>(any_, expression);
    return *this;
  }
  /// Takes over the memory of a tensor whose rank is known, or from run time on is to be known.
  template <int Other>
    requires(Other != Rank && (Other == dynamicRank || Rank == dynamicRank))
  Tensor(Tensor<T, Other> other) : Tensor(std::move(other).any()) {}

  /// The elements in row-major order, one after the other.
  ///@{
  T *data() { return static_cast<T *>(any_.data()); }
  const T *data() const { return static_cast<const T *>(any_.data()); }
  T *begin() { return data(); }
  T *end() { return data() + size(); }
  const T *begin() const { return data(); }
  const T *end() const { return data() + size(); }
  ///@}
  std::int64_t size() const { return any_.size(); }                       ///< number of elements
  const std::vector<std::int64_t> &shape() const { return any_.shape(); } ///< extent of each axis
  const TensorType &type() const { return any_.type(); }                  ///< row-major
  /// The element at these indices, one for each axis; no bounds check.
  ///@{
  template <std::integral... Index>
    requires(Rank == dynamicRank || static_cast<int>(sizeof...(Index)) == Rank)
  T &operator()(Index... index) {
    return data()[offset({static_cast<std::int64_t>(index)...})];
  }
  template <std::integral... Index>
    requires(Rank == dynamicRank || static_cast<int>(sizeof...(Index)) == Rank)
  const T &operator()(Index... index) const {
    return data()[offset({static_cast<std::int64_t>(index)...})];
  }
  ///@}
  /// An element in index notation, `y(b, e)`, see IndexNotation.h.
  ///@{
  template <class... Positions>
    requires detail::IndexPositions<Positions...>
  auto operator()(const Positions &...positions) & {
    return detail::elementOf(*this, positions...);
  }
  template <class... Positions>
    requires detail::IndexPositions<Positions...>
  auto operator()(const Positions &...positions) const & {
    return detail::elementOf(*this, positions...);
  }
  template <class... Positions>
    requires detail::IndexPositions<Positions...>
  auto operator()(const Positions &...positions) && {
    return detail::elementOf(std::move(*this), positions...);
  }
  ///@}
  /// The tensor as a view or a reference, which it must outlive.
  ///@{
  TensorView<T, Rank> view() { return {data(), shape()}; }
  TensorView<const T, Rank> view() const { return {data(), shape()}; }
  operator TensorView<T, Rank>() { return view(); }
  operator TensorView<const T, Rank>() const { return view(); }
  operator TensorView<T>()
    requires(Rank != dynamicRank)
  {
    return view();
  }
  operator TensorView<const T>() const
    requires(Rank != dynamicRank)
  {
    return view();
  }
  operator TensorRef() { return any_; }
  operator ConstTensorRef() const { return any_; }
  ///@}
  /// The tensor without its static type; of one that is given away, its memory.
  ///@{
  const AnyTensor &any() const & { return any_; }
  AnyTensor any() && { return std::move(any_); }
  ///@}

private:
  template <class Row> Tensor(std::vector<std::int64_t> shape, const Row &elements, std::size_t count);
  std::int64_t offset(std::initializer_list<std::int64_t> index) const {
    std::int64_t at = 0;
    auto extent = shape().begin();
    for (std::int64_t i : index) at = at * *extent++ + i;
    return at;
  }
  AnyTensor any_;
};

/// The tensor type of an expression's value.
template <detail::AnyExpression E> Tensor(const E &) -> Tensor<typename E::value_type, E::staticRank>;

template <class T, int Rank>
template <class Row>
Tensor<T, Rank>::Tensor(std::vector<std::int64_t> shape, const Row &elements, std::size_t count)
    : Tensor(std::move(shape)) {
  detail::checkElementCount(count, size(), type());
  std::copy(elements.begin(), elements.end(), data());
}

template <class T, int Rank> Tensor<T, Rank>::Tensor(AnyTensor any) : any_(std::move(any)) {
  detail::checkElementType(dtypeOf<T>, any_.type());
  detail::checkRank(any_.type().rank(), Rank, 0);
}

} // namespace einjit
