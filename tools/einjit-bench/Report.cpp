// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Report.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace einjit::bench {
namespace {

/// How near einjit's median is to the longer of two times: that of the arithmetic at the machine's peak, and that of
/// reading the inputs and writing the results once at its bandwidth.
struct Standing {
  double gflops, gbps;
  double roofFraction;
  const char *bound;
};

Standing standing(const Outcome &outcome) {
  const auto flops = static_cast<double>(outcome.cost.flops), bytes = static_cast<double>(outcome.cost.bytes);
  const double compute = flops / outcome.roof.flops, memory = bytes / outcome.roof.bytes;
  const double median = outcome.einjit.median();
  return {flops / median / 1e9, bytes / median / 1e9, std::max(compute, memory) / median,
          compute > memory ? "compute" : "memory"};
}

std::string duration(double seconds) {
  if (seconds < 1e-6) return fmt::format("{:.4g} ns", seconds * 1e9);
  if (seconds < 1e-3) return fmt::format("{:.4g} µs", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.4g} ms", seconds * 1e3) : fmt::format("{:.4g} s", seconds);
}

double geometricMean(std::span<const Outcome> outcomes) {
  double sum = 0;
  for (const Outcome &outcome : outcomes) sum += std::log(outcome.ratio());
  return std::exp(sum / static_cast<double>(outcomes.size()));
}

nlohmann::ordered_json json(const Timing &timing) {
  return {{"name", timing.name},
          {"median_s", timing.median()},
          {"min_s", timing.min()},
          {"batch", timing.batch},
          {"samples_s", timing.samples}};
}

nlohmann::ordered_json json(const Outcome &outcome) {
  nlohmann::ordered_json inputs, loops;
  for (const Binding &input : outcome.inputs) inputs[input.name] = str(input.type);
  for (const Timing &timing : outcome.loops) loops.push_back(json(timing));
  const Standing stands = standing(outcome);
  return {{"case", outcome.label},
          {"program", outcome.program},
          {"inputs", inputs},
          {"ratio", outcome.ratio()},
          {"best_c", outcome.bestLoops().name},
          {"einjit", json(outcome.einjit)},
          {"c", loops},
          {"compile_ms", outcome.compileSeconds * 1e3},
          {"flops", outcome.cost.flops},
          {"bytes", outcome.cost.bytes},
          {"gflops", stands.gflops},
          {"gbps", stands.gbps},
          {"peak_gflops", outcome.roof.flops / 1e9},
          {"stream_gbps", outcome.roof.bytes / 1e9},
          {"bound", stands.bound},
          {"roof_fraction", stands.roofFraction}};
}

} // namespace

void printHeading() {
  fmt::print("{:<34}{:>10}{:>10}{:>10}{:>9}{:>8}{:>7}  {:<9}{}\n", "case", "einjit", "C", "C/einjit", "GFLOP/s", "GB/s",
             "roof", "bound", "C loops");
}

void printRow(const Outcome &outcome) {
  const Timing &loops = outcome.bestLoops();
  const Standing stands = standing(outcome);
  fmt::print("{:<34}{:>10}{:>10}{:>10.2f}{:>9.4g}{:>8.4g}{:>7.2f}  {:<9}{}\n", outcome.label,
             duration(outcome.einjit.median()), duration(loops.median()), outcome.ratio(), stands.gflops, stands.gbps,
             stands.roofFraction, stands.bound, loops.name);
}

void printSummary(std::span<const Outcome> outcomes) {
  constexpr std::size_t shown = 5;
  if (outcomes.empty()) return;
  fmt::print("\ngeometric mean of C/einjit, {} measured: {:.3f}\n", outcomes.size(), geometricMean(outcomes));
  std::vector<const Outcome *> worst;
  for (const Outcome &outcome : outcomes) worst.push_back(&outcome);
  std::sort(worst.begin(), worst.end(), [](auto *a, auto *b) { return a->ratio() < b->ratio(); });
  worst.resize(std::min(worst.size(), shown));
  fmt::print("worst:\n");
  for (const Outcome *outcome : worst) fmt::print("  {:<34}{:>6.2f}\n", outcome->label, outcome->ratio());
}

std::string toJson(std::span<const Outcome> outcomes) {
  nlohmann::ordered_json cases = nlohmann::ordered_json::array();
  for (const Outcome &outcome : outcomes) cases.push_back(json(outcome));
  nlohmann::ordered_json all = {{"c_compiler", EINJIT_BENCH_C_COMPILER}, {"threads", 1}};
  if (!outcomes.empty()) all["geometric_mean"] = geometricMean(outcomes);
  all["cases"] = std::move(cases);
  return all.dump(2) + "\n";
}

} // namespace einjit::bench
