// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/Order.h"
#include "Tensor/Contraction/RandomNetwork.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

namespace einjit::tensor {
namespace {

using test::matrixChain;
using test::NetworkShape;
using test::randomNetwork;

const PairModel model(MachineRates{}, ElementRates{});

double cyclesOfPairs(const ContractionTree &tree) {
  double cycles = 0;
  for (std::size_t i = tree.factorCount; i < tree.nodes.size(); ++i) cycles += tree.nodes[i].estimate.cycles;
  return cycles;
}

/// The least cycles of all paths: every pair of the open nodes, then every pair of what is open then, …
double bruteForce(const Network &network, const std::vector<std::size_t> &open, Path &path) {
  if (open.size() == 1) return cyclesOfPairs(followPath(network, path, model));
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < open.size(); ++i)
    for (std::size_t j = i + 1; j < open.size(); ++j) {
      std::vector<std::size_t> rest = open;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(j));
      rest[i] = network.factors.size() + path.size();
      path.emplace_back(open[i], open[j]);
      best = std::min(best, bruteForce(network, rest, path));
      path.pop_back();
    }
  return best;
}

double bruteForce(const Network &network) {
  std::vector<std::size_t> open(network.factors.size());
  std::iota(open.begin(), open.end(), 0);
  Path path;
  return bruteForce(network, open, path);
}

/// Each node is taken once, and only when it is there.
void expectIsPath(const ContractionTree &tree) {
  std::vector<std::size_t> taken(tree.nodes.size(), 0);
  for (std::size_t i = tree.factorCount; i < tree.nodes.size(); ++i)
    for (std::size_t child : {tree.nodes[i].left, tree.nodes[i].right}) {
      ASSERT_LT(child, i);
      ++taken[child];
    }
  for (std::size_t i = 0; i + 1 < taken.size(); ++i) EXPECT_EQ(taken[i], 1U) << i;
  EXPECT_EQ(tree.nodes.size(), 2 * tree.factorCount - 1);
}

TEST(ExactOrder, IsTheBestOfAllPaths) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Network network = randomNetwork({.factors = 2 + seed % 5, .indices = 6, .chained = seed % 2 == 0}, seed);
    std::size_t weighed = 0;
    const auto exact = exactPath(network, model, weighed);
    ASSERT_TRUE(exact);
    const double best = bruteForce(network);
    EXPECT_NEAR(exact->cycles, best, best * 1e-9) << seed;
    const ContractionTree tree = followPath(network, exact->path, model);
    expectIsPath(tree);
    EXPECT_NEAR(cyclesOfPairs(tree), best, best * 1e-9) << "the path costs what the search says, seed " << seed;
    EXPECT_EQ(tree.nodes.back().after, network.result) << seed;
  }
}

TEST(ExactOrder, WithABoundFindsWhatIsBelowIt) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Network network = randomNetwork({.factors = 7, .indices = 9, .chained = true}, seed);
    std::size_t freely = 0, bounded = 0;
    const auto best = exactPath(network, model, freely);
    ASSERT_TRUE(best);
    const auto same = exactPath(network, model, bounded, best->cycles * 1.5);
    ASSERT_TRUE(same);
    EXPECT_EQ(same->cycles, best->cycles);
    EXPECT_LE(bounded, freely);
    EXPECT_FALSE(exactPath(network, model, bounded, best->cycles));
  }
}

TEST(Order, OfTwelveFactorsWeighsFewOfAllPairs) {
  // There are (3^12 - 2^13 + 1) / 2 = 261,625 ways to split a subset.
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto tree = chooseOrder(randomNetwork({.factors = 12, .indices = 16, .chained = true}, seed), model);
    ASSERT_TRUE(tree);
    EXPECT_LT(tree->weighed, 26'000U) << seed;
  }
}

