// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Sections.h"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <einjit/einjit.h>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

namespace einjit::bench {
namespace {

/// Resident memory of this process, in MiB.
double residentMegabytes() {
  std::int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// Its memory mappings, of which a process may have about 65,000.
std::int64_t mappings() {
  std::ifstream maps("/proc/self/maps");
  return std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
}

/// Kernels that differ in nothing but their extents, so that each is another one.
void compileDistinct(std::int64_t number) {
  constexpr std::int64_t most = 400;
  const Tensor<float> x({1 + number % most, 1 + number / most});
  einsum("ij->j", x);
}

} // namespace

void soak(std::int64_t kernels) {
  Options options = defaultOptions();
  options.diskCache = false; // each is to be compiled
  setDefaultOptions(options);
  const auto start = std::chrono::steady_clock::now();
  std::printf("%9s %9s %9s %9s %9s %9s\n", "kernels", "seconds", "MiB", "mappings", "live", "evicted");
  const auto print = [&](std::int64_t made) {
    const CacheStatistics statistics = cacheStatistics();
    std::printf("%9lld %9.1f %9.1f %9lld %9llu %9llu\n", static_cast<long long>(made),
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), residentMegabytes(),
                static_cast<long long>(mappings()), static_cast<unsigned long long>(statistics.live),
                static_cast<unsigned long long>(statistics.evicted));
    std::fflush(stdout);
  };
  print(0);
  const std::int64_t step = std::max<std::int64_t>(1, kernels / 20);
  for (std::int64_t i = 0; i < kernels; ++i) {
    compileDistinct(i);
    if ((i + 1) % step == 0) print(i + 1);
  }
  clearCache();
  std::printf("after clearCache:\n");
  print(kernels);
}

} // namespace einjit::bench
