// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Contest.h"
#include "Data.h"
#include <algorithm>
#include <einjit/Machine.h>
#include <fmt/format.h>
#include <iterator>
#include <numeric>
#include <stdexcept>

namespace einjit::bench {
namespace {

constexpr std::size_t leastRounds = 3, wantedRounds = 15;
/// A case whose rounds are long goes on for so many times its seconds to get the rounds that are wanted.
constexpr double patience = 4;
/// Samples of longer calls need no run before them that brings the contestant's data near.
constexpr double longCall = 5e-3;
/// The rest is for the memory the machine needs besides.
constexpr double mostOfMemory = 0.8;

Kernel compileCase(const Case &which, const Options &options) {
  if (!which.isEinsum) return compileProgram(which.program, which.inputs, options);
  std::vector<TensorType> types;
  for (const Binding &input : which.inputs) types.push_back(input.type);
  return compile(which.program, types, options);
}

std::int64_t bytesOf(const std::vector<Binding> &bindings) {
  std::int64_t bytes = 0;
  for (const Binding &binding : bindings)
    bytes += elementCount(binding.type).value_or(0) * static_cast<std::int64_t>(byteSize(binding.type.dtype));
  return bytes;
}

Roof measureRoof(const Kernel &kernel, const Options &options) {
  const DType dtype = kernel.results().front().type.dtype;
  return {measurePeakFlops(dtype, options),
          measureBandwidth(bytesOf(kernel.inputs()), bytesOf(kernel.results()), options)};
}

/// The better of two measurements: other load only ever makes the machine look slower.
Roof best(Roof a, Roof b) { return {std::max(a.flops, b.flops), std::max(a.bytes, b.bytes)}; }

std::vector<Timing> timeInTurns(const std::vector<Contestant> &contestants, double seconds) {
  std::vector<Timing> timings;
  for (const Contestant &contestant : contestants) timings.push_back({contestant.name, findBatch(contestant), {}});
  std::vector<std::size_t> order(contestants.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  double spent = 0;
  const auto goesOn = [&](std::size_t round) {
    return round < leastRounds || spent < seconds || (round < wantedRounds && spent < patience * seconds);
  };
  for (std::size_t round = 0; goesOn(round); ++round) {
    for (std::size_t i : order) {
      Timing &timing = timings[i];
      if (timing.samples.empty() || timing.samples.back() < longCall) contestants[i].run(1);
      const double taken = time(contestants[i], timing.batch);
      timing.samples.push_back(taken / static_cast<double>(timing.batch));
      spent += taken;
    }
    std::rotate(order.begin(), order.begin() + 1, order.end());
  }
  return timings;
}

/// The kernel first, then every peer that can compute the case.
std::vector<Contestant> enter(const Kernel &kernel, Problem &problem, const ContestOptions &options) {
  std::vector<Contestant> contestants;
  const auto entry = reinterpret_cast<Entry>(reinterpret_cast<std::uintptr_t>(kernel.entry()));
  contestants.push_back(entryContestant("einjit", entry, problem, kernel.cost().scratchBytes));
  for (const Peer *peer : options.peers)
    if (std::optional<Contestant> contestant = peer->make(problem)) contestants.push_back(*std::move(contestant));
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

void measure(const Case &which, const Kernel &kernel, const ContestOptions &options, const Options &compileOptions,
             Outcome &outcome) {
  const bool positive = which.formula && !which.einsum;
  Problem problem{which, makeInputs(which.inputs, positive), kernel.results().front().type, outcome.flops,
                  options.threads};
  std::vector<Contestant> contestants = enter(kernel, problem, options);
  checkAgreement(contestants, termsOf(which), which.id);
  std::erase_if(contestants, [](const Contestant &contestant) { return !contestant.isPeer; });
  const Roof before = measureRoof(kernel, compileOptions);
  std::vector<Timing> timings = timeInTurns(contestants, options.seconds);
  outcome.roof = best(before, measureRoof(kernel, compileOptions));
  outcome.einjit = std::move(timings.front());
  outcome.peers.assign(std::make_move_iterator(timings.begin() + 1), std::make_move_iterator(timings.end()));
}

Outcome describe(const Case &which) {
  Outcome outcome;
  outcome.id = which.id;
  outcome.group = which.group;
  outcome.program = which.program;
  for (std::size_t i = 0; i < which.inputs.size(); ++i)
    outcome.inputs[which.inputs[i].name.empty() ? std::to_string(i) : which.inputs[i].name] = str(which.inputs[i].type);
  return outcome;
}

void compileAndMeasure(const Case &which, const ContestOptions &options, Outcome &outcome) {
  Options compileOptions;
  compileOptions.threads = options.threads;
  compileOptions.cache = false;
  const Kernel kernel = compileCase(which, compileOptions);
  outcome.compile = kernel.compileTimes();
  outcome.codeBytes = kernel.codeBytes();
  outcome.flops = which.flops > 0 ? which.flops : static_cast<double>(kernel.cost().flops);
  outcome.bytes = which.bytes > 0 ? which.bytes : static_cast<double>(kernel.cost().bytes);
  if (options.compileOnly) return;
  const double needed = neededBytes(kernel, options), available = availableBytes();
  outcome.skipped = needed > mostOfMemory * available;
  if (outcome.skipped)
    outcome.error =
        fmt::format("skipped: needs {:.1f} GB of memory, {:.1f} GB are free", needed / 1e9, available / 1e9);
  else
    measure(which, kernel, options, compileOptions, outcome);
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
