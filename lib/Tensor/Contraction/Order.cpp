// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/Order.h"

namespace einjit::tensor {
namespace {

/// Pairs that greedy searches may weigh before no more of them start, and that improving the best may: about 20 and
/// 40 ms.
constexpr std::size_t greedyLimit = 150'000, improvementLimit = 400'000;

/// The costs of the searches, in order: plain ones first, then the same with ever more noise.
GreedyCost costOfSearch(std::size_t number) {
  constexpr GreedyCost plain[] = {
      {GreedyCost::Growth, 1}, {GreedyCost::Time, 0}, {GreedyCost::Growth, 0.25}, {GreedyCost::Growth, 4}};
  constexpr std::size_t kinds = std::size(plain), degrees = 4;
  GreedyCost cost = plain[number % kinds];
  const std::size_t round = number / kinds;
  cost.noise = round == 0 ? 0 : static_cast<double>(1U << (round % degrees)) / 2;
  cost.seed = number;
  return cost;
}

/// The best of several greedy paths.
std::optional<WeighedPath> bestGreedyPath(const Network &network, const PairModel &model, std::size_t searches,
                                          std::size_t &weighed) {
  std::optional<WeighedPath> best;
  for (std::size_t number = 0; number < searches && weighed < greedyLimit; ++number) {
    auto path = greedyPath(network, model, costOfSearch(number), weighed);
    if (path && (!best || path->cycles < best->cycles)) best = std::move(path);
  }
  return best;
}

std::optional<WeighedPath> bestPath(const Network &network, const PairModel &model, std::size_t &weighed) {
  const bool exact = network.factors.size() <= maxExactFactors;
  constexpr std::size_t fewSearches = 2, manySearches = 64;
  auto best = bestGreedyPath(network, model, exact ? fewSearches : manySearches, weighed);
  if (exact) { // the greedy path is its bound
    auto better = best ? exactPath(network, model, weighed, best->cycles) : exactPath(network, model, weighed);
    return better ? better : best;
  }
  if (!best) return best;
  return improvedPath(network, model, *std::move(best), weighed + improvementLimit, weighed);
}

} // namespace

std::optional<ContractionTree> chooseOrder(const Network &network, const PairModel &model) {
  std::size_t weighed = 0;
  const auto best = bestPath(network, model, weighed);
  if (!best) return std::nullopt;
  ContractionTree tree = followPath(network, orderedPath(best->path, network.factors.size()), model);
  tree.weighed = weighed;
  return tree;
}

} // namespace einjit::tensor
