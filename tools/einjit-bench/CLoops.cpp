// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The peer that can compute everything: a formula's plain loops.
#include "CCode.h"
#include "Compiler.h"
#include "Peers.h"
#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace einjit::bench {
namespace {

/// Plain loops take a nanosecond or so for each of these: more is a wait that tells nobody anything.
constexpr double mostIterations = 6e8;
constexpr double mostScratchBytes = 2e9;
/// One nest over many operands does far more arithmetic than a chain of products. That judges results, not speed.
constexpr double mostWaste = 4;

/// The shortest of three runs, or the first one if that is hopeless beside `best`.
double shortest(const Contestant &contestant, double best) {
  const double first = time(contestant, 1);
  return first > 4 * best ? first : std::min({first, time(contestant, 1), time(contestant, 1)});
}

} // namespace

std::string cVersion() { return hasCCompiler() ? fmt::format("{} {}", cCompiler, cFlags) : ""; }

std::optional<Contestant> makeC(Problem &problem) {
  const std::optional<Formula> &formula = problem.which.formula;
  if (!formula || !hasCCompiler() || cIterations(*formula) > mostIterations ||
      cScratchBytes(*formula, problem.dtype()) > mostScratchBytes)
    return std::nullopt;
  std::string text = cPrelude(problem.dtype());
  for (LoopOrder order : allLoopOrders)
    text += cFunction(*formula, order, fmt::format("loops{}", static_cast<int>(order)));
  const std::shared_ptr<Library> library = compileC(text);
  if (!library) throw std::runtime_error(fmt::format("{} refuses the generated C", cCompiler));

  std::optional<Contestant> best;
  double bestSeconds = std::numeric_limits<double>::infinity();
  for (LoopOrder order : allLoopOrders) {
    const std::string name = fmt::format("loops{}", static_cast<int>(order));
    auto *entry = library->find<void(void *const *, void *)>(name.c_str());
    Contestant contestant = entryContestant("c", entry, problem);
    const double seconds = shortest(contestant, bestSeconds);
    if (seconds >= bestSeconds) continue;
    bestSeconds = seconds;
    best = std::move(contestant);
  }
  best->isPeer = cIterations(*formula) <= mostWaste * std::max(problem.flops, 1.0) || formula->inputs.size() <= 2;
  best->run = [library, run = best->run](std::int64_t count) { run(count); };
  return best;
}

} // namespace einjit::bench
