// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CompileReport.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::bench {
namespace {

constexpr std::size_t shownMost = 5;
constexpr std::size_t shownProgram = 80;

using Outcomes = std::vector<const Outcome *>;

double milliseconds(const Outcome *outcome) { return outcome->compile.total() * 1e3; }
double kibibytes(const Outcome *outcome) { return static_cast<double>(outcome->codeBytes) / 1024; }

template <class Value>
std::string distributionText(const std::string &what, const Outcomes &outcomes, const Value &value) {
  std::vector<double> values;
  for (const Outcome *outcome : outcomes) values.push_back(value(outcome));
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) {
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
  };
  return fmt::format("{:<24}{:>10.2f}{:>10.2f}{:>10.2f}\n", what, quantile(0.5), quantile(0.99), values.back());
}

template <class Value> std::string mostText(std::string_view title, Outcomes outcomes, const Value &value) {
  std::sort(outcomes.begin(), outcomes.end(), [&](auto *a, auto *b) { return value(a) > value(b); });
  outcomes.resize(std::min(outcomes.size(), shownMost));
  std::string text = fmt::format("\n{}\n", title);
  for (const Outcome *outcome : outcomes)
    text +=
        fmt::format("  {:<24}{:>8.1f}  {}\n", outcome->id, value(outcome), outcome->program.substr(0, shownProgram));
  return text;
}

} // namespace

std::string compileHeadingText() {
  std::string text = fmt::format("{:<24}{:>8}{:>10}", "case", "KiB", "ms");
  for (const CompileStage &stage : compileStages) text += fmt::format("{:>9}", stage.name);
  return text + "\n";
}

std::string compileRowText(const Outcome &outcome) {
  if (!outcome.compiled()) return fmt::format("{:<24}not compiled\n", outcome.id);
  std::string text = fmt::format("{:<24}{:>8.1f}{:>10.2f}", outcome.id, kibibytes(&outcome), milliseconds(&outcome));
  for (const CompileStage &stage : compileStages) text += fmt::format("{:>9.2f}", outcome.compile.*stage.seconds * 1e3);
  return text + "\n";
}

std::string compileSummaryText(const Results &results) {
  Outcomes compiled;
  for (const Outcome &outcome : results.cases)
    if (outcome.compiled()) compiled.push_back(&outcome);
  if (compiled.empty()) return "";
  std::string text = fmt::format("\n{:<24}{:>10}{:>10}{:>10}\n", "compiling", "median", "99th", "most");
  text += distributionText("code, KiB", compiled, kibibytes);
  text += distributionText("time, ms", compiled, milliseconds);
  for (const CompileStage &stage : compileStages)
    text += distributionText(fmt::format("  {}", stage.name), compiled,
                             [&](const Outcome *outcome) { return outcome->compile.*stage.seconds * 1e3; });
  text += mostText("longest to compile, ms", compiled, milliseconds);
  return text + mostText("most code, KiB", compiled, kibibytes);
}

} // namespace einjit::bench
