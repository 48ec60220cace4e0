// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <atomic>
#include <cstddef>
#include <new>

namespace einjit::test {

/// The program's calls of `operator new` so far.
extern std::atomic<std::size_t> allocations;
/// Where it is not 0, the so-manieth allocation of this thread from here on fails; those behind it do not.
extern thread_local std::size_t allocationsToFailure;

/// Runs `action` once for each of its allocations, which fails, and at last without a failure; `check` looks at what
/// each has left. Returns how often it failed.
template <class Action, class Check> std::size_t failEachAllocation(const Action &action, const Check &check) {
  for (std::size_t number = 1;; ++number) {
    allocationsToFailure = number;
    try {
      action();
    } catch (const std::bad_alloc &) {
    }
    const bool failed = allocationsToFailure == 0;
    allocationsToFailure = 0;
    check();
    if (!failed) return number - 1;
  }
}

} // namespace einjit::test
