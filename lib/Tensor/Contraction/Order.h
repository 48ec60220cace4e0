// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order in which to multiply many factors: the path with the least estimated time.
//
// To twelve factors it is the least of all paths. Beyond that greedy paths compete, pairs chosen by several costs and
// with several degrees of noise, and the best is improved piece by piece, each piece exactly. All of it depends on
// the network and the rates alone: noise is a hash, and the effort is counted, not timed.
#pragma once

#include "Tensor/Contraction/Network.h"
#include <limits>
#include <optional>

namespace einjit::tensor {

/// Most factors whose best path is found.
inline constexpr std::size_t maxExactFactors = 12;

/// The chosen order; nothing if every path that was found has a value that is too large. A single factor has
/// the empty path. Exact search takes O(3^n); beyond it effort is bounded by a number of pairs (O(n) pairs at least).
std::optional<ContractionTree> chooseOrder(const Network &network, const PairModel &model);

/// A path and the cycles of its pairs. What factors sum before they meet is the same for all paths, so not counted.
struct WeighedPath {
  Path path;
  double cycles = 0;
};

/// Dynamic programming over subsets S of at most maxExactFactors factors:
///     best[S] = min over S = A + B of best[A] + best[B] + cycles(A, B).
/// Nothing if all take `bound` or more, which spares parts that do. `weighed` goes up by the number of pairs whose
/// cycles were estimated.
std::optional<WeighedPath> exactPath(const Network &network, const PairModel &model, std::size_t &weighed,
                                     double bound = std::numeric_limits<double>::infinity());

/// How a greedy search values a pair of nodes a, b that make c; the least goes first.
struct GreedyCost {
  /// Growth: elements(c) - keep * (elements(a) + elements(b)), what memory gains. Time: cycles of the product.
  enum Kind { Growth, Time } kind = Growth;
  double keep = 1;
  /// The leading term is multiplied by a number from 1 to 1 + noise, a hash of the pair and the seed.
  double noise = 0;
  std::uint64_t seed = 0;
};

/// The pair of least cost among those that share an index, again and again; when none does, the two smallest nodes.
/// Of an index that many nodes have only some pairs are looked at. O(n log n) while nodes have few neighbours.
std::optional<WeighedPath> greedyPath(const Network &network, const PairModel &model, const GreedyCost &cost,
                                      std::size_t &weighed);

/// Replaces pieces of the path, each of some neighbouring pairs, by the exact best for what goes into them, as long as
/// that helps and `weighed` stays below `limit`.
WeighedPath improvedPath(const Network &network, const PairModel &model, WeighedPath path, std::size_t limit,
                         std::size_t &weighed);

} // namespace einjit::tensor
