// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <einjit/Expected.h>
#include <utility>

namespace einjit {

/// What an entry of the public API that was called at `where` gives: the value of `action`, or the einjit::Error that
/// it threw.
template <class Action> auto attempt(const std::source_location &where, Action action) -> Expected<decltype(action())> {
  try {
    if constexpr (std::is_void_v<decltype(action())>)
      return action(), Expected<void>();
    else
      return action();
  } catch (const Error &error) {
    return error.at(where);
  }
}

} // namespace einjit
