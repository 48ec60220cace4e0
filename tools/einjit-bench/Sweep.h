// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One einsum string at many sizes: how smoothly its time grows with them.
#pragma once

#include "Case.h"
#include "Outcome.h"
#include "Plot.h"
#include <utility>

namespace einjit::bench {

struct SweepOptions {
  std::string einsum;
  std::string range = "1..130"; ///< `1..130`, or `64..1024:64` with a step
  std::string fixed;            ///< `j=64,k=32`: indices whose sizes stay
  DType dtype = DType::F32;
  int threads = 1;
  double secondsEach = 0.1;
};

/// The einsum at one size of its indices.
struct SweepPoint {
  std::int64_t n;
  Outcome outcome;
  double toLarger = 1; ///< least time here over the least at any n from here on: above 1, something larger is faster
};

/// Where `toLarger` is above this, the time falls off a cliff as n grows.
inline constexpr double smooth = 1.15;

/// An n and its case.
using SizedCase = std::pair<std::int64_t, Case>;

/// The case of each n. Throws std::runtime_error for a range, string or fixed sizes that are none.
std::vector<SizedCase> sweepCases(const SweepOptions &options);

/// Compiles all sizes and measures them in turns. Throws einjit::Error or std::runtime_error where one does not compile
/// or the memory does not suffice for all.
std::vector<SweepPoint> measureSweep(const SweepOptions &options);

/// Sets `toLarger` of points that are sorted by n.
void compareWithLarger(std::vector<SweepPoint> &points);

/// A line for each n, then the cliffs.
std::string sweepText(const std::vector<SweepPoint> &points);
/// Times, rates beside the roof, and `toLarger`.
Plot sweepPlot(const SweepOptions &options, const std::vector<SweepPoint> &points);

} // namespace einjit::bench
