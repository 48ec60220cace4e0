// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/Order.h"
#include <algorithm>

namespace einjit::tensor {
namespace {

/// Nodes that go into a piece. Its exact search takes 3^8 / 2 steps.
constexpr std::size_t pieceNodes = 8;
/// Walks over all pairs; most paths do not change after the second.
constexpr std::size_t maxWalks = 4;

/// Some neighbouring pairs: what goes into them, and themselves, the last being `top`.
struct Piece {
  std::vector<std::size_t> inputs, pairs;
  double cycles = 0;
};

class Improver {
public:
  Improver(const Network &network, const PairModel &model, const Path &path)
      : model_(model), extents_(network.extents), mostBytes_(network.mostBytes), count_(network.factors.size()),
        local_(network.extents.size(), 0) {
    ContractionTree tree = followPath(network, path, model);
    nodes_ = std::move(tree.nodes);
  }

  /// Improves every piece once; whether anything changed.
  bool walk(std::size_t limit, std::size_t &weighed) {
    bool changed = false;
    // A pair's number says nothing about its place once pieces have been replaced, so pieces go by number only.
    for (std::size_t top = nodes_.size(); top-- > count_ && weighed < limit;)
      changed |= improve(pieceBelow(top), weighed);
    return changed;
  }

  WeighedPath result() const {
    WeighedPath found;
    std::vector<std::size_t> newNumber(nodes_.size());
    for (std::size_t i = 0; i < count_; ++i) newNumber[i] = i;
    for (std::size_t node : bottomUp()) {
      found.path.emplace_back(newNumber[nodes_[node].left], newNumber[nodes_[node].right]);
      found.cycles += nodes_[node].estimate.cycles;
      newNumber[node] = count_ + found.path.size() - 1;
    }
    return found;
  }

private:
  /// The pair and those below it: always the most expensive of the nodes around is taken in.
  Piece pieceBelow(std::size_t top) const {
    Piece piece{{top}, {}, 0};
    while (piece.inputs.size() < pieceNodes) {
      const auto dearest =
          std::max_element(piece.inputs.begin(), piece.inputs.end(),
                           [&](std::size_t a, std::size_t b) { return pairCycles(a) < pairCycles(b); });
      if (*dearest < count_) break;
      const std::size_t pair = *dearest;
      piece.pairs.push_back(pair);
      piece.cycles += pairCycles(pair);
      *dearest = nodes_[pair].left;
      piece.inputs.push_back(nodes_[pair].right);
    }
    return piece;
  }

  /// Less than nothing for a factor, which cannot be taken apart.
  double pairCycles(std::size_t node) const { return node < count_ ? -1 : nodes_[node].estimate.cycles; }

  bool improve(const Piece &piece, std::size_t &weighed) {
    if (piece.pairs.size() < 2) return false;
    Network network;
    network.mostBytes = mostBytes_;
    std::vector<std::uint32_t> indices; // of the piece's, as the whole numbers them
    auto toLocal = [&](const IndexList &list) {
      IndexList result;
      for (std::uint32_t index : list) {
        std::uint32_t &number = local_[index];
        if (number >= indices.size() || indices[number] != index) {
          number = static_cast<std::uint32_t>(indices.size());
          indices.push_back(index);
          network.extents.push_back(extents_[index]);
        }
        result.push_back(number);
      }
      std::sort(result.begin(), result.end());
      return result;
    };
    for (std::size_t input : piece.inputs)
      network.factors.push_back({toLocal(nodes_[input].after), nodes_[input].bytes});
    network.result = toLocal(nodes_[piece.pairs.front()].after);

    constexpr double worthIt = 1 - 1e-9; // what rounding makes cheaper is not
    const auto better = exactPath(network, model_, weighed, piece.cycles * worthIt);
    if (!better) return false;
    replace(piece, indices, followPath(network, better->path, model_));
    return true;
  }

  /// The piece's pairs become those of the tree; its last is the piece's top, which others refer to.
  void replace(const Piece &piece, const std::vector<std::uint32_t> &indices, ContractionTree tree) {
    const std::size_t inputs = piece.inputs.size(), top = piece.pairs.front();
    auto place = [&](std::size_t node) {
      if (node < inputs) return piece.inputs[node];
      return node + 1 == tree.nodes.size() ? top : piece.pairs[node - inputs + 1];
    };
    auto toWhole = [&](IndexList list) {
      for (std::uint32_t &index : list) index = indices[index];
      std::sort(list.begin(), list.end());
      return list;
    };
    for (std::size_t i = inputs; i < tree.nodes.size(); ++i) {
      ContractionTree::Node node = std::move(tree.nodes[i]);
      node.left = place(node.left);
      node.right = place(node.right);
      node.before = toWhole(std::move(node.before));
      node.after = toWhole(std::move(node.after));
      nodes_[place(i)] = std::move(node);
    }
  }

  /// All pairs, each behind those it needs. The root keeps its number.
  std::vector<std::size_t> bottomUp() const {
    std::vector<std::size_t> order, open;
    if (nodes_.size() > count_) open.push_back(nodes_.size() - 1);
    while (!open.empty()) {
      const std::size_t node = open.back();
      open.pop_back();
      if (node < count_) continue;
      order.push_back(node);
      open.push_back(nodes_[node].left);
      open.push_back(nodes_[node].right);
    }
    std::reverse(order.begin(), order.end());
    return order;
  }

  const PairModel &model_;
  const std::vector<double> &extents_;
  double mostBytes_;
  std::size_t count_;
  std::vector<ContractionTree::Node> nodes_;
  std::vector<std::uint32_t> local_; ///< of each index its number in a piece, if that one's list agrees
};

} // namespace

WeighedPath improvedPath(const Network &network, const PairModel &model, WeighedPath path, std::size_t limit,
                         std::size_t &weighed) {
  Improver improver(network, model, path.path);
  for (std::size_t walk = 0; walk < maxWalks && weighed < limit; ++walk)
    if (!improver.walk(limit, weighed)) break;
  return improver.result();
}

} // namespace einjit::tensor
