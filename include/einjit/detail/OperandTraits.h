// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the C++ type of an operand says about it while compiling.
#pragma once

#include <einjit/Adapters.h>
#include <optional>
#include <type_traits>

namespace einjit::detail {

/// Element type and rank of a Viewable type are known while compiling, as its view's type has them. Of others nothing
/// is known but whether they can be passed.
template <class T> struct OperandTraits {
  static constexpr bool isOperand = TensorLike<T>;
  static constexpr std::optional<DType> dtype = {};
  static constexpr int rank = dynamicRank;
};

template <Viewable T> struct OperandTraits<T> {
  static constexpr bool isOperand = true;
  static constexpr std::optional<DType> dtype = dtypeOf<typename ViewOf<T &>::value_type>;
  static constexpr int rank = ViewOf<T &>::staticRank;
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
