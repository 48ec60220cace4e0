// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/Report.h"
#include "Tensor/Contraction/Layout.h"
#include "Tensor/Text.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>

namespace einjit::tensor {
namespace {

/// Whole while that is short.
std::string number(double value) {
  constexpr double longest = 1e12;
  return value < longest ? fmt::format("{:.0f}", value) : fmt::format("{:.3e}", value);
}

struct Line {
  std::string what;
  Estimate estimate;
};

class Report {
public:
  Report(const Kernel &kernel, const Generic &op, const Product &product, const ContractionTree &tree)
      : kernel_(kernel), op_(op), product_(product), tree_(tree), layouts_(chooseLayouts(product, tree)),
        step_(tree.nodes.size(), 0) {}

  std::string run(const PairModel &model) {
    std::vector<Line> lines;
    std::size_t step = 0;
    for (std::size_t i = 0; i < tree_.nodes.size(); ++i)
      if (!tree_.isFactor(i) || tree_.nodes[i].sums()) {
        step_[i] = ++step;
        lines.push_back({fmt::format("({}) = {}", step, stepText(i)), tree_.nodes[i].estimate});
      }
    const std::size_t count = product_.factors.size();
    lines.push_back({"in this order", tree_.total});
    lines.push_back({"from left to right", followPath(product_.network, leftToRight(byValue()), model).total});
    lines.push_back({"all at once", nestEstimate(product_, model)});

    std::string text = fmt::format("# a product of {} in {} steps, the largest value between them {} bytes\n", count,
                                   tree_.steps(), number(tree_.largestIntermediate()));
    return text + table(lines);
  }

private:
  /// The factors in the order of the first values that they read: that of an einsum string's operands, whatever order
  /// the op has them in.
  std::vector<std::size_t> byValue() const {
    std::vector<std::size_t> order(product_.factors.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto firstValue = [&](std::size_t factor) {
      const std::vector<Access> &operands = product_.factors[factor].operands;
      return operands.empty() ? kernel_.values.size() : operands.front().value.index();
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return firstValue(a) < firstValue(b); });
    return order;
  }

  std::string stepText(std::size_t node) const {
    const ContractionTree::Node &step = tree_.nodes[node];
    const std::string product =
        tree_.isFactor(node) ? factorText(node) : nodeText(step.left) + " * " + nodeText(step.right);
    return fmt::format("{} -> {}", product, indicesText(layouts_[node]));
  }

  std::string nodeText(std::size_t node) const {
    if (step_[node] == 0) return factorText(node);
    return fmt::format("({}){}", step_[node], indicesText(layouts_[node]));
  }

  std::string factorText(std::size_t factor) const {
    return scalar::print(product_.factors[factor].expr, [&](std::size_t operand) {
      return accessText(kernel_, op_, product_.factors[factor].operands[operand]);
    });
  }

  std::string indicesText(const std::vector<std::uint32_t> &indices) const {
    std::vector<std::string> names;
    for (std::uint32_t index : indices) names.push_back(op_.iterator(index).name);
    return fmt::format("[{}]", fmt::join(names, ","));
  }

  static std::string table(const std::vector<Line> &lines) {
    std::size_t width = 0;
    for (const Line &line : lines) width = std::max(width, line.what.size());
    std::string text = fmt::format("#   {:<{}}  {:>12}  {:>12}  {:>12}\n", "", width, "flops", "bytes", "cycles");
    for (const auto &[what, estimate] : lines)
      text += fmt::format("#   {:<{}}  {:>12}  {:>12}  {:>12}\n", what, width, number(estimate.flops),
                          number(estimate.bytes), number(estimate.cycles));
    return text;
  }

  const Kernel &kernel_;
  const Generic &op_;
  const Product &product_;
  const ContractionTree &tree_;
  const std::vector<std::vector<std::uint32_t>> layouts_;
  std::vector<std::size_t> step_; ///< of each node the number of its step, 0 for a factor that is read in place
};

} // namespace

std::string describeOrder(const Kernel &kernel, const Generic &op, const Product &product, const ContractionTree &tree,
                          const PairModel &model) {
  return Report(kernel, op, product, tree).run(model);
}

} // namespace einjit::tensor
