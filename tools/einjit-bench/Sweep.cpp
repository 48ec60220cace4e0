// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Sweep.h"
#include "CaseKernel.h"
#include "Data.h"
#include "Progress.h"
#include "Turns.h"
#include <algorithm>
#include <charconv>
#include <deque>
#include <fmt/format.h>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace einjit::bench {
namespace {

std::int64_t sizeOf(std::string_view text) {
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size() || size < 1)
    throw std::runtime_error(fmt::format("'{}' is no size", text));
  return size;
}

std::vector<std::int64_t> sizesOf(const std::string &range) {
  const std::size_t dots = range.find(".."), colon = range.find(':');
  if (dots == std::string::npos) throw std::runtime_error(fmt::format("'{}' is no range such as 1..130", range));
  const std::string_view text = range;
  const std::int64_t first = sizeOf(text.substr(0, dots)),
                     step = colon == std::string::npos ? 1 : sizeOf(text.substr(colon + 1)),
                     last = sizeOf(text.substr(dots + 2, colon == std::string::npos ? colon : colon - dots - 2));
  std::vector<std::int64_t> sizes;
  for (std::int64_t n = first; n <= last; n += step) sizes.push_back(n);
  if (sizes.empty()) throw std::runtime_error(fmt::format("the range '{}' is empty", range));
  return sizes;
}

Extents fixedSizes(const std::string &text) {
  Extents fixed;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    if (part.size() < 3 || part[1] != '=') throw std::runtime_error(fmt::format("'{}' is no size such as j=64", part));
    fixed[part[0]] = sizeOf(std::string_view(part).substr(2));
  }
  return fixed;
}

double neededBytes(const Kernel &kernel) {
  return static_cast<double>(bytesOf(kernel.inputs()) + bytesOf(kernel.results()) + kernel.cost().scratchBytes);
}

/// All sizes, compiled; adds a point for each.
std::vector<Kernel> compileAll(const std::vector<SizedCase> &cases, int threads, std::vector<SweepPoint> &points) {
  std::vector<Kernel> kernels;
  const Progress progress(cases.size());
  for (const auto &[n, which] : cases) {
    progress.show(kernels.size(), fmt::format("compiling n = {}", n));
    kernels.push_back(compileCase(which, threads));
    points.push_back({n, describe(which)});
    addCosts(which, kernels.back(), points.back().outcome);
  }
  return kernels;
}

/// Leaves the better of what was measured before and what the machine does now. Its arithmetic is the same at all
/// sizes.
void measureRoofs(const std::vector<Kernel> &kernels, int threads, std::vector<SweepPoint> &points) {
  const Progress progress(points.size());
  double flops = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    progress.show(i, "what the machine does at best");
    Roof &roof = points[i].outcome.roof;
    roof = best(roof, measureRoof(kernels[i], threads));
    flops = std::max(flops, roof.flops);
  }
  for (SweepPoint &point : points) point.outcome.roof.flops = flops;
}

void measureTimes(const std::vector<SizedCase> &cases, const std::vector<Kernel> &kernels, const SweepOptions &options,
                  std::vector<SweepPoint> &points) {
  std::deque<Problem> problems; // stay where they are
  std::vector<Contestant> contestants;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case &which = cases[i].second;
    Problem &problem = problems.emplace_back(
        Problem{which, makeInputs(which.inputs, false), kernels[i].results().front().type, 0, options.threads});
    contestants.push_back(entryContestant("einjit", entryOf(kernels[i]), problem, kernels[i].cost().scratchBytes));
  }
  constexpr std::size_t parts = 100;
  const double seconds = options.secondsEach * static_cast<double>(cases.size());
  const Progress progress(parts);
  std::vector<Timing> timings = timeInTurns(contestants, seconds, [&](double spent) {
    progress.show(static_cast<std::size_t>(std::min(1.0, spent / seconds) * parts), "% of the time for measuring");
  });
  for (std::size_t i = 0; i < points.size(); ++i) points[i].outcome.einjit = std::move(timings[i]);
}

} // namespace

std::vector<SizedCase> sweepCases(const SweepOptions &options) {
  const std::optional<Einsum> einsum = parseEinsum(options.einsum);
  if (!einsum) throw std::runtime_error(fmt::format("'{}' is no einsum string of letters", options.einsum));
  const Extents fixed = fixedSizes(options.fixed);
  std::vector<SizedCase> cases;
  for (std::int64_t n : sizesOf(options.range)) {
    std::vector<std::string> types;
    for (const std::string &operand : einsum->operands) {
      TensorType type{options.dtype, {}};
      for (char index : operand) type.shape.push_back(fixed.contains(index) ? fixed.at(index) : n);
      types.push_back(str(type));
    }
    Case &which = cases.emplace_back(n, caseFromArguments(options.einsum, types)).second;
    which.id = fmt::format("{}, n = {}", options.einsum, n);
    which.group = "sweep";
  }
  return cases;
}

std::vector<SweepPoint> measureSweep(const SweepOptions &options) {
  const std::vector<SizedCase> cases = sweepCases(options);
  std::vector<SweepPoint> points;
  const std::vector<Kernel> kernels = compileAll(cases, options.threads, points);
  double needed = 0;
  for (const Kernel &kernel : kernels) needed += neededBytes(kernel);
  if (const std::string shortage = memoryShortage(needed); !shortage.empty()) throw std::runtime_error(shortage);
  measureRoofs(kernels, options.threads, points);
  measureTimes(cases, kernels, options, points);
  measureRoofs(kernels, options.threads, points);
  compareWithLarger(points);
  return points;
}

void compareWithLarger(std::vector<SweepPoint> &points) {
  double fastest = std::numeric_limits<double>::infinity();
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    const double time = point->outcome.einjit.min();
    fastest = std::min(fastest, time);
    point->toLarger = fastest > 0 ? time / fastest : 1;
  }
}

} // namespace einjit::bench
