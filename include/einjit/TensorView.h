// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Views of memory that belongs to somebody else.
#pragma once

#include <algorithm>
#include <array>
#include <einjit/Export.h>
#include <einjit/TensorRef.h>
#include <einjit/detail/ExpressionTag.h>
#include <initializer_list>
#include <type_traits>

namespace einjit {

namespace detail {
/// Throws einjit::Error unless a tensor may have this many axes, its C++ type says `wanted` (or dynamicRank), and there
/// are as many strides, or none.
EINJIT_API void checkRank(std::size_t rank, int wanted, std::size_t strides);
} // namespace detail

/// A view of `T` elements, which may be const, with extents and strides (in elements; negative and zero allowed).
/// `data` points at the element with all indices 0. With a `Rank` the number of axes is part of the type, and what does
/// not fit it is refused while compiling, where that can be known. Copying copies the description, never elements;
/// nothing is allocated.
template <class T, int Rank = dynamicRank> class TensorView {
public:
  static constexpr int staticRank = Rank;    ///< number of axes, or dynamicRank
  using element_type = T;                    ///< const where elements may not be written
  using value_type = std::remove_const_t<T>; ///< what an element is by itself

  /// Without strides the memory is row-major. Throws einjit::Error for more than maxRank axes, another number of them
  /// than `Rank`, or another number of strides than of extents.
  TensorView(T *data, std::span<const std::int64_t> shape, std::span<const std::int64_t> strides = {}) : data_(data) {
    detail::checkRank(shape.size(), Rank, strides.size());
    rank_ = shape.size();
    std::copy(shape.begin(), shape.end(), extents_.begin());
    if (strides.empty())
      fillRowMajor();
    else
      std::copy(strides.begin(), strides.end(), strides_.begin());
  }
  /// The same of lists in braces.
  TensorView(T *data, std::initializer_list<std::int64_t> shape, std::initializer_list<std::int64_t> strides = {})
      : TensorView(data, std::span(shape.begin(), shape.size()), std::span(strides.begin(), strides.size())) {}

  /// A view of const elements of a view of others, and a view of dynamic rank of one whose rank is known.
  template <class U, int Other>
    requires(std::is_same_v<const U, T> || std::is_same_v<U, T>) && (Rank == dynamicRank || Other == Rank)
  TensorView(const TensorView<U, Other> &other) : TensorView(other.data(), other.shape(), other.strides()) {}

  T *data() const { return data_; }          ///< the element with all indices 0
  std::size_t rank() const { return rank_; } ///< number of axes
  /// Extent of each axis; lies in this view.
  std::span<const std::int64_t> shape() const { return {extents_.data(), rank_}; }
  /// Stride of each axis, in elements; lies in this view.
  std::span<const std::int64_t> strides() const { return {strides_.data(), rank_}; }
  /// A copy of the description, which allocates.
  TensorType type() const { return ConstTensorRef(*this).type(); }
  /// The element at these indices, one for each axis; no bounds check.
  template <std::integral... Index>
    requires(Rank == dynamicRank || static_cast<int>(sizeof...(Index)) == Rank)
  T &operator()(Index... index) const {
    const std::int64_t *stride = strides_.data();
    std::int64_t at = 0;
    ((at += static_cast<std::int64_t>(index) * *stride++), ...);
    return data_[at];
  }

  /// An element in index notation, `y(b, e)`, see IndexNotation.h.
  template <class... Positions>
    requires detail::IndexPositions<Positions...>
  auto operator()(const Positions &...positions) const {
    return detail::elementOf(*this, positions...);
  }

  /// Refers to the extents and strides in this view.
  operator ConstTensorRef() const { return {data_, dtypeOf<value_type>, shape(), strides()}; }
  /// Refers to the extents and strides in this view.
  operator TensorRef() const
    requires(!std::is_const_v<T>)
  {
    return {data_, dtypeOf<value_type>, shape(), strides()};
  }

private:
  void fillRowMajor() {
    std::uint64_t step = 1; // unsigned: what is too large for any memory is refused where the memory is used
    for (std::size_t axis = rank_; axis-- > 0;) {
      strides_[axis] = static_cast<std::int64_t>(step);
      step *= static_cast<std::uint64_t>(std::max<std::int64_t>(extents_[axis], 1));
    }
  }

  static constexpr std::size_t capacity = Rank == dynamicRank ? maxRank : std::size_t{Rank > 0 ? Rank : 0};
  T *data_;
  std::size_t rank_ = 0;
  std::array<std::int64_t, capacity> extents_, strides_;
};

} // namespace einjit