TEST(Order, WithoutExactSearchIsNearTheBest) {
  double worst = 1, product = 1;
  int cases = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Network network =
        randomNetwork({.factors = 8 + seed % 5, .indices = 10 + seed % 8, .chained = seed % 3 == 0}, seed);
    std::size_t weighed = 0;
    const auto exact = exactPath(network, model, weighed);
    std::optional<WeighedPath> greedy;
    for (const GreedyCost &cost : {GreedyCost{GreedyCost::Growth, 1}, GreedyCost{GreedyCost::Time, 0}}) {
      auto path = greedyPath(network, model, cost, weighed);
      if (path && (!greedy || path->cycles < greedy->cycles)) greedy = std::move(path);
    }
    ASSERT_TRUE(exact && greedy) << seed;
    expectIsPath(followPath(network, greedy->path, model));
    EXPECT_NEAR(cyclesOfPairs(followPath(network, greedy->path, model)), greedy->cycles, greedy->cycles * 1e-9);
    const WeighedPath better = improvedPath(network, model, *greedy, std::size_t{1} << 30, weighed);
    expectIsPath(followPath(network, better.path, model));
    EXPECT_NEAR(cyclesOfPairs(followPath(network, better.path, model)), better.cycles, better.cycles * 1e-9);
    EXPECT_LE(better.cycles, greedy->cycles * (1 + 1e-9)) << seed;
    const double factor = better.cycles / exact->cycles;
    EXPECT_GE(factor, 1 - 1e-9) << seed;
    worst = std::max(worst, factor);
    product *= factor;
    ++cases;
  }
  EXPECT_LT(worst, 2);
  EXPECT_LT(std::pow(product, 1.0 / cases), 1.05) << "geometric mean";
}

TEST(Order, OfEqualNetworksIsEqual) {
  for (std::size_t factors : {12, 40, 100}) {
    const Network network =
        randomNetwork({.factors = factors, .indices = factors, .mostAxes = 2, .mostExtent = 8, .chained = true}, 7);
    const auto one = chooseOrder(network, model), other = chooseOrder(network, model);
    ASSERT_TRUE(one && other);
    EXPECT_EQ(one->weighed, other->weighed);
    for (std::size_t i = factors; i < one->nodes.size(); ++i) {
      EXPECT_EQ(one->nodes[i].left, other->nodes[i].left);
      EXPECT_EQ(one->nodes[i].right, other->nodes[i].right);
    }
  }
}

TEST(Order, FindsWhatMakesALongChainCheap) {
  // From the right each product is a matrix and a vector.
  std::vector<double> extents(101, 50);
  extents.back() = 1;
  const auto tree = chooseOrder(matrixChain(extents), model);
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->total.flops, 99 * 2 * 50 * 50);
  // With a bottleneck in the middle: towards it from both sides.
  extents.back() = 50;
  extents[50] = 2;
  const auto middle = chooseOrder(matrixChain(extents), model);
  ASSERT_TRUE(middle);
  EXPECT_LE(middle->total.flops, 99 * 2 * 50 * 50 * 2);
}

TEST(Order, TimeAndOperationsMayDisagree) {
  // sum over r, s of a[i,r] b[i,s] c[r,s,t]. With r = s = 16 and t = 10, a*b first takes 16*16 + 2*16*16*10 = 5376
  // operations for each i, and a*c first 2*16*10*(16 + 1) = 5440; but 256 values for each i go to memory and back, not
  // 160.
  const Network network{{65536, 16, 16, 10}, {{{0, 1}, 0x1p22}, {{0, 2}, 0x1p22}, {{1, 2, 3}, 10240}}, {0, 3}};
  MachineRates rates;
  rates.vectorBytes = 64;
  rates.fmaPerCycle = 2;
  const PairModel fast(rates, ElementRates{});
  const auto timed = chooseOrder(network, fast);
  ASSERT_TRUE(timed);
  const ContractionTree fewest = followPath(network, {{0, 1}, {3, 2}}, fast);
  EXPECT_EQ(fewest.total.flops, 65536 * 5376);
  EXPECT_EQ(timed->total.flops, 65536 * 5440);
  EXPECT_LT(timed->total.cycles, 0.7 * fewest.total.cycles);
}

