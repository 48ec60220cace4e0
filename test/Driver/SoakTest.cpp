// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A process that compiles ever new kernels: what it has let go of is gone from its memory.
#include "Driver/Cache.h"
#include "Driver/KernelImpl.h"
#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <unistd.h>

namespace einjit {
namespace {

std::int64_t mappings() {
  std::ifstream maps("/proc/self/maps");
  return std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
}

std::int64_t residentBytes() {
  std::int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

TEST(Soak, KernelsComeAndGo) {
  constexpr std::int64_t capacity = 64, kernels = 2000, settled = 400;
  KernelCache cache(capacity);
  const std::uint64_t liveBefore = jit::Code::live();
  std::int64_t settledMappings = 0, settledBytes = 0;
  for (std::int64_t i = 1; i <= kernels; ++i) {
    const Source source{"i->", true, {{"", {DType::F32, {i}}, {}}}};
    ASSERT_TRUE(cache.get(std::to_string(i), [&] { return buildKernel(source, {}); }));
    ASSERT_LE(jit::Code::live() - liveBefore, static_cast<std::uint64_t>(capacity));
    if (i == settled) settledMappings = mappings(), settledBytes = residentBytes();
  }
  EXPECT_EQ(cache.counts().evicted, static_cast<std::uint64_t>(kernels - capacity));
  EXPECT_LE(mappings(), settledMappings + capacity) << "two for each kernel that lives";
  constexpr std::int64_t bytesPerKernel = 2048; // a page for each that is dropped would be twice that
  EXPECT_LE(residentBytes(), settledBytes + (kernels - settled) * bytesPerKernel);
  cache.clear();
  EXPECT_EQ(jit::Code::live(), liveBefore);
}

} // namespace
} // namespace einjit
