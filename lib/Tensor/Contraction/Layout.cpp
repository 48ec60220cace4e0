// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/Layout.h"
#include <algorithm>

namespace einjit::tensor {
namespace {

constexpr double lineBytes = 64;

bool has(const IndexList &indices, std::uint32_t index) { return std::ranges::binary_search(indices, index); }

class LayoutChoice {
public:
  LayoutChoice(const Product &product, const ContractionTree &tree)
      : product_(product), tree_(tree), layouts_(tree.nodes.size()) {}

  std::vector<std::vector<std::uint32_t>> run() {
    layouts_.back() = tree_.nodes.back().after;
    // Nodes follow those that they are made from.
    for (std::size_t node = tree_.nodes.size(); node-- > tree_.factorCount;) {
      const auto &[left, right] = std::pair(tree_.nodes[node].left, tree_.nodes[node].right);
      layouts_[left] = layoutFor(node, left, right);
      layouts_[right] = layoutFor(node, right, left);
    }
    return std::move(layouts_);
  }

private:
  /// How many of the last indices of a step's value become lanes of an operand: the last one if that fills a line; of a
  /// factor, so many as fill one, for axes of a product of two that come from both do not become one. It has all of
  /// them, either alone or with the other operand; none where it meets a vector.
  std::size_t laneCount(std::size_t step, std::size_t operand, std::size_t other) const {
    const IndexList &own = tree_.nodes[operand].after, &others = tree_.nodes[other].after;
    const std::size_t most = tree_.isFactor(operand) ? layouts_[step].size() : 1;
    const std::vector<std::uint32_t> &indices = layouts_[step];
    const bool isMatrix = std::ranges::any_of(indices, [&](std::uint32_t index) { return !has(own, index); });
    double bytes = product_.element.bytes;
    std::size_t count = 0;
    for (auto index = indices.rbegin(); index != indices.rend() && count < most && bytes < lineBytes;
         ++index, ++count) {
      if (!has(own, *index) || has(others, *index) != has(others, indices.back())) return 0;
      bytes *= product_.network.extents[*index];
    }
    return bytes >= lineBytes && (isMatrix || has(others, indices.back())) ? count : 0;
  }

  std::vector<std::uint32_t> layoutFor(std::size_t step, std::size_t operand, std::size_t other) const {
    const IndexList &own = tree_.nodes[operand].after, &others = tree_.nodes[other].after;
    const std::vector<std::uint32_t> &indices = layouts_[step];
    const auto lanes = indices.end() - static_cast<std::ptrdiff_t>(laneCount(step, operand, other));
    std::vector<std::uint32_t> layout, single;
    for (auto index = indices.begin(); index != lanes; ++index)
      if (has(own, *index)) (has(others, *index) ? layout : single).push_back(*index);
    layout.insert(layout.end(), single.begin(), single.end());
    for (std::uint32_t index : own)
      if (!has(tree_.nodes[step].after, index)) layout.push_back(index);
    layout.insert(layout.end(), lanes, indices.end());
    return layout;
  }

  const Product &product_;
  const ContractionTree &tree_;
  std::vector<std::vector<std::uint32_t>> layouts_;
};

} // namespace

std::vector<std::vector<std::uint32_t>> chooseLayouts(const Product &product, const ContractionTree &tree) {
  return LayoutChoice(product, tree).run();
}

} // namespace einjit::tensor
