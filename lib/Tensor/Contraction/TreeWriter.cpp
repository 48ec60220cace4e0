// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/TreeWriter.h"
#include "Tensor/Contraction/Layout.h"
#include <algorithm>

namespace einjit::tensor {
namespace {

using Node = ContractionTree::Node;

class TreeWriter {
public:
  TreeWriter(const Generic &op, const Product &product, const ContractionTree &tree, std::vector<Value> &values,
             FreshNames &names)
      : op_(op), product_(product), tree_(tree), values_(values), names_(names), layouts_(chooseLayouts(product, tree)),
        written_(tree.nodes.size()) {}

  Generic run() {
    for (std::size_t i = 0; i + 1 < tree_.nodes.size(); ++i)
      if (!isReadInPlace(i)) write(i);
    Generic last = makeOp(tree_.nodes.size() - 1);
    return op_.reduction->epilogue ? withEpilogue(std::move(last)) : last;
  }

private:
  bool isReadInPlace(std::size_t node) const { return tree_.isFactor(node) && !tree_.nodes[node].sums(); }

  void write(std::size_t node) {
    Generic step = makeOp(node);
    written_[node] = {ValueId(values_.size()), {}};
    for (std::uint32_t index : layouts_[node]) written_[node].indices.push_back(Affine::variable(index));
    TensorType type = resultType(step);
    values_.push_back({names_.next(), std::move(type), std::move(step)});
  }

  /// A node as operands of another, in terms of the original op's iterators.
  Factor asFactor(std::size_t node) const {
    if (isReadInPlace(node)) return product_.factors[node];
    return {{written_[node]}, scalar::identityExpr(op_.body.type())};
  }

  Generic makeOp(std::size_t number) const {
    const Node &node = tree_.nodes[number];
    Generic result;
    std::vector<std::uint32_t> newNumber(op_.iteratorCount(), 0);
    std::uint32_t next = 0;
    for (std::uint32_t index : layouts_[number]) {
      newNumber[index] = next++;
      result.parallel.push_back(op_.iterator(index));
    }
    std::vector<Iterator> reduced;
    for (std::uint32_t index : node.before) {
      if (std::binary_search(node.after.begin(), node.after.end(), index)) continue;
      newNumber[index] = next++;
      reduced.push_back(op_.iterator(index));
    }
    if (!reduced.empty()) result.reduction = Reduction{op_.reduction->op, std::move(reduced), {}};

    scalar::ExprBuilder body;
    auto add = [&](const Factor &factor) {
      const std::size_t first = result.operands.size();
      for (const Access &operand : factor.operands)
        result.operands.push_back(remap(operand, [&](std::uint32_t i) { return Affine::variable(newNumber[i]); }));
      return body.splice(factor.expr, [&](const scalar::Node &leaf) {
        return body.operand(first + std::get<scalar::Operand>(leaf.kind).index, leaf.type);
      });
    };
    if (tree_.isFactor(number)) {
      result.body = body.take(add(product_.factors[number]));
    } else {
      const auto left = add(asFactor(node.left)), right = add(asFactor(node.right));
      result.body = body.take(body.apply(product_.times, {left, right}));
    }
    return withOrderedOperands(std::move(result));
  }

  /// Without a sum there is nothing for an epilogue to follow: then it is part of the body.
  Generic withEpilogue(Generic last) const {
    const std::size_t shift = last.operands.size();
    last.operands.insert(last.operands.end(), op_.operands.begin(), op_.operands.end());
    scalar::ExprBuilder builder;
    const scalar::NodeId root = builder.splice(*op_.reduction->epilogue, [&](const scalar::Node &leaf) {
      if (const auto *operand = std::get_if<scalar::Operand>(&leaf.kind))
        return builder.operand(operand->index + shift, leaf.type);
      if (last.reduction) return builder.accumulator(leaf.type);
      return builder.splice(last.body, [&](const scalar::Node &inner) {
        return builder.operand(std::get<scalar::Operand>(inner.kind).index, inner.type);
      });
    });
    if (last.reduction)
      last.reduction->epilogue = builder.take(root);
    else
      last.body = builder.take(root);
    return withOrderedOperands(std::move(last));
  }

  const Generic &op_;
  const Product &product_;
  const ContractionTree &tree_;
  std::vector<Value> &values_;
  FreshNames &names_;
  const std::vector<std::vector<std::uint32_t>> layouts_; ///< of each node's value
  std::vector<Access> written_;                           ///< of each node that has a value: how it is read
};

} // namespace

Generic writeTree(const Generic &op, const Product &product, const ContractionTree &tree, std::vector<Value> &values,
                  FreshNames &names) {
  return TreeWriter(op, product, tree, values, names).run();
}

} // namespace einjit::tensor
