// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Turns.h"
#include <algorithm>
#include <numeric>

namespace einjit::bench {
namespace {

constexpr std::size_t leastRounds = 3, wantedRounds = 15;
/// What has long rounds goes on for so many times its seconds to get the rounds that are wanted.
constexpr double patience = 4;
/// Samples of longer calls need no run before them that brings the contestant's data near.
constexpr double longCall = 5e-3;

} // namespace

std::vector<Timing> timeInTurns(const std::vector<Contestant> &contestants, double seconds,
                                const std::function<void(double spent)> &onRound) {
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
    onRound(spent);
  }
  return timings;
}

} // namespace einjit::bench
