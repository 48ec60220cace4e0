// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/splitContractions.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>
#include <bit>
#include <bitset>

namespace einjit::tensor {
namespace {

constexpr std::size_t maxIndices = 256;
constexpr std::size_t maxExact = 12;
/// Beyond exact search the cheapest pair is looked for among so many operands; more would take cubic time.
constexpr std::size_t greedyWindow = 48;
using Indices = std::bitset<maxIndices>;

/// One operand of a product, as an expression over operand #0: the operand itself, or its conversion.
struct Factor {
  Access access;
  scalar::Expr expr;
  Indices indices;
};

/// A product of factors: body(i) = f0 * f1 * …, each operand in one factor only.
struct Product {
  ScalarOp times;
  std::vector<Factor> factors;
};

std::optional<Factor> asFactor(const Generic &op, scalar::NodeId id) {
  const scalar::Node *node = &op.body[id];
  scalar::ExprBuilder builder;
  const scalar::Node *leaf = node;
  if (const auto *apply = std::get_if<scalar::Apply>(&node->kind)) {
    if (apply->op != ScalarOp::Cast) return std::nullopt;
    leaf = &op.body[apply->arguments[0]];
  }
  const auto *operand = std::get_if<scalar::Operand>(&leaf->kind);
  if (!operand) return std::nullopt;
  const auto root = builder.cast(builder.operand(0, leaf->type), node->type);
  Factor factor{op.operands[operand->index], builder.take(root), {}};
  for (const Affine &index : factor.access.indices)
    for (const Affine::Term &term : index.terms) factor.indices.set(term.variable);
  return factor;
}

/// The op's body as a product, if it is one whose sum distributes.
std::optional<Product> asProduct(const Generic &op) {
  if (!op.reduction || op.reduction->along || op.iteratorCount() > maxIndices) return std::nullopt;
  const ScalarOp sum = op.reduction->op;
  if (sum != ScalarOp::Add && sum != ScalarOp::Or) return std::nullopt;
  Product product{sum == ScalarOp::Add ? ScalarOp::Mul : ScalarOp::And, {}};
  // The chain mul(mul(f0, f1), f2), walked from its last factor.
  scalar::NodeId at(op.body.nodes.size() - 1);
  for (;;) {
    const auto *apply = std::get_if<scalar::Apply>(&op.body[at].kind);
    const bool link = apply && apply->op == product.times;
    auto factor = asFactor(op, link ? apply->arguments[1] : at);
    if (!factor) return std::nullopt;
    product.factors.push_back(*std::move(factor));
    if (!link) break;
    at = apply->arguments[0];
  }
  std::reverse(product.factors.begin(), product.factors.end());
  return product;
}

/// A way to multiply: leaves are factors, the others products of two earlier nodes; the last is the whole.
struct Tree {
  struct Node {
    std::size_t left = 0, right = 0;
    std::optional<std::size_t> factor = {};
    Indices before; ///< all indices that the node visits
    Indices after;  ///< those that it leaves, the others are summed
  };
  std::vector<Node> nodes;
  double operations = 0;
};

class Search {
public:
  Search(const Generic &op, const Product &product) : op_(op), product_(product) {
    for (std::size_t i = 0; i < op.parallel.size(); ++i) output_.set(i);
  }

  Tree run() {
    const std::size_t count = product_.factors.size();
    for (std::size_t i = 0; i < count; ++i) addLeaf(i);
    if (count <= maxExact)
      exact();
    else
      greedy();
    return std::move(tree_);
  }

private:
  double points(const Indices &indices) const {
    double result = 1;
    for (std::size_t i = 0; i < op_.iteratorCount(); ++i)
      if (indices[i]) result *= static_cast<double>(op_.iterator(i).extent);
    return result;
  }

  void addLeaf(std::size_t i) {
    Indices elsewhere = output_;
    for (std::size_t j = 0; j < product_.factors.size(); ++j)
      if (j != i) elsewhere |= product_.factors[j].indices;
    const Indices before = product_.factors[i].indices, after = before & elsewhere;
    tree_.nodes.push_back({0, 0, i, before, after});
    if (after != before) tree_.operations += points(before);
  }

  /// Two operations a point: the product and the sum.
  double pairCost(const Indices &left, const Indices &right) const { return 2 * points(left | right); }

