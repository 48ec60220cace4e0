// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// String literals as template arguments, as in `einsum<"ij,jk->ik">(x, w)`.
#pragma once

#include <cstddef>
#include <string_view>

namespace einjit {

/// The characters of a string literal, the final 0 included, in a type that template parameters may have. Equal texts
/// are equal template arguments.
template <std::size_t Length> struct FixedString {
  char text[Length] = {}; ///< with the final 0

  constexpr FixedString() = default;
  /// Implicit, so that a literal can be a template argument.
  constexpr FixedString(const char (&literal)[Length]) {
    for (std::size_t i = 0; i < Length; ++i) text[i] = literal[i];
  }
  /// The text without the final 0.
  constexpr std::string_view view() const { return {text, Length - 1}; }
  friend constexpr bool operator==(const FixedString &, const FixedString &) = default;
};

} // namespace einjit
