// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product of many factors with its sums, reduced to what matters for the order: which factor has which indices.
//
// A path is a list of pairs. Factors are nodes 0 … n-1, pair p makes node n+p from two nodes that no other pair takes,
// and the last node is the whole. An index is summed as soon as one node alone has it and the result does not: for a
// factor before it meets another, for a pair within its product.
#pragma once

#include "Tensor/Contraction/PairModel.h"
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace einjit::tensor {

using IndexList = std::vector<std::uint32_t>; ///< ascending, each once

struct Network {
  struct Factor {
    IndexList indices;
    double bytes; ///< that reading all of it touches
  };
  std::vector<double> extents; ///< of each index, at least 1
  std::vector<Factor> factors; ///< at least one
  IndexList result;
  /// No value between two steps may be larger.
  double mostBytes = std::numeric_limits<double>::infinity();

  /// Whether a value between two steps may be so large, and the tensor IR can hold it.
  bool holds(std::size_t rank, double bytes) const;
};

using Path = std::vector<std::pair<std::size_t, std::size_t>>;

/// A path with what each node does.
struct ContractionTree {
  struct Node {
    std::size_t left = 0, right = 0; ///< of a pair
    IndexList before;                ///< the indices that it visits
    IndexList after;                 ///< those that it leaves; the others are summed
    double bytes = 0;                ///< of what it leaves
    Estimate estimate;               ///< nothing for a factor that sums nothing
    bool sums() const { return before.size() != after.size(); }
  };
  std::vector<Node> nodes;
  std::size_t factorCount = 0;
  Estimate total;
  std::size_t weighed = 0; ///< pairs whose cost the search looked at

  bool isFactor(std::size_t node) const { return node < factorCount; }
  /// Ops that compute it: pairs, and factors that sum something.
  std::size_t steps() const;
  /// Bytes of the largest node that is neither a factor as it stands nor the whole; 0 if there is none.
  double largestIntermediate() const;
};

/// What a path does and costs. O(n * indices of a node).
ContractionTree followPath(const Network &network, const Path &path, const PairModel &model);

/// The same products, each behind those it needs, with the part that has the first factor on the left.
Path orderedPath(const Path &path, std::size_t factorCount);
/// The first two of these factors, their product with the third, and so on.
Path leftToRight(const std::vector<std::size_t> &factors);

} // namespace einjit::tensor
