// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrices, vectors and arrays of Eigen's as tensors: Matrix, Array, Map, Ref, Block, Transpose, … , row- or
// column-major, with inner and outer strides. They are operands and take results, without a copy:
//
//   Eigen::MatrixXf y(32, 128);
//   einjit::einsum("bc,ce->be", x, w, y);
//
// What Eigen knows to be a vector while compiling has one axis, all else has two. Expressions that Eigen has yet to
// evaluate have no memory, and are refused. This header needs Eigen 3.4 or newer; einjit.h does not include it.
#pragma once

#include <Eigen/Core>
#include <einjit/Adapters.h>

namespace einjit {

namespace detail {

template <class Derived> Derived derivedOf(const Eigen::DenseBase<Derived> &);

template <class T>
concept EigenMemory = requires(const T &matrix) {
  derivedOf(matrix);
  requires(T::Flags & Eigen::DirectAccessBit) != 0;
  requires TensorElement<typename T::Scalar>;
};

} // namespace detail

template <detail::EigenMemory T> struct TensorAdapter<T> {
  template <class Self> static auto view(Self &matrix) {
    using Element = std::remove_pointer_t<decltype(matrix.data())>;
    if constexpr (T::IsVectorAtCompileTime)
      return TensorView<Element, 1>(matrix.data(), {matrix.size()}, {matrix.innerStride()});
    else
      return TensorView<Element, 2>(matrix.data(), {matrix.rows(), matrix.cols()},
                                    {matrix.rowStride(), matrix.colStride()});
  }
};

} // namespace einjit
