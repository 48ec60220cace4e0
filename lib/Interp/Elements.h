// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements of tensors in memory as scalars; what both interpreters read and write memory with.
#pragma once

#include "Scalar/ScalarOp.h"
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <einjit/Error.h>
#include <einjit/Type.h>
#include <type_traits>
#include <variant>

namespace einjit {

namespace detail {

/// What an element of type T is in memory: a bool is one byte, whose value is whether it is not 0.
template <class T> using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

template <class T> Scalar loadAs(const void *base, std::int64_t offset) {
  Stored<T> element;
  std::memcpy(&element, static_cast<const std::byte *>(base) + offset * static_cast<std::int64_t>(sizeof(element)),
              sizeof(element));
  if constexpr (std::is_same_v<T, bool>)
    return element != 0;
  else
    return element;
}

} // namespace detail

/// The element of type `type` that lies `offset` elements behind `base` (before it, where negative).
inline Scalar loadElement(const void *base, DType type, std::int64_t offset) {
  return withZero(type, [&]<class T>(T) { return detail::loadAs<T>(base, offset); });
}

/// Writes `value`, in memory of elements of its own type, `offset` elements behind `base`.
inline void storeElement(void *base, std::int64_t offset, const Scalar &value) {
  std::visit(
      [&](auto element) {
        const auto stored = static_cast<detail::Stored<decltype(element)>>(element);
        std::memcpy(static_cast<std::byte *>(base) + offset * static_cast<std::int64_t>(sizeof(stored)), &stored,
                    sizeof(stored));
      },
      value);
}

} // namespace einjit