  /// Indices that are still wanted once the factors of `subset` have been multiplied.
  Indices wanted(std::size_t subset) const {
    Indices result = output_;
    for (std::size_t i = 0; i < product_.factors.size(); ++i)
      if (!(subset >> i & 1)) result |= tree_.nodes[i].after;
    return result;
  }

  /// best[S] = min over S = A + B of best[A] + best[B] + cost(A, B). O(3^n).
  void exact() {
    const std::size_t count = product_.factors.size(), all = (std::size_t{1} << count) - 1;
    std::vector<double> best(all + 1, 0);
    std::vector<std::size_t> split(all + 1, 0);
    std::vector<Indices> left(all + 1);
    for (std::size_t i = 0; i < count; ++i) left[std::size_t{1} << i] = tree_.nodes[i].after;
    for (std::size_t subset = 1; subset <= all; ++subset) {
      if (std::has_single_bit(subset)) continue;
      best[subset] = -1;
      for (std::size_t a = (subset - 1) & subset; a > (subset ^ a); a = (a - 1) & subset) {
        const double cost = best[a] + best[subset ^ a] + pairCost(left[a], left[subset ^ a]);
        if (best[subset] >= 0 && cost >= best[subset]) continue;
        best[subset] = cost;
        split[subset] = a;
        left[subset] = (left[a] | left[subset ^ a]) & wanted(subset);
      }
    }
    tree_.operations += best[all];
    build(all, split, left);
  }

  std::size_t build(std::size_t subset, const std::vector<std::size_t> &split, const std::vector<Indices> &left) {
    if (std::has_single_bit(subset)) return static_cast<std::size_t>(std::countr_zero(subset));
    // The part with the first factor stands on the left, as it was written.
    std::size_t a = split[subset], b = subset ^ a;
    if (std::countr_zero(b) < std::countr_zero(a)) std::swap(a, b);
    const std::size_t x = build(a, split, left), y = build(b, split, left);
    tree_.nodes.push_back({x, y, {}, tree_.nodes[x].after | tree_.nodes[y].after, left[subset]});
    return tree_.nodes.size() - 1;
  }

  void greedy() {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < product_.factors.size(); ++i) open.push_back(i);
    while (open.size() > 1) {
      std::size_t bestI = 0, bestJ = 1;
      double bestCost = -1;
      const std::size_t window = std::min(open.size(), greedyWindow);
      for (std::size_t i = 0; i < window; ++i)
        for (std::size_t j = i + 1; j < window; ++j) {
          const double cost = pairCost(tree_.nodes[open[i]].after, tree_.nodes[open[j]].after);
          if (bestCost >= 0 && cost >= bestCost) continue;
          bestCost = cost;
          bestI = i;
          bestJ = j;
        }
      const std::size_t x = open[bestI], y = open[bestJ];
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(bestJ));
      Indices keep = output_;
      for (std::size_t other : open)
        if (other != x) keep |= tree_.nodes[other].after;
      const Indices before = tree_.nodes[x].after | tree_.nodes[y].after;
      open[bestI] = tree_.nodes.size();
      tree_.nodes.push_back({x, y, {}, before, before & keep});
      tree_.operations += bestCost;
    }
  }

  const Generic &op_;
  const Product &product_;
  Indices output_;
  Tree tree_;
};

/// Writes the ops of a tree behind the values that are there already.
class TreeWriter {
public:
  TreeWriter(const Generic &op, const Product &product, const Tree &tree, std::vector<Value> &values, FreshNames &names)
      : op_(op), product_(product), tree_(tree), values_(values), names_(names), accesses_(tree.nodes.size()) {}

  /// All ops but the last, which takes the place of the op that was split.
  Generic run() {
    for (std::size_t i = 0; i + 1 < tree_.nodes.size(); ++i) {
      const Tree::Node &node = tree_.nodes[i];
      if (node.factor && node.before == node.after) continue; // read in place
      Generic step = makeOp(node);
      accesses_[i] = {ValueId(values_.size()), {}};
      for (std::size_t index = 0; index < op_.iteratorCount(); ++index)
        if (node.after[index]) accesses_[i].indices.push_back(Affine::variable(static_cast<std::uint32_t>(index)));
      TensorType type = resultType(step);
      values_.push_back({names_.next(), std::move(type), std::move(step)});
    }
    Generic last = makeOp(tree_.nodes.back());
    if (op_.reduction->epilogue) last = withEpilogue(std::move(last));
    return last;
  }

private:
  /// A node as an operand: its access in terms of the original op's iterators, and its expression.
  std::pair<Access, scalar::Expr> operand(std::size_t i) const {
    const Tree::Node &node = tree_.nodes[i];
    if (node.factor && node.before == node.after)
      return {product_.factors[*node.factor].access, product_.factors[*node.factor].expr};
    return {accesses_[i], scalar::identityExpr(op_.body.type())};
  }

