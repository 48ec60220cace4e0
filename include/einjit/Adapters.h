// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can stand where a tensor is wanted. Tensors and views of einjit's can, and so can whatever TensorAdapter says
// how to view:
//
//   std::span, std::vector, std::array                     one axis
//   float[3][4]                                            the array's axes
//   std::mdspan and what has its members: data_handle(), rank(), extent(axis), stride(axis)
//
// Matrices of Eigen's are in Eigen.h. A view costs nothing but its extents and strides, which lie on the stack; element
// type, rank where it is known, and whether elements may be written are part of its C++ type.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <einjit/Tensor.h>
#include <span>
#include <type_traits>
#include <vector>

namespace einjit {

/// A C++ type for which dtypeOf is defined, possibly const.
template <class T>
concept TensorElement = detail::isElementType<std::remove_const_t<T>>;

/// How a type of somebody else's is viewed as a tensor. Specialise it for types of your own, with one static function:
///
///     template <class Self> static auto view(Self &tensor);   // Self is T or const T
///
/// which returns a TensorView<Element, Rank> of the tensor's memory. `Element` is const where the elements of a `Self`
/// may not be written.
template <class T> struct TensorAdapter {};

/// A type whose objects asView() views.
template <class T>
concept Viewable =
    requires(std::remove_reference_t<T> &tensor) { TensorAdapter<std::remove_cvref_t<T>>::view(tensor).data(); };

/// The view of a tensor, whatever its type; the tensor's memory must outlive it.
template <Viewable T> auto asView(T &&tensor) { return TensorAdapter<std::remove_cvref_t<T>>::view(tensor); }

/// The type of a tensor's view; `element_type` and `staticRank` are what is known of the tensor while compiling.
template <Viewable T> using ViewOf = decltype(asView(std::declval<T>()));

/// What can be passed as an operand: it says at run time what it is (ConstTensorRef), or can be viewed.
template <class T>
concept TensorLike = std::convertible_to<const T &, ConstTensorRef> || Viewable<T>;

/// What can be passed as memory for a result: an lvalue or a view whose elements may be written.
template <class T>
concept WritableTensor =
    std::convertible_to<T, TensorRef> || (Viewable<T> && std::convertible_to<ViewOf<T>, TensorRef>);

namespace detail {

template <class T> inline constexpr bool isOwnTensor = false;
template <class T, int Rank> inline constexpr bool isOwnTensor<Tensor<T, Rank>> = true;
template <class T> inline constexpr bool isOwnView = false;
template <class T, int Rank> inline constexpr bool isOwnView<TensorView<T, Rank>> = true;

template <class T> TensorView<T, 1> viewOfRow(T *data, std::size_t size) {
  return {data, {static_cast<std::int64_t>(size)}};
}

/// std::mdspan, by its members: elements are memory and nothing else (no accessor comes between), and each axis has one
/// stride.
template <class T>
concept MdspanLike = requires(const T &tensor, std::size_t axis) {
  typename T::element_type;
  requires TensorElement<typename T::element_type>;
  { tensor.data_handle() } -> std::same_as<typename T::element_type *>;
  { tensor.rank() } -> std::convertible_to<std::size_t>;
  { tensor.extent(axis) } -> std::convertible_to<std::int64_t>;
  { tensor.stride(axis) } -> std::convertible_to<std::int64_t>;
} && (!requires { typename T::reference; } || requires {
  requires std::same_as<typename T::reference, typename T::element_type &>;
}) && (!requires { T::is_always_strided(); } || requires { requires bool(T::is_always_strided()); });

template <class T> inline constexpr int rankOf = dynamicRank;
template <class T>
  requires requires { std::integral_constant<std::size_t, T::rank()>(); }
inline constexpr int rankOf<T> = static_cast<int>(T::rank());

} // namespace detail

template <class T, int Rank> struct TensorAdapter<Tensor<T, Rank>> {
  template <class Self> static auto view(Self &tensor) { return tensor.view(); }
};

template <class T, int Rank> struct TensorAdapter<TensorView<T, Rank>> {
  static TensorView<T, Rank> view(const TensorView<T, Rank> &tensor) { return tensor; }
};

template <TensorElement T, std::size_t Extent> struct TensorAdapter<std::span<T, Extent>> {
  static TensorView<T, 1> view(std::span<T, Extent> span) { return detail::viewOfRow(span.data(), span.size()); }
};

template <TensorElement T, class Allocator>
  requires(!std::same_as<T, bool>) // which is packed into bits
struct TensorAdapter<std::vector<T, Allocator>> {
  template <class Self> static auto view(Self &vector) { return detail::viewOfRow(vector.data(), vector.size()); }
};

template <TensorElement T, std::size_t Size> struct TensorAdapter<std::array<T, Size>> {
  template <class Self> static auto view(Self &array) { return detail::viewOfRow(array.data(), array.size()); }
};

template <class T, std::size_t Size>
  requires TensorElement<std::remove_all_extents_t<T>>
struct TensorAdapter<T[Size]> {
  template <class Self> static auto view(Self &array) {
    constexpr std::size_t rank = std::rank_v<T[Size]>;
    const auto shape = []<std::size_t... axis>(std::index_sequence<axis...>) {
      return std::array{static_cast<std::int64_t>(std::extent_v<T[Size], axis>)...};
    }(std::make_index_sequence<rank>());
    using Element = std::remove_all_extents_t<Self>;
    return TensorView<Element, int{rank}>(reinterpret_cast<Element *>(&array), shape);
  }
};

template <detail::MdspanLike T> struct TensorAdapter<T> {
  static constexpr int rank = detail::rankOf<T>;
  static auto view(const T &tensor) {
    const std::size_t axes = tensor.rank();
    detail::checkRank(axes, rank, axes);
    std::array<std::int64_t, rank == dynamicRank ? maxRank : rank> shape, strides;
    if (axes > shape.size()) __builtin_unreachable(); // which compilers cannot know of checkRank()
    for (std::size_t axis = 0; axis < axes; ++axis) {
      shape[axis] = static_cast<std::int64_t>(tensor.extent(axis));
      strides[axis] = static_cast<std::int64_t>(tensor.stride(axis));
    }
    return TensorView<typename T::element_type, rank>(tensor.data_handle(), std::span(shape.data(), axes),
                                                      std::span(strides.data(), axes));
  }
};

} // namespace einjit
