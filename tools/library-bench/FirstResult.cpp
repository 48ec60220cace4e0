// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Sections.h"
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <einjit/einjit.h>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace einjit::bench {
namespace {

/// Seconds of the clock that all processes of the machine share.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// When the process came to `main`, as nearly as its own static initialization says.
const double start = now();

constexpr const char *einsums[] = {"bce,bc->be", "bce,be->bc", "bce->b", "bce,bce->bc"};
const std::vector<std::int64_t> shapes[] = {{32, 20, 128}, {32, 20}, {32, 128}};

AnyTensor evaluate(const std::string &string) {
  std::vector<Tensor<float>> operands;
  for (std::size_t at = 0; at < string.find("->");) {
    const std::size_t end = std::min(string.find(',', at), string.find("->"));
    const std::string term = string.substr(at, end - at);
    operands.emplace_back(shapes[term == "bce" ? 0 : term == "bc" ? 1 : 2]);
    at = end + 1;
  }
  return einsum(string, std::vector<ConstTensorRef>(operands.begin(), operands.end()), {});
}

struct Times {
  double load, first, all; ///< from the process's start to main, from there to the first result, and to that of all
  unsigned long long generations, loaded;
};

Times runProcess() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::exit(1);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  char name[] = "library-bench", flag[] = "--be-first-result";
  char *arguments[] = {name, flag, nullptr};
  pid_t child = 0;
  const double begin = now();
  if (::posix_spawn(&child, "/proc/self/exe", &actions, nullptr, arguments, environ) != 0) std::exit(1);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::FILE *output = ::fdopen(ends[0], "r");
  double atMain = 0;
  Times times{};
  const int read = std::fscanf(output, "%lf %lf %lf %llu %llu", &atMain, &times.first, &times.all, &times.generations,
                               &times.loaded);
  std::fclose(output);
  ::waitpid(child, nullptr, 0);
  if (read != 5) std::exit(1);
  times.load = atMain - begin;
  return times;
}

void print(const char *what, std::vector<double> seconds) {
  std::ranges::sort(seconds);
  std::printf("  %-44s %7.2f ms median, %7.2f min\n", what, seconds[seconds.size() / 2] * 1e3, seconds.front() * 1e3);
}

} // namespace

void beFirstResult() {
  evaluate(einsums[0]);
  const double first = now();
  for (const char *string : einsums) evaluate(string);
  const double all = now();
  const CacheStatistics statistics = cacheStatistics();
  std::printf("%.9f %.9f %.9f %llu %llu\n", start, first - start, all - start,
              static_cast<unsigned long long>(statistics.codeGenerations),
              static_cast<unsigned long long>(statistics.loaded));
}

void firstResult(std::int64_t runs) {
  std::string folder = (std::filesystem::temp_directory_path() / "library-bench-XXXXXX").string();
  if (!::mkdtemp(folder.data())) std::exit(1);
  ::setenv("EINJIT_CACHE_DIR", folder.c_str(), 1);
  ::unsetenv("EINJIT_CACHE");
  const Times cold = runProcess();
  std::vector<Times> warm;
  for (std::int64_t i = 0; i < std::max<std::int64_t>(1, runs); ++i) warm.push_back(runProcess());
  const auto column = [&](const auto &of) {
    std::vector<double> values;
    for (const Times &times : warm) values.push_back(of(times));
    return values;
  };
  std::printf("  compiling: %.2f ms from main to the first result, %llu calls of the code generator\n",
              cold.first * 1e3, cold.generations);
  std::printf("  %zu further processes: %llu calls of the code generator, %llu kernels loaded\n", warm.size(),
              std::ranges::max_element(warm, {}, &Times::generations)->generations, warm.front().loaded);
  print("from exec to main (dynamic linking)", column([](const Times &t) { return t.load; }));
  print("from main to the first result", column([](const Times &t) { return t.first; }));
  print("from exec to the first result", column([](const Times &t) { return t.load + t.first; }));
  print("from main to the results of 4 programs", column([](const Times &t) { return t.all; }));
  std::filesystem::remove_all(folder);
}

} // namespace einjit::bench
