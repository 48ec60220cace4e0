// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Sections.h"
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <einjit/einjit.h>
#include <limits>
#include <new>

namespace {
std::atomic<std::size_t> allocations = 0; // of all threads
} // namespace

void *operator new(std::size_t bytes) {
  ++allocations;
  if (void *memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

namespace einjit::bench {
namespace {

/// The shortest time of a call, in nanoseconds: the mean over so many that the clock does not matter, the best of some
/// such means.
template <class Call> double nanoseconds(std::int64_t repetitions, Call call) {
  double best = std::numeric_limits<double>::infinity();
  for (int run = 0; run < 15; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < repetitions; ++i) call();
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begin;
    best = std::min(best, time.count() / static_cast<double>(repetitions));
  }
  return best;
}

template <class Call> void print(const char *what, std::int64_t repetitions, Call call) {
  call(); // finds or compiles the kernel
  const std::size_t before = allocations;
  call();
  const std::size_t made = allocations - before;
  std::printf("  %-44s %7.1f ns, %zu allocations\n", what, nanoseconds(repetitions, call), made);
}

} // namespace

void calls(std::int64_t repetitions) {
  const Tensor<float> a({4, 4}), b({4, 4});
  Tensor<float> c({4, 4});
  const Kernel kernel = compile("ij,jk->ik", {a.type(), b.type()});
  using Entry = void (*)(void *const *, void *);
  // Read anew for each call, so that nothing is known of what it calls.
  const volatile Entry entry = reinterpret_cast<Entry>(const_cast<void *>(kernel.entry()));
  void *const buffers[] = {const_cast<float *>(a.data()), const_cast<float *>(b.data()), c.data()};

  print("the kernel's code alone", repetitions, [&] { entry(buffers, nullptr); });
  print("kernel(a, b, c)", repetitions, [&] { kernel(a, b, c); });
  print("einsum<\"ij,jk->ik\">(a, b, c)", repetitions, [&] { einsum<"ij,jk->ik">(a, b, c); });
  print("assign(c, matmul(a, b) + 1)", repetitions, [&] { assign(c, matmul(a, b) + 1); });
  print("einsum(\"ij,jk->ik\", a, b, c)", repetitions, [&] { einsum("ij,jk->ik", a, b, c); });
  print("einsum(\"ij,jk->ik\", a, b, into(c, 2, 0.5))", repetitions,
        [&] { einsum("ij,jk->ik", a, b, into(c, 2, 0.5)); });
  print("Tensor<float> c = einsum(\"ij,jk->ik\", a, b)", repetitions,
        [&] { const Tensor<float> fresh = einsum("ij,jk->ik", a, b); });
}

} // namespace einjit::bench
