// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An index into one particular table, which the type system keeps from being used with another.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace einjit {

template <class Tag> struct StrongId {
  std::uint32_t value = 0;

  constexpr StrongId() = default;
  template <class Int> constexpr explicit StrongId(Int index) : value(static_cast<std::uint32_t>(index)) {}
  constexpr std::size_t index() const { return value; }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;
};

} // namespace einjit

template <class Tag> struct std::hash<einjit::StrongId<Tag>> {
  std::size_t operator()(einjit::StrongId<Tag> id) const noexcept { return std::hash<std::uint32_t>{}(id.value); }
};
