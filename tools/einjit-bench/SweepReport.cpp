// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Report.h"
#include "Sweep.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::bench {
namespace {

constexpr std::size_t shownCliffs = 10;

std::string rowText(const SweepPoint &point) {
  const Outcome &outcome = point.outcome;
  return fmt::format("{:>5}{:>12}{:>12}{:>17}{:>7.2f}{:>11.2f}{}\n", point.n, duration(outcome.einjit.min()),
                     duration(outcome.einjit.median()), rate(outcome), outcome.roofFraction(), point.toLarger,
                     point.toLarger > smooth ? " *" : "");
}

/// The fastest of those from `point` on.
const SweepPoint &fastestFrom(const std::vector<SweepPoint> &points, const SweepPoint &point) {
  return *std::min_element(
      points.begin() + (&point - points.data()), points.end(),
      [](const SweepPoint &a, const SweepPoint &b) { return a.outcome.einjit.min() < b.outcome.einjit.min(); });
}

std::string cliffsText(const std::vector<SweepPoint> &points) {
  std::vector<const SweepPoint *> worst;
  for (const SweepPoint &point : points) worst.push_back(&point);
  std::stable_sort(worst.begin(), worst.end(), [](auto *a, auto *b) { return a->toLarger > b->toLarger; });
  std::string text = fmt::format(
      "\nlargest time over that of a larger size: {:.3f}; above {}: {} of {}\n", worst.front()->toLarger, smooth,
      std::count_if(points.begin(), points.end(), [](auto &p) { return p.toLarger > smooth; }), points.size());
  worst.resize(std::min(worst.size(), shownCliffs));
  for (const SweepPoint *point : worst) {
    if (point->toLarger <= 1) break;
    const SweepPoint &larger = fastestFrom(points, *point);
    text += fmt::format("  n = {:<5}{:>8.3f}  {}, but n = {} takes {}\n", point->n, point->toLarger,
                        duration(point->outcome.einjit.min()), larger.n, duration(larger.outcome.einjit.min()));
  }
  return text;
}

template <class Value> Series series(std::string name, const std::vector<SweepPoint> &points, const Value &value) {
  Series series{std::move(name), {}};
  for (const SweepPoint &point : points) series.points.push_back({static_cast<double>(point.n), value(point)});
  return series;
}

Series bound(Series series) {
  series.isBound = true;
  return series;
}

/// Arithmetic if there is any, else traffic.
Panel ratePanel(const std::vector<SweepPoint> &points) {
  const bool computes = std::any_of(points.begin(), points.end(), [](auto &point) { return point.outcome.flops > 0; });
  const auto work = [computes](const Outcome &outcome) { return (computes ? outcome.flops : outcome.bytes) / 1e9; };
  return {computes ? "GFLOP/s" : "GB/s",
          false,
          {series("einjit, median", points, [&](auto &p) { return work(p.outcome) / p.outcome.einjit.median(); }),
           bound(series("roof", points, [&](auto &p) { return work(p.outcome) / p.outcome.roofSeconds(); }))},
          [](double value) { return fmt::format("{:.4g}", value); }};
}

} // namespace

std::string sweepText(const std::vector<SweepPoint> &points) {
  std::string text =
      fmt::format("{:>5}{:>12}{:>12}{:>17}{:>7}{:>11}\n", "n", "minimum", "median", "rate", "roof", "to larger");
  for (const SweepPoint &point : points) text += rowText(point);
  return text + cliffsText(points);
}

Plot sweepPlot(const SweepOptions &options, const std::vector<SweepPoint> &points) {
  const std::string fixed = options.fixed.empty() ? "" : ", " + options.fixed;
  Panel times{
      "time of one call", true, {series("minimum", points, [](auto &p) { return p.outcome.einjit.min(); })}, duration};
  Panel ratios{"time / least of larger sizes",
               false,
               {series("minimum", points, [](auto &p) { return p.toLarger; }),
                bound(series("smooth", points, [](auto &) { return smooth; }))},
               [](double value) { return fmt::format("{:.4g}", value); },
               1};
  return {fmt::format("{}, {}, {} {}{}", options.einsum, name(options.dtype), options.threads,
                      options.threads == 1 ? "thread" : "threads", fixed),
          "n",
          {std::move(times), ratePanel(points), std::move(ratios)}};
}

} // namespace einjit::bench
