// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// einjit-bench: einjit's kernels beside their peers. See README.md.
#include "CompileReport.h"
#include "Contest.h"
#include "Progress.h"
#include "Report.h"
#include "Spellings.h"
#include "Sweep.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

namespace einjit::bench {
namespace {

struct Flags {
  std::string cases = EINJIT_BENCH_CASES, filter, group, json, compare, program, svg;
  std::vector<std::string> types, peers;
  int tier = 0, threads = 1, spellings = 0;
  std::optional<double> seconds;
  bool compileOnly = false;
  SweepOptions sweep;
  std::string dtype = "f32";
};

/// For each case; a sweep's many sizes have less each.
constexpr double caseSeconds = 1, sweepSeconds = 0.1;

constexpr int failed = 1, usageError = 2;

/// A mistake in the flags.
class UsageError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

std::vector<Case> chosenCases(const Flags &flags) {
  if (!flags.program.empty()) return {caseFromArguments(flags.program, flags.types)};
  std::vector<Case> cases = readCases(flags.cases);
  std::erase_if(cases, [&](const Case &which) {
    return (which.id + " " + which.program).find(flags.filter) == std::string::npos ||
           (!flags.group.empty() && which.group != flags.group) || (flags.tier != 0 && which.tier > flags.tier);
  });
  if (cases.empty()) throw UsageError("no case is chosen by these flags");
  return cases;
}

/// Those that are there, of those asked for or of all. One that is asked for and missing is a mistake.
std::vector<const Peer *> chosenPeers(const std::vector<std::string> &names) {
  std::vector<const Peer *> peers;
  const auto asked = [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  for (const Peer &peer : allPeers()) {
    if (!names.empty() && !asked(peer.name)) continue;
    if (!peer.version().empty())
      peers.push_back(&peer);
    else if (asked(peer.name))
      throw UsageError(fmt::format("the peer '{}' is not on this machine", peer.name));
  }
  for (const std::string &name : names) {
    const auto same = [&](const Peer &peer) { return peer.name == name; };
    if (name != "none" && std::none_of(allPeers().begin(), allPeers().end(), same))
      throw UsageError(fmt::format("there is no peer '{}'", name));
  }
  return peers;
}

std::string processorName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string readFile(const std::string &path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw UsageError(fmt::format("cannot read '{}'", path));
  return text.str();
}

bool writeFile(const std::string &path, const std::string &text) {
  std::ofstream out(path);
  out << text;
  out.close();
  if (!out) fmt::print(stderr, "cannot write '{}'\n", path);
  return out.good();
}

void print(const std::string &text) {
  fmt::print("{}", text);
  std::fflush(stdout);
}

/// Measures one case and prints its row. Whether that went well: a case that is skipped did, one that is wrong or does
/// not compile did not.
bool measure(const Case &which, const ContestOptions &options, const Progress &progress, Results &results) {
  Outcome outcome = compete(which, options);
  progress.clear();
  print(options.compileOnly ? compileRowText(outcome) : rowText(outcome));
  if (!outcome.error.empty()) fmt::print(stderr, "{}: {}\n", outcome.id, outcome.error);
  results.cases.push_back(std::move(outcome));
  return results.cases.back().error.empty() || results.cases.back().skipped;
}

/// The first kernel of a process takes longer to compile than the others.
void warmUp() { compile("i,i", {TensorType{DType::F32, {8}}, TensorType{DType::F32, {8}}}); }

std::string machineText(const Flags &flags) {
  return fmt::format("{}, {} {}\n", processorName(), flags.threads, flags.threads == 1 ? "thread" : "threads");
}

int runSweep(const Flags &flags) {
  SweepOptions options = flags.sweep;
  const std::optional<DType> dtype = parseDType(flags.dtype);
  if (!dtype) throw UsageError(fmt::format("there is no element type '{}'", flags.dtype));
  options.dtype = *dtype;
  options.threads = flags.threads;
  options.secondsEach = flags.seconds.value_or(sweepSeconds);
  print(machineText(flags) + "\n");
  warmUp();
  const std::vector<SweepPoint> points = measureSweep(options);
  print(sweepText(points));
  Results results{flags.threads, processorName(), {}, {}};
  for (const SweepPoint &point : points) results.cases.push_back(point.outcome);
  bool good = true;
  if (!flags.svg.empty()) good &= writeFile(flags.svg, svgText(sweepPlot(options, points)));
  if (!flags.json.empty()) good &= writeFile(flags.json, toJson(results));
  return good ? 0 : failed;
}

int runSpellings(const Flags &flags) {
  std::vector<Case> cases = chosenCases(flags);
  std::erase_if(cases, [](const Case &which) { return !which.einsum; });
  print(machineText(flags) + "\n" + spellingsHeadingText());
  warmUp();
  std::vector<SpellingSpread> spreads;
  bool good = true;
  const Progress progress(cases.size());
  for (const Case &which : cases) {
    progress.show(spreads.size(), which.id);
    try {
      spreads.push_back(measureSpellings(which, flags.spellings, flags.threads, flags.seconds.value_or(caseSeconds)));
      progress.clear();
      print(rowText(spreads.back()));
    } catch (const std::exception &error) {
      fmt::print(stderr, "{}: {}\n", which.id, error.what());
      good = false;
    }
  }
  print(summaryText(spreads));
  return good ? 0 : failed;
}

int runCases(const Flags &flags) {
  const std::vector<std::string> none = {"none"};
  const ContestOptions options{flags.threads, flags.seconds.value_or(caseSeconds), flags.compileOnly,
                               chosenPeers(flags.compileOnly ? none : flags.peers)};
  const std::vector<Case> cases = chosenCases(flags);
  const std::optional<Results> saved =
      flags.compare.empty() ? std::nullopt : std::optional(fromJson(readFile(flags.compare)));

  Results results{flags.threads, processorName(), {}, {}};
  print(machineText(flags));
  for (const Peer *peer : options.peers) {
    results.peers[peer->name] = peer->version();
    const bool watches = peer->oneThread && flags.threads > 1;
    print(fmt::format("  {:<10}{}{}\n", peer->name, results.peers[peer->name],
                      watches ? " (one thread only: takes no part)" : ""));
  }
  print("\n" + (flags.compileOnly ? compileHeadingText() : headingText(flags.threads)));
  warmUp();
  bool good = true;
  const Progress progress(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    progress.show(i, cases[i].id);
    good &= measure(cases[i], options, progress, results);
  }
  print(results.cases.size() == 1 && !flags.compileOnly ? contestantsText(results.cases.front())
                                                        : summaryText(results));
  if (saved) print(comparisonText(*saved, results));
  if (!flags.json.empty()) good &= writeFile(flags.json, toJson(results));
  return good ? 0 : failed;
}

std::string peersHelp() {
  std::string help = "Peers:\n";
  for (const Peer &peer : allPeers()) help += fmt::format("  {:<10}{}\n", peer.name, peer.what);
  return help;
}

int parseAndRun(int argc, char **argv) {
  Flags flags;
  CLI::App app("Measures einjit's kernels beside their peers, in turns.");
  app.footer(peersHelp());
  app.add_option("PROGRAM", flags.program, "one case: an einsum string, or a program");
  app.add_option("TYPES", flags.types, "types of its operands, f32[64,64], or of its inputs, x=f32[64,64]");
  app.add_option("--cases", flags.cases, "file of cases")->capture_default_str();
  app.add_option("--filter", flags.filter, "only cases with this text in their names or programs");
  app.add_option("--tier", flags.tier, "1: only the quick cases; 2: all")->check(CLI::Range(1, 2));
  app.add_option("--class", flags.group, "only cases of this class");
  app.add_option("--threads", flags.threads, "threads of every contestant")->check(CLI::Range(1, 1024));
  app.add_option("--seconds", flags.seconds, "measure each case for so long: 1, of a sweep 0.1")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--peers", flags.peers, "only these, separated by commas, or none")->delimiter(',');
  app.add_flag("--compile-only", flags.compileOnly, "compile the cases, make no data and run nothing");
  app.add_option("--json", flags.json, "write all numbers to this file");
  app.add_option("--compare", flags.compare, "compare with the numbers in this file");
  auto *sweep =
      app.add_option("--sweep", flags.sweep.einsum, "measure this einsum string at many sizes n of its indices");
  app.add_option("--extents", flags.sweep.range, "from..to or from..to:step for n")
      ->capture_default_str()
      ->needs(sweep);
  app.add_option("--sizes", flags.sweep.fixed, "sizes of indices that are not n: j=64,k=32")->needs(sweep);
  app.add_option("--dtype", flags.dtype, "element type of the sweep")->capture_default_str()->needs(sweep);
  app.add_option("--svg", flags.svg, "plot the sweep into this file")->needs(sweep);
  app.add_option("--spellings", flags.spellings, "compare each einsum with so many others that mean the same")
      ->check(CLI::Range(1, 1000))
      ->excludes(sweep);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : usageError;
  }
  setUpPeers(flags.threads);
  if (!flags.sweep.einsum.empty()) return runSweep(flags);
  return flags.spellings > 0 ? runSpellings(flags) : runCases(flags);
}

} // namespace
} // namespace einjit::bench

int main(int argc, char **argv) {
  try {
    return einjit::bench::parseAndRun(argc, argv);
  } catch (const einjit::bench::UsageError &error) {
    fmt::print(stderr, "einjit-bench: {}\n", error.what());
    return einjit::bench::usageError;
  } catch (const std::exception &error) {
    fmt::print(stderr, "einjit-bench: {}\n", error.what());
    return einjit::bench::failed;
  }
}
