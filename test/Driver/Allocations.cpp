// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Allocations.h"
#include <cstdlib>
#include <new>

namespace einjit::test {
std::atomic<std::size_t> allocations = 0;
thread_local std::size_t allocationsToFailure = 0;
} // namespace einjit::test

// All of the program's. Those for over-aligned types are not replaced: calls have none.
void *operator new(std::size_t bytes) {
  using namespace einjit::test;
  ++allocations;
  if (allocationsToFailure > 0 && --allocationsToFailure == 0) throw std::bad_alloc();
  if (void *memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }
