// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// library-bench [SECTION [COUNT]]: measures what it costs to use the library. Without a section, all of them.
#include "Sections.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using namespace einjit::bench;

struct Section {
  const char *name;
  void (*run)(std::int64_t count);
  std::int64_t count; ///< where the command line says none
  const char *what;
};
constexpr Section sections[] = {
    {"calls", calls, 200'000, "a product of 4 by 4 elements, its kernel found in each way there is"},
    {"first-result", firstResult, 20, "from the start of a second process to its first result"},
    {"soak", soak, 5'000, "memory and mappings while distinct kernels are compiled and dropped"},
};

} // namespace

int main(int argc, char **argv) {
  if (argc == 2 && std::strcmp(argv[1], "--be-first-result") == 0) return beFirstResult(), 0;
  bool found = false;
  for (const Section &section : sections) {
    if (argc > 1 && std::strcmp(argv[1], section.name) != 0) continue;
    found = true;
    std::printf("== %s: %s\n", section.name, section.what);
    section.run(argc > 2 ? std::atoll(argv[2]) : section.count);
  }
  if (found) return 0;
  std::fprintf(stderr, "library-bench [SECTION [COUNT]]; sections:\n");
  for (const Section &section : sections)
    std::fprintf(stderr, "  %-14s %s (%lld)\n", section.name, section.what, static_cast<long long>(section.count));
  return 2;
}
