// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Report.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::bench {
namespace {

const Outcome *findMeasured(const Results &results, const std::string &id) {
  const auto found = std::find_if(results.cases.begin(), results.cases.end(),
                                  [&](const Outcome &outcome) { return outcome.id == id && outcome.measured(); });
  return found == results.cases.end() ? nullptr : &*found;
}

/// The ids of `all` that the other run did not measure, or not successfully.
std::string onlyIn(const Results &all, const Results &other, std::string_view title) {
  std::string ids;
  for (const Outcome &outcome : all.cases)
    if (outcome.measured() && !findMeasured(other, outcome.id)) ids += " " + outcome.id;
  return ids.empty() ? "" : fmt::format("{}:{}\n", title, ids);
}

} // namespace

std::string comparisonText(const Results &saved, const Results &now) {
  std::string text = fmt::format("\n{:<24}{:>12}{:>14}{:>10}{:>12}\n", "since the saved run", "speed", "roof before",
                                 "roof now", "roof ratio");
  std::vector<double> speeds, roofs;
  for (const Outcome &outcome : now.cases) {
    const Outcome *before = findMeasured(saved, outcome.id);
    if (!before || !outcome.measured()) continue;
    const double speed = before->einjit.median() / outcome.einjit.median();
    speeds.push_back(speed);
    text += fmt::format("{:<24}{:>12.3f}{:>14.3f}{:>10.3f}", outcome.id, speed, before->roofFraction(),
                        outcome.roofFraction());
    if (before->roofFraction() > 0 && outcome.roofFraction() > 0) {
      roofs.push_back(outcome.roofFraction() / before->roofFraction());
      text += fmt::format("{:>12.3f}", roofs.back());
    }
    text += "\n";
  }
  text += fmt::format("{:<24}{:>12.3f}{:>36.3f}\n", fmt::format("geometric mean of {}", speeds.size()),
                      geometricMean(speeds), geometricMean(roofs));
  if (saved.threads != now.threads)
    text += fmt::format("the saved run had {} threads, this one {}\n", saved.threads, now.threads);
  if (saved.processor != now.processor)
    text += fmt::format("the saved run was on another processor: {}\n", saved.processor);
  return text + onlyIn(saved, now, "only in the saved run") + onlyIn(now, saved, "only in this run");
}

} // namespace einjit::bench
