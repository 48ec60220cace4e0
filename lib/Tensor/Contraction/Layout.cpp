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
  bool fillsLine(std::uint32_t index) const {
    return product_.network.extents[index] * product_.element.bytes >= lineBytes;
  }

  std::vector<std::uint32_t> layoutFor(std::size_t step, std::size_t operand, std::size_t other) const {
    const IndexList &own = tree_.nodes[operand].after, &others = tree_.nodes[other].after;
    std::vector<std::uint32_t> batch, single, summed, last;
    for (std::uint32_t index : layouts_[step])
      if (has(own, index)) (has(others, index) ? batch : single).push_back(index);
    for (std::uint32_t index : own)
      if (!has(tree_.nodes[step].after, index)) summed.push_back(index);
    const std::uint32_t innermost = layouts_[step].empty() ? 0 : layouts_[step].back();
    const bool isMatrix = std::ranges::any_of(layouts_[step], [&](std::uint32_t index) { return !has(own, index); });
    const bool hasLanes =
        !layouts_[step].empty() && has(own, innermost) && fillsLine(innermost) && (isMatrix || has(others, innermost));
    if (hasLanes) {
      (has(others, innermost) ? batch : single).pop_back();
      last.push_back(innermost);
    }
    std::vector<std::uint32_t> layout = std::move(batch);
    const auto append = [&](const std::vector<std::uint32_t> &group) {
      layout.insert(layout.end(), group.begin(), group.end());
    };
    append(single);
    append(summed);
    append(last);
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
