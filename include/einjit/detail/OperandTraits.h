// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the C++ type of an operand says about it while compiling.
#pragma once

#include <einjit/TensorRef.h>
#include <optional>
#include <type_traits>

namespace einjit::detail {

/// Types whose operands' element type and rank are known while compiling, such as Tensor and TensorView, say so by
/// `value_type` and `staticRank`. Of others nothing is known, until this is specialised for them.
template <class T> struct OperandTraits {
  /// Whether it can be passed as an operand.
  static constexpr bool isOperand = TensorLike<T>;
  static constexpr std::optional<DType> dtype = {};
  static constexpr int rank = dynamicRank;
};

template <class T>
  requires requires {
    typename T::value_type;
    { T::staticRank } -> std::convertible_to<int>;
  }
struct OperandTraits<T> {
  static constexpr bool isOperand = true;
  static constexpr std::optional<DType> dtype = dtypeOf<std::remove_const_t<typename T::value_type>>;
  static constexpr int rank = T::staticRank;
};

/// The same as values, so that what looks at several operands need not be a template over their types.
struct OperandFacts {
  bool isOperand;
  std::optional<DType> dtype;
  int rank;
};
template <class T>
inline constexpr OperandFacts factsOf = {OperandTraits<std::remove_cvref_t<T>>::isOperand,
                                         OperandTraits<std::remove_cvref_t<T>>::dtype,
                                         OperandTraits<std::remove_cvref_t<T>>::rank};

} // namespace einjit::detail
