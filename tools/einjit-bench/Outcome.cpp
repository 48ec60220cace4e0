// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Outcome.h"
#include <algorithm>
#include <cmath>

namespace einjit::bench {
namespace {

double ratioOr0(double a, double b) { return b > 0 ? a / b : 0; }

} // namespace

double Timing::median() const {
  if (samples.empty()) return 0;
  std::vector<double> sorted = samples;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double Timing::min() const { return samples.empty() ? 0 : *std::min_element(samples.begin(), samples.end()); }

double Outcome::roofSeconds() const { return std::max(ratioOr0(flops, roof.flops), ratioOr0(bytes, roof.bytes)); }

bool Outcome::computeBound() const { return ratioOr0(flops, roof.flops) > ratioOr0(bytes, roof.bytes); }

const Timing *Outcome::bestPeer() const {
  const auto best = std::min_element(peers.begin(), peers.end(),
                                     [](const Timing &a, const Timing &b) { return a.median() < b.median(); });
  return best == peers.end() ? nullptr : &*best;
}

double Outcome::ratio() const {
  const Timing *best = bestPeer();
  return best ? ratioOr0(best->median(), einjit.median()) : 0;
}

double Outcome::speedup() const { return oneThread ? ratioOr0(oneThread->median(), einjit.median()) : 0; }

double geometricMean(const std::vector<double> &values) {
  if (values.empty()) return 0;
  double sum = 0;
  for (double value : values) sum += std::log(value);
  return std::exp(sum / static_cast<double>(values.size()));
}

} // namespace einjit::bench
