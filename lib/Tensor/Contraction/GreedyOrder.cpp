// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/Order.h"
#include <algorithm>
#include <iterator>
#include <queue>
#include <set>
#include <tuple>

namespace einjit::tensor {
namespace {

/// Of an index that more nodes have, this many of the oldest and of the newest are looked at.
constexpr std::size_t someHolders = 8;

/// The finalizer of SplitMix64: each bit of the result depends on every bit of x.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// A number from 0 to 1 for a pair.
double noiseOf(std::uint64_t seed, std::size_t a, std::size_t b) {
  return static_cast<double>(mixed(mixed(mixed(seed + 1) + a) + b) >> 11) * 0x1p-53;
}

class GreedySearch {
public:
  GreedySearch(const Network &network, const PairModel &model, const GreedyCost &cost)
      : network_(network), model_(model), cost_(cost), holders_(network.extents.size()),
        uses_(network.extents.size(), 0), inResult_(network.extents.size(), false) {
    for (std::uint32_t index : network.result) inResult_[index] = true;
    for (const Network::Factor &factor : network.factors)
      for (std::uint32_t index : factor.indices) ++uses_[index];
  }

  std::optional<WeighedPath> run(std::size_t &weighed) {
    const bool found = search();
    weighed += weighed_;
    return found ? std::optional(std::move(result_)) : std::nullopt;
  }

private:
  struct Node {
    IndexList indices;
    double points = 1, bytes = 0;
    bool open = true;
  };
  /// What two nodes make.
  struct Merge {
    IndexList indices;
    double points, bytes, cycles;
    bool fits;
  };
  /// A pair that shares an index; the least is looked for.
  struct Candidate {
    double cost;
    std::size_t a, b;
    bool operator>(const Candidate &other) const {
      return std::tie(cost, a, b) > std::tie(other.cost, other.a, other.b);
    }
  };

  bool search() {
    addFactors();
    while (open_.size() > 1) {
      const auto [a, b] = nextPair();
      const Merge merge = mergeOf(a, b);
      if (!merge.fits && open_.size() > 2) return false; // the last is the op itself, which is there already
      result_.cycles += merge.cycles;
      result_.path.emplace_back(a, b);
      replace(a, b, merge);
    }
    return true;
  }

  void addFactors() {
    for (const Network::Factor &factor : network_.factors) {
      Node node;
      for (std::uint32_t index : factor.indices)
        if (uses_[index] > 1 || inResult_[index]) node.indices.push_back(index);
      for (std::uint32_t index : node.indices) node.points *= network_.extents[index];
      node.bytes = std::min(factor.bytes, node.points * model_.element().bytes);
      open(std::move(node));
    }
  }

  /// Makes a node known, and its pairs with those that are open already.
  void open(Node node) {
    const std::size_t id = nodes_.size();
    nodes_.push_back(std::move(node));
    met_.resize(id + 1, id);
    open_.emplace(nodes_[id].points, id);
    // What it shares with others stays shared while both are open, so a pair's cost holds until it is taken.
    for (std::uint32_t index : nodes_[id].indices) {
      const std::vector<std::size_t> &others = holders_[index];
      for (std::size_t i = 0; i < others.size(); ++i)
        if (i < someHolders || i + someHolders >= others.size()) meet(others[i], id);
      holders_[index].push_back(id);
    }
  }

  void meet(std::size_t other, std::size_t id) {
    if (std::exchange(met_[other], id) == id) return;
    const Merge merge = mergeOf(other, id);
    if (merge.fits) candidates_.push({costOf(other, id, merge), other, id});
  }

  double costOf(std::size_t a, std::size_t b, const Merge &merge) const {
    const double factor = cost_.noise > 0 ? 1 + cost_.noise * noiseOf(cost_.seed, a, b) : 1;
    if (cost_.kind == GreedyCost::Time) return merge.cycles * factor;
    return merge.points * factor - cost_.keep * (nodes_[a].points + nodes_[b].points);
  }

  Merge mergeOf(std::size_t x, std::size_t y) {
    ++weighed_;
    const Node &a = nodes_[x], &b = nodes_[y];
    Merge merge{{}, 1, 0, 0, true};
    PairShape shape{1, 1, 1, 1, a.bytes, b.bytes, 0};
    auto i = a.indices.begin(), j = b.indices.begin();
    while (i != a.indices.end() || j != b.indices.end()) {
      const bool inA = i != a.indices.end() && (j == b.indices.end() || *i <= *j);
      const bool inB = j != b.indices.end() && (i == a.indices.end() || *j <= *i);
      const std::uint32_t index = inA ? *i : *j;
      const bool summed = inA && inB && !inResult_[index] && uses_[index] == 2;
      double &role = !inB ? shape.m : !inA ? shape.n : summed ? shape.k : shape.batch;
      role *= network_.extents[index];
      if (!summed) merge.indices.push_back(index);
      if (inA) ++i;
      if (inB) ++j;
    }
    merge.points = shape.batch * shape.m * shape.n;
    merge.bytes = shape.resultBytes = merge.points * model_.element().bytes;
    merge.cycles = model_.cycles(shape);
    merge.fits = network_.holds(merge.indices.size(), merge.bytes);
    return merge;
  }

  std::pair<std::size_t, std::size_t> nextPair() {
    while (!candidates_.empty()) {
      const Candidate best = candidates_.top();
      candidates_.pop();
      if (nodes_[best.a].open && nodes_[best.b].open) return {best.a, best.b};
    }
    return {open_.begin()->second, std::next(open_.begin())->second};
  }

  void replace(std::size_t a, std::size_t b, const Merge &merge) {
    for (std::size_t id : {a, b}) {
      nodes_[id].open = false;
      open_.erase({nodes_[id].points, id});
      for (std::uint32_t index : nodes_[id].indices) {
        std::erase(holders_[index], id);
        --uses_[index];
      }
    }
    for (std::uint32_t index : merge.indices) ++uses_[index];
    open({merge.indices, merge.points, merge.bytes, true});
  }

  const Network &network_;
  const PairModel &model_;
  const GreedyCost &cost_;
  std::vector<Node> nodes_;
  std::vector<std::vector<std::size_t>> holders_; ///< of each index: the open nodes that have it, oldest first
  std::vector<std::size_t> uses_; ///< of each index: the nodes that have it, factors counted from the beginning
  std::vector<bool> inResult_;
  std::vector<std::size_t> met_;                  ///< of each node: the last one that met it
  std::set<std::pair<double, std::size_t>> open_; ///< by size
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates_;
  WeighedPath result_;
  std::size_t weighed_ = 0;
};

} // namespace

std::optional<WeighedPath> greedyPath(const Network &network, const PairModel &model, const GreedyCost &cost,
                                      std::size_t &weighed) {
  return GreedySearch(network, model, cost).run(weighed);
}

} // namespace einjit::tensor
