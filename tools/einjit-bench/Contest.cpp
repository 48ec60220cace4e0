// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Contest.h"
#include "Contestant.h"
#include <algorithm>
#include <cmath>
#include <einjit/Machine.h>
#include <fmt/format.h>
#include <iterator>
#include <numeric>

namespace einjit::bench {
namespace {

constexpr std::size_t minRounds = 15;

/// Element n of input k is ((7n + 3k) mod 13 - 6) / 4, as in the command-line tool. Sums of products of such numbers
/// are multiples of 1/16, exact in f32 up to 2^20 in whatever order they are taken.
std::vector<AnyTensor> makeInputs(const std::vector<Binding> &bindings) {
  std::vector<AnyTensor> inputs;
  for (const Binding &binding : bindings) {
    const auto offset = static_cast<std::int64_t>(3 * inputs.size());
    AnyTensor &input = inputs.emplace_back(binding.type);
    for (std::int64_t n = 0; n < input.size(); ++n)
      static_cast<float *>(input.data())[n] = static_cast<float>((7 * n + offset) % 13 - 6) / 4;
  }
  return inputs;
}

/// Calls both and demands equal results. The tolerance leaves room for rounding in sums too long to be exact.
void checkSame(Contestant &einjit, Contestant &loops, const std::string &label) {
  einjit.call();
  loops.call();
  const auto *got = static_cast<const float *>(einjit.output().data());
  const auto *expected = static_cast<const float *>(loops.output().data());
  for (std::int64_t n = 0; n < einjit.output().size(); ++n) {
    const float tolerance = 1e-5F * std::max(1.0F, std::abs(expected[n]));
    if (!(std::abs(got[n] - expected[n]) <= tolerance)) // a NaN is no match either
      throw Mismatch(fmt::format("{}: element {} of the result is {} from einjit and {} from the C loops '{}'", label,
                                 n, got[n], expected[n], loops.name()));
  }
}

Roof measureRoof(const Kernel &kernel, const Options &options) {
  const auto bytesOf = [](const std::vector<Binding> &bindings) {
    std::int64_t bytes = 0;
    for (const Binding &binding : bindings)
      bytes += elementCount(binding.type).value_or(0) * static_cast<std::int64_t>(byteSize(binding.type.dtype));
    return bytes;
  };
  return {measurePeakFlops(DType::F32, options),
          measureBandwidth(bytesOf(kernel.inputs()), bytesOf(kernel.results()), options)};
}

/// The better of two measurements: other load only ever makes the machine look slower.
Roof best(Roof a, Roof b) { return {std::max(a.flops, b.flops), std::max(a.bytes, b.bytes)}; }

std::vector<Timing> timeInTurns(std::vector<Contestant> &contestants, double seconds) {
  std::vector<Timing> timings;
  for (Contestant &contestant : contestants) timings.push_back({contestant.name(), contestant.findBatch(), {}});
  std::vector<std::size_t> order(contestants.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  double spent = 0;
  for (std::size_t round = 0; round < minRounds || spent < seconds; ++round) {
    for (std::size_t i : order) {
      const double taken = contestants[i].time(timings[i].batch);
      timings[i].samples.push_back(taken / static_cast<double>(timings[i].batch));
      spent += taken;
    }
    std::rotate(order.begin(), order.begin() + 1, order.end());
  }
  return timings;
}

} // namespace

double Timing::median() const {
  std::vector<double> sorted = samples;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double Timing::min() const { return *std::min_element(samples.begin(), samples.end()); }

const Timing &Outcome::bestLoops() const {
  return *std::min_element(loops.begin(), loops.end(),
                           [](const Timing &a, const Timing &b) { return a.median() < b.median(); });
}

double Outcome::ratio() const { return bestLoops().median() / einjit.median(); }

Outcome compete(const Case &which, double seconds) {
  Options options;
  options.threads = 1;
  options.cache = false;
  const Kernel kernel = compileProgram(which.program, which.inputs, options);
  std::vector<AnyTensor> inputs = makeInputs(which.inputs);
  const TensorType &result = kernel.results().front().type;

  std::vector<Contestant> contestants;
  contestants.emplace_back("einjit", reinterpret_cast<Entry>(reinterpret_cast<std::uintptr_t>(kernel.entry())), inputs,
                           result, kernel.cost().scratchBytes);
  for (const Loops &loops : which.loops) contestants.emplace_back(loops.order, loops.entry, inputs, result);
  for (std::size_t i = 1; i < contestants.size(); ++i) checkSame(contestants[0], contestants[i], which.label);

  const Roof before = measureRoof(kernel, options);
  std::vector<Timing> timings = timeInTurns(contestants, seconds);
  const Roof after = measureRoof(kernel, options);
  return {.label = which.label,
          .program = which.program,
          .inputs = which.inputs,
          .cost = kernel.cost(),
          .compileSeconds = kernel.compileTimes().total(),
          .einjit = std::move(timings.front()),
          .loops = {std::make_move_iterator(timings.begin() + 1), std::make_move_iterator(timings.end())},
          .roof = best(before, after)};
}

} // namespace einjit::bench