  Generic makeOp(const Tree::Node &node) {
    Generic result;
    std::vector<std::uint32_t> newNumber(op_.iteratorCount(), 0);
    std::vector<Iterator> reduced;
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < op_.iteratorCount(); ++i)
      if (node.after[i]) {
        newNumber[i] = next++;
        result.parallel.push_back(op_.iterator(i));
      }
    for (std::size_t i = 0; i < op_.iteratorCount(); ++i)
      if (node.before[i] && !node.after[i]) {
        newNumber[i] = next++;
        reduced.push_back(op_.iterator(i));
      }
    if (!reduced.empty()) result.reduction = Reduction{op_.reduction->op, std::move(reduced), {}};

    scalar::ExprBuilder body;
    auto factor = [&](const std::pair<Access, scalar::Expr> &part) {
      result.operands.push_back(remap(part.first, [&](std::uint32_t i) { return Affine::variable(newNumber[i]); }));
      const std::size_t number = result.operands.size() - 1;
      return body.splice(part.second, [&](const scalar::Node &leaf) { return body.operand(number, leaf.type); });
    };
    if (node.factor) {
      const Factor &own = product_.factors[*node.factor];
      result.body = body.take(factor({own.access, own.expr}));
    } else {
      const auto left = factor(operand(node.left)), right = factor(operand(node.right));
      result.body = body.take(body.apply(product_.times, {left, right}));
    }
    return withOrderedOperands(std::move(result));
  }

  /// The last op visits the result's elements in the same order as the one that was split, so its epilogue fits.
  Generic withEpilogue(Generic last) const {
    const std::size_t shift = last.operands.size();
    last.operands.insert(last.operands.end(), op_.operands.begin(), op_.operands.end());
    std::vector<std::size_t> shifted;
    for (std::size_t i = 0; i < op_.operands.size(); ++i) shifted.push_back(i + shift);
    last.reduction->epilogue = scalar::renumber(*op_.reduction->epilogue, shifted);
    return withOrderedOperands(std::move(last));
  }

  const Generic &op_;
  const Product &product_;
  const Tree &tree_;
  std::vector<Value> &values_;
  FreshNames &names_;
  std::vector<Access> accesses_;
};

/// The tree for an op, if it takes fewer operations than visiting the whole space at once.
std::optional<Tree> betterTree(const Generic &op, const Product &product) {
  Tree tree = Search(op, product).run();
  double points = 1;
  Indices used;
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) points *= static_cast<double>(op.iterator(i).extent);
  for (const Factor &factor : product.factors) used |= factor.indices;
  // An index that no operand has multiplies the sum by its extent; the op as it stands says that best. So does one
  // whose tree would end in a plain product, with nothing left for an epilogue to follow.
  if (used.count() != op.iteratorCount()) return std::nullopt;
  const Tree::Node &root = tree.nodes.back();
  if (op.reduction->epilogue && root.before == root.after) return std::nullopt;
  return tree.operations < points * static_cast<double>(product.factors.size()) ? std::optional(std::move(tree))
                                                                                : std::nullopt;
}

} // namespace

Kernel splitContractions(Kernel kernel) {
  if (kernel.exact) return kernel; // there the order is part of the meaning
  FreshNames names(kernel);
  std::vector<Value> values;
  std::vector<ValueId> newId;
  for (Value &value : kernel.values) {
    renumberReads(value, [&](ValueId id) { return newId[id.index()]; });
    if (auto *op = std::get_if<Generic>(&value.def)) {
      const auto product = asProduct(*op);
      const auto tree = product ? betterTree(*op, *product) : std::nullopt;
      if (tree) *op = TreeWriter(*op, *product, *tree, values, names).run();
    }
    newId.emplace_back(values.size());
    values.push_back(std::move(value));
  }
  kernel.values = std::move(values);
  for (ValueId &result : kernel.results) result = newId[result.index()];
  return kernel;
}

} // namespace einjit::tensor
