// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Report.h"
#include "CompileReport.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::bench {
namespace {

constexpr std::size_t shownWorst = 5;
constexpr std::size_t shownProgram = 80;
/// Of a product of 128x128 matrices; what has less is over before other threads have woken.
constexpr double smallFlops = 2.0 * 128 * 128 * 128;

std::string peerText(const Outcome &outcome) {
  const Timing *best = outcome.bestPeer();
  return best ? fmt::format("{:>7.2f}  {}", outcome.ratio(), best->name) : fmt::format("{:>7}", "-");
}

std::vector<double> roofFractions(const std::vector<const Outcome *> &outcomes) {
  std::vector<double> fractions;
  for (const Outcome *outcome : outcomes)
    if (outcome->roofFraction() > 0) fractions.push_back(outcome->roofFraction());
  return fractions;
}

std::vector<double> ratios(const std::vector<const Outcome *> &outcomes) {
  std::vector<double> ratios;
  for (const Outcome *outcome : outcomes)
    if (outcome->bestPeer()) ratios.push_back(outcome->ratio());
  return ratios;
}

std::string meansText(const std::string &name, const std::vector<const Outcome *> &outcomes) {
  const std::vector<double> ofPeers = ratios(outcomes);
  const std::string peers = ofPeers.empty() ? fmt::format("{:>16}", "-")
                                            : fmt::format("{:>16.3f}  in {}", geometricMean(ofPeers), ofPeers.size());
  return fmt::format("{:<24}{:>6}{:>10.3f}{}\n", name, outcomes.size(), geometricMean(roofFractions(outcomes)), peers);
}

/// The lowest few by what `value` gives; those that give 0 have none.
template <class Value>
std::string worstText(std::string_view title, std::vector<const Outcome *> outcomes, const Value &value) {
  std::erase_if(outcomes, [&](const Outcome *outcome) { return value(*outcome) <= 0; });
  std::sort(outcomes.begin(), outcomes.end(), [&](auto *a, auto *b) { return value(*a) < value(*b); });
  outcomes.resize(std::min(outcomes.size(), shownWorst));
  if (outcomes.empty()) return "";
  std::string text = fmt::format("\n{}\n", title);
  for (const Outcome *outcome : outcomes)
    text +=
        fmt::format("  {:<24}{:>8.3f}  {}\n", outcome->id, value(*outcome), outcome->program.substr(0, shownProgram));
  return text;
}

std::string speedupText(const std::vector<const Outcome *> &outcomes) {
  std::vector<double> all, large;
  std::vector<const Outcome *> largeOutcomes;
  for (const Outcome *outcome : outcomes) {
    if (!outcome->oneThread) continue;
    all.push_back(outcome->speedup());
    if (outcome->flops <= smallFlops) continue;
    large.push_back(outcome->speedup());
    largeOutcomes.push_back(outcome);
  }
  if (all.empty()) return "";
  return fmt::format(
             "\nspeed-up over one thread: geometric mean {:.3f} in {}; above 128^3 multiply-adds {:.3f} in {}\n",
             geometricMean(all), all.size(), geometricMean(large), large.size()) +
         worstText("least speed-up of the large", largeOutcomes, [](const Outcome &o) { return o.speedup(); });
}

std::string unmeasuredText(const Results &results) {
  std::string text;
  for (const Outcome &outcome : results.cases)
    if (!outcome.error.empty())
      text += fmt::format("  {:<24}{}\n", outcome.id, outcome.error.substr(0, outcome.error.find('\n')));
  return text.empty() ? "" : "\nnot measured\n" + text;
}

} // namespace

std::string duration(double seconds) {
  if (seconds < 1e-6) return fmt::format("{:.4g} ns", seconds * 1e9);
  if (seconds < 1e-3) return fmt::format("{:.4g} us", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.4g} ms", seconds * 1e3) : fmt::format("{:.4g} s", seconds);
}

std::string rate(const Outcome &outcome) {
  const double median = outcome.einjit.median();
  return outcome.computeBound() ? fmt::format("{:.4g} GFLOP/s", outcome.flops / median / 1e9)
                                : fmt::format("{:.4g} GB/s", outcome.bytes / median / 1e9);
}

std::string headingText(int threads) {
  return fmt::format("{:<24}{:>10}{:>16}{:>7}{:>12}  {:<10}{:>11}{}\n", "case", "einjit", "rate", "roof", "peer/einjit",
                     "peer", "compile ms", threads > 1 ? "  1 thread/einjit" : "");
}

std::string rowText(const Outcome &outcome) {
  if (!outcome.measured()) return fmt::format("{:<24}not measured\n", outcome.id);
  const std::string speedup = outcome.oneThread ? fmt::format("{:>17.2f}", outcome.speedup()) : "";
  return fmt::format("{:<24}{:>10}{:>16}{:>7.2f}     {:<19}{:>11.1f}{}\n", outcome.id,
                     duration(outcome.einjit.median()), rate(outcome), outcome.roofFraction(), peerText(outcome),
                     outcome.compile.total() * 1e3, speedup);
}

std::string contestantsText(const Outcome &outcome) {
  if (!outcome.measured()) return "";
  std::vector<const Timing *> timings = {&outcome.einjit};
  for (const Timing &peer : outcome.peers) timings.push_back(&peer);
  if (outcome.oneThread) timings.push_back(&*outcome.oneThread);
  std::sort(timings.begin(), timings.end(), [](auto *a, auto *b) { return a->median() < b->median(); });
  std::string text = fmt::format("\n{:<16}{:>12}{:>12}{:>14}\n", "", "median", "minimum", "time/einjit");
  for (const Timing *timing : timings)
    text += fmt::format("{:<16}{:>12}{:>12}{:>14.2f}\n", timing->name, duration(timing->median()),
                        duration(timing->min()), timing->median() / outcome.einjit.median());
  return text;
}

std::string summaryText(const Results &results) {
  std::vector<const Outcome *> measured;
  std::vector<std::string> groups;
  for (const Outcome &outcome : results.cases) {
    if (!outcome.measured()) continue;
    measured.push_back(&outcome);
    if (std::find(groups.begin(), groups.end(), outcome.group) == groups.end()) groups.push_back(outcome.group);
  }
  if (measured.empty()) return compileSummaryText(results) + unmeasuredText(results);
  std::string text =
      fmt::format("\n{:<24}{:>6}{:>10}{:>16}   (geometric means)\n", "class", "cases", "roof", "peer/einjit");
  for (const std::string &group : groups) {
    std::vector<const Outcome *> members = measured;
    std::erase_if(members, [&](const Outcome *outcome) { return outcome->group != group; });
    text += meansText(group, members);
  }
  text += meansText("all", measured);
  text += worstText("farthest from the roof", measured, [](const Outcome &o) { return o.roofFraction(); });
  text += worstText("worst beside the best peer", measured, [](const Outcome &o) { return o.ratio(); });
  return text + speedupText(measured) + compileSummaryText(results) + unmeasuredText(results);
}

} // namespace einjit::bench
