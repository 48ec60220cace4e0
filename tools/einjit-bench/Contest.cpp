// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Contest.h"
#include "CaseKernel.h"
#include "Data.h"
#include "Turns.h"
#include <fmt/format.h>
#include <iterator>
#include <stdexcept>

namespace einjit::bench {
namespace {

/// The kernel first, then every peer that can compute the case with so many threads.
std::vector<Contestant> enter(const Kernel &kernel, Problem &problem, const ContestOptions &options) {
  std::vector<Contestant> contestants;
  contestants.push_back(entryContestant("einjit", entryOf(kernel), problem, kernel.cost().scratchBytes));
  for (const Peer *peer : options.peers) {
    if (peer->oneThread && options.threads > 1) continue;
    if (std::optional<Contestant> contestant = peer->make(problem)) contestants.push_back(*std::move(contestant));
  }
  return contestants;
}

void checkAgreement(const std::vector<Contestant> &contestants, double terms, const std::string &id) {
  const Contestant &einjit = contestants.front();
  einjit.run(1);
  for (std::size_t i = 1; i < contestants.size(); ++i) {
    contestants[i].run(1);
    if (const auto difference = firstDifference(*einjit.output, *contestants[i].output, terms))
      throw std::runtime_error(fmt::format("WRONG: {}: element {} of the result is {} from einjit and {} from {}", id,
                                           difference->element, difference->a, difference->b, contestants[i].name));
  }
}

/// Inputs, and for every contestant a result and about as much for copies or temporaries.
double neededBytes(const Kernel &kernel, const ContestOptions &options) {
  const auto contestants = static_cast<double>(options.peers.size() + 1);
  const auto in = static_cast<double>(bytesOf(kernel.inputs())), out = static_cast<double>(bytesOf(kernel.results()));
  return in + contestants * out + (in + out) + static_cast<double>(kernel.cost().scratchBytes);
}

void measure(const Case &which, const Kernel &kernel, const ContestOptions &options, Outcome &outcome) {
  const bool positive = which.formula && !which.einsum;
  Problem problem{which, makeInputs(which.inputs, positive), kernel.results().front().type, outcome.flops,
                  options.threads};
  std::vector<Contestant> contestants = enter(kernel, problem, options);
  checkAgreement(contestants, termsOf(which), which.id);
  std::erase_if(contestants, [](const Contestant &contestant) { return !contestant.isPeer; });
  std::optional<Kernel> oneThread;
  if (options.threads > 1) {
    oneThread = compileCase(which, 1);
    contestants.push_back(
        entryContestant("einjit, 1 thread", entryOf(*oneThread), problem, oneThread->cost().scratchBytes));
  }
  const Roof before = measureRoof(kernel, options.threads);
  std::vector<Timing> timings = timeInTurns(contestants, options.seconds);
  outcome.roof = best(before, measureRoof(kernel, options.threads));
  if (oneThread) {
    outcome.oneThread = std::move(timings.back());
    timings.pop_back();
  }
  outcome.einjit = std::move(timings.front());
  outcome.peers.assign(std::make_move_iterator(timings.begin() + 1), std::make_move_iterator(timings.end()));
}

void compileAndMeasure(const Case &which, const ContestOptions &options, Outcome &outcome) {
  const Kernel kernel = compileCase(which, options.threads);
  addCosts(which, kernel, outcome);
  if (options.compileOnly) return;
  outcome.error = memoryShortage(neededBytes(kernel, options));
  outcome.skipped = !outcome.error.empty();
  if (!outcome.skipped) measure(which, kernel, options, outcome);
}

} // namespace

Outcome compete(const Case &which, const ContestOptions &options) {
  Outcome outcome = describe(which);
  outcome.error = which.defect;
  if (!which.defect.empty()) return outcome;
  try {
    compileAndMeasure(which, options, outcome);
  } catch (const std::exception &error) {
    outcome.error = error.what();
  }
  return outcome;
}

} // namespace einjit::bench
