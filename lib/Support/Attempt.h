// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <einjit/Expected.h>
#include <utility>

namespace einjit {

/// What an entry of the public API that was called at `where` gives: the value of `action`, or the einjit::Error that
/// it threw.
template <class Action> auto attempt(const std::source_location &where, Action action) -> Expected<decltype(action())> {
  auto outcome = attempt(std::move(action));
  if (!outcome) return outcome.error().at(where);
  return outcome;
}

} // namespace einjit
