// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// einjit-bench: einjit's kernels beside the same loops in C. See README.md.
#include "Report.h"
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

namespace einjit::bench {
namespace {

struct Flags {
  std::string filter, json;
  double seconds = 1;
};

constexpr int failed = 1, usageError = 2;

std::vector<Case> chosenCases(const std::string &filter) {
  std::vector<Case> cases = allCases();
  std::erase_if(cases, [&](const Case &which) { return which.label.find(filter) == std::string::npos; });
  return cases;
}

/// Says on a terminal which case is being measured; an empty text wipes that.
void showProgress(const std::string &text) {
  static const bool isTerminal = isatty(STDERR_FILENO) != 0;
  if (!isTerminal) return;
  fmt::print(stderr, "\r\033[K{}", text);
  std::fflush(stderr);
}

/// Measures one case and prints its row; whether that went well.
bool measure(const Case &which, double seconds, std::vector<Outcome> &outcomes) {
  try {
    outcomes.push_back(compete(which, seconds));
    showProgress("");
    printRow(outcomes.back());
    std::fflush(stdout);
    return true;
  } catch (const std::exception &error) {
    showProgress("");
    fmt::print(stderr, "{}: {}\n", which.label, error.what());
    return false;
  }
}

bool writeFile(const std::string &path, const std::string &text) {
  std::ofstream out(path);
  out << text;
  out.close();
  if (!out) fmt::print(stderr, "cannot write '{}'\n", path);
  return out.good();
}

int run(const Flags &flags) {
  const std::vector<Case> cases = chosenCases(flags.filter);
  if (cases.empty()) {
    fmt::print(stderr, "no case has '{}' in its name\n", flags.filter);
    return usageError;
  }
  fmt::print("einjit on one thread; C is the same loops by {}\n\n", EINJIT_BENCH_C_COMPILER);
  printHeading();
  std::vector<Outcome> outcomes;
  bool good = true;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    showProgress(fmt::format("[{}/{}] {}", i + 1, cases.size(), cases[i].label));
    good &= measure(cases[i], flags.seconds, outcomes);
  }
  printSummary(outcomes);
  if (!flags.json.empty()) good &= writeFile(flags.json, toJson(outcomes));
  return good ? 0 : failed;
}

int parseAndRun(int argc, char **argv) {
  Flags flags;
  CLI::App app("Measures einjit's kernels beside the same loops in C.");
  app.add_option("--filter", flags.filter, "only cases with this text in their names");
  app.add_option("--seconds", flags.seconds, "measure each case for so long")->check(CLI::Range(0.0, 3600.0));
  app.add_option("--json", flags.json, "write all numbers to this file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : usageError;
  }
  return run(flags);
}

} // namespace
} // namespace einjit::bench

int main(int argc, char **argv) {
  try {
    return einjit::bench::parseAndRun(argc, argv);
  } catch (const std::exception &error) {
    fmt::print(stderr, "einjit-bench: {}\n", error.what());
    return einjit::bench::failed;
  }
}