TEST(Order, EffortIsBounded) {
  for (std::size_t factors : {13, 40, 100, 400, 1024})
    for (bool chained : {false, true}) {
      const NetworkShape shape{.factors = factors,
                               .indices = 2 * factors,
                               .mostAxes = chained ? 1U : 2U,
                               .mostExtent = 4,
                               .chained = chained};
      const auto tree = chooseOrder(randomNetwork(shape, factors), model);
      ASSERT_TRUE(tree) << factors;
      expectIsPath(*tree);
      EXPECT_LE(tree->weighed, 700'000U) << factors;
    }
}

TEST(Order, AnIndexThatAllHaveIsNoObstacle) {
  Network network{{64}, {}, {0}};
  for (int i = 0; i < 1024; ++i) network.factors.push_back({{0}, 256});
  const auto tree = chooseOrder(network, model);
  ASSERT_TRUE(tree);
  expectIsPath(*tree);
  EXPECT_EQ(tree->total.flops, 1023 * 64);
  EXPECT_LE(tree->weighed, 700'000U);
}

TEST(Order, ValuesFitTheTensorIr) {
  // Of 200 vectors not even the halves of the outer product are values: they have too many axes.
  Network network;
  for (std::uint32_t i = 0; i < 200; ++i) {
    network.extents.push_back(2);
    network.factors.push_back({{i}, 8});
    network.result.push_back(i);
  }
  EXPECT_FALSE(chooseOrder(network, model));
  // Summed, each is a number.
  network.result.clear();
  EXPECT_TRUE(chooseOrder(network, model));
}

/// The largest product of a pair but the last; what factors sum alone is not the search's.
double largestProduct(const ContractionTree &tree) {
  double largest = 0;
  for (std::size_t i = tree.factorCount; i + 1 < tree.nodes.size(); ++i)
    largest = std::max(largest, tree.nodes[i].bytes);
  return largest;
}

TEST(Order, KeepsTheLimitOfIntermediates) {
  std::size_t kept = 0;
  for (std::size_t factors : {4, 8, 20}) // the last is beyond exact search
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      Network network = randomNetwork({.factors = factors, .indices = factors, .chained = true}, seed);
      const auto free = chooseOrder(network, model);
      if (!free) continue;
      network.mostBytes = largestProduct(*free);
      const auto same = chooseOrder(network, model);
      EXPECT_TRUE(same || factors > maxExactFactors) << "greedy paths may be refused that could be improved";
      EXPECT_LE(same ? largestProduct(*same) : 0, network.mostBytes) << factors << ", " << seed;
      network.mostBytes = std::nextafter(network.mostBytes, 0.0);
      const auto smaller = chooseOrder(network, model);
      if (!smaller) continue;
      ++kept;
      EXPECT_LE(largestProduct(*smaller), network.mostBytes) << factors << ", " << seed;
      EXPECT_TRUE(factors > maxExactFactors || cyclesOfPairs(*smaller) >= cyclesOfPairs(*free) * (1 - 1e-9));
    }
  EXPECT_GT(kept, 3U);
}

TEST(Order, ManyAxesEach) {
  // 1024 factors of 32 axes: two groups of 16 shared with the neighbours, 16,400 indices in all.
  Network network;
  network.extents.assign(1025 * 16, 2);
  for (std::uint32_t i = 0; i < 1024; ++i) {
    network.factors.push_back({IndexList(32), 4 * 0x1p32});
    std::iota(network.factors.back().indices.begin(), network.factors.back().indices.end(), i * 16);
  }
  network.result.resize(32);
  std::iota(network.result.begin(), network.result.begin() + 16, 0);
  std::iota(network.result.begin() + 16, network.result.end(), 1024 * 16);
  const auto tree = chooseOrder(network, model);
  ASSERT_TRUE(tree);
  expectIsPath(*tree);
  EXPECT_EQ(tree->largestIntermediate(), 4 * 0x1p32);
}

} // namespace
} // namespace einjit::tensor
