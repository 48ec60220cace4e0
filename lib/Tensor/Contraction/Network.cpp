// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/Network.h"
#include "Tensor/Kernel.h"
#include <algorithm>
#include <iterator>

namespace einjit::tensor {
namespace {

/// Walks a path with, for each index, the number of nodes that still have it; the result counts as one.
class Follower {
public:
  Follower(const Network &network, const PairModel &model)
      : network_(network), model_(model), holders_(network.extents.size(), 0) {
    for (const Network::Factor &factor : network.factors)
      for (std::uint32_t index : factor.indices) ++holders_[index];
    for (std::uint32_t index : network.result) ++holders_[index];
  }

  ContractionTree run(const Path &path) {
    tree_.factorCount = network_.factors.size();
    for (const Network::Factor &factor : network_.factors) addFactor(factor);
    for (const auto &[left, right] : path) addPair(left, right);
    return std::move(tree_);
  }

private:
  double points(const IndexList &indices) const {
    double result = 1;
    for (std::uint32_t index : indices) result *= network_.extents[index];
    return result;
  }

  IndexList wanted(const IndexList &indices) const {
    IndexList result;
    std::copy_if(indices.begin(), indices.end(), std::back_inserter(result),
                 [&](std::uint32_t index) { return holders_[index] > 1; });
    return result;
  }

  void addFactor(const Network::Factor &factor) {
    ContractionTree::Node node{0, 0, factor.indices, wanted(factor.indices), factor.bytes, {}};
    if (node.sums()) {
      node.bytes = points(node.after) * model_.element().bytes;
      node.estimate = model_.sum(points(node.before), factor.bytes, node.bytes);
    }
    add(std::move(node));
  }

  void addPair(std::size_t left, std::size_t right) {
    const ContractionTree::Node &a = tree_.nodes[left], &b = tree_.nodes[right];
    ContractionTree::Node node{left, right, {}, {}, 0, {}};
    IndexList common;
    std::set_union(a.after.begin(), a.after.end(), b.after.begin(), b.after.end(), std::back_inserter(node.before));
    std::set_intersection(a.after.begin(), a.after.end(), b.after.begin(), b.after.end(), std::back_inserter(common));
    for (std::uint32_t index : common) --holders_[index];
    node.after = wanted(node.before);
    node.bytes = points(node.after) * model_.element().bytes;

    PairShape shape{1, 1, 1, 1, a.bytes, b.bytes, node.bytes};
    for (std::uint32_t index : common) (holders_[index] > 1 ? shape.batch : shape.k) *= network_.extents[index];
    shape.m = points(a.after) / (shape.batch * shape.k);
    shape.n = points(b.after) / (shape.batch * shape.k);
    node.estimate = model_.product(shape);
    add(std::move(node));
  }

  void add(ContractionTree::Node node) {
    tree_.total += node.estimate;
    tree_.nodes.push_back(std::move(node));
  }

  const Network &network_;
  const PairModel &model_;
  std::vector<std::uint32_t> holders_;
  ContractionTree tree_;
};

} // namespace

std::size_t ContractionTree::steps() const {
  std::size_t count = nodes.size() - factorCount;
  for (std::size_t i = 0; i < factorCount; ++i) count += nodes[i].sums() ? 1U : 0U;
  return count;
}

double ContractionTree::largestIntermediate() const {
  double largest = 0;
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i)
    if (!isFactor(i) || nodes[i].sums()) largest = std::max(largest, nodes[i].bytes);
  return largest;
}

ContractionTree followPath(const Network &network, const Path &path, const PairModel &model) {
  return Follower(network, model).run(path);
}

Path orderedPath(const Path &path, std::size_t factorCount) {
  // firstFactor: of all that a node is made from.
  std::vector<std::size_t> firstFactor(factorCount + path.size()), newNumber(firstFactor.size());
  for (std::size_t i = 0; i < factorCount; ++i) firstFactor[i] = newNumber[i] = i;
  for (std::size_t p = 0; p < path.size(); ++p)
    firstFactor[factorCount + p] = std::min(firstFactor[path[p].first], firstFactor[path[p].second]);

  Path result;
  // Depth first, without recursion: a path may be as deep as it has factors.
  std::vector<std::pair<std::size_t, bool>> open;
  if (!path.empty()) open.emplace_back(factorCount + path.size() - 1, false);
  while (!open.empty()) {
    const auto [node, childrenDone] = open.back();
    open.pop_back();
    if (node < factorCount) continue;
    auto [left, right] = path[node - factorCount];
    if (firstFactor[right] < firstFactor[left]) std::swap(left, right);
    if (childrenDone) {
      newNumber[node] = factorCount + result.size();
      result.emplace_back(newNumber[left], newNumber[right]);
    } else {
      open.emplace_back(node, true);
      open.emplace_back(right, false);
      open.emplace_back(left, false);
    }
  }
  return result;
}

Path leftToRight(const std::vector<std::size_t> &factors) {
  Path path;
  for (std::size_t next = 1; next < factors.size(); ++next)
    path.emplace_back(next == 1 ? factors.front() : factors.size() + next - 2, factors[next]);
  return path;
}

bool Network::holds(std::size_t rank, double bytes) const {
  constexpr double maxBytes = 0x1p61; // half of the limit, so that rounding is of no consequence
  return rank <= maxValueAxes && bytes <= std::min(maxBytes, mostBytes);
}

} // namespace einjit::tensor
