// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/orderFactors.h"
#include "Tensor/Contraction/Product.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>
#include <limits>
#include <numeric>

namespace einjit::tensor {
namespace {

/// Compared lexicographically; what a list ends with is greater than what may follow, so that longer lists are less.
using Key = std::vector<std::int64_t>;
constexpr std::int64_t endOfList = std::numeric_limits<std::int64_t>::max(), endOfIndex = endOfList - 1;

/// Keys made before what is still tied stays in the order it has: products of thousands of like factors.
constexpr std::size_t mostKeys = 100'000;

void append(Key &key, const scalar::Node &node) {
  key.push_back(static_cast<std::int64_t>(node.type));
  if (const auto *operand = std::get_if<scalar::Operand>(&node.kind))
    key.push_back(static_cast<std::int64_t>(operand->index));
  if (const auto *literal = std::get_if<scalar::Literal>(&node.kind))
    for (char c : str(literal->value)) key.push_back(c);
  if (const auto *apply = std::get_if<scalar::Apply>(&node.kind)) {
    key.push_back(static_cast<std::int64_t>(apply->op));
    for (scalar::NodeId argument : apply->arguments) key.push_back(static_cast<std::int64_t>(argument.index()));
  }
  key.push_back(endOfList);
}

/// A parameter is known by its type, for its number is a matter of spelling.
void append(Key &key, const std::vector<Value> &values, ValueId id) {
  const Value &value = values[id.index()];
  if (!std::holds_alternative<Parameter>(value.def)) {
    key.push_back(static_cast<std::int64_t>(id.index()));
    return;
  }
  key.push_back(-1);
  key.push_back(static_cast<std::int64_t>(value.type.dtype));
  key.insert(key.end(), value.type.shape.begin(), value.type.shape.end());
  const auto strides = value.type.stridesOrRowMajor();
  key.insert(key.end(), strides.begin(), strides.end());
}

/// The factors of one op and the colors of its iterators. A parallel iterator's color is its number; reduced ones have
/// the same until something tells them apart.
class FactorOrder {
public:
  FactorOrder(const std::vector<Value> &values, const Generic &op, const std::vector<Factor> &factors)
      : values_(values), op_(op), factors_(factors), colors_(op.iteratorCount()), ranks_(factors.size()) {
    const std::size_t parallel = op.parallel.size();
    std::iota(colors_.begin(), colors_.end(), std::size_t{0});
    std::vector<Key> extents;
    for (std::size_t i = parallel; i < op.iteratorCount(); ++i) extents.push_back({op.iterator(i).extent});
    setReducedColors(extents);
  }

  /// The factors' numbers in their order.
  std::vector<std::size_t> run() {
    refine();
    while (!allDiffer(ranks_) && keys_ < mostKeys && separateOne()) refine();
    std::vector<std::size_t> order(factors_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ranks_[a] < ranks_[b]; });
    return order;
  }

private:
  /// Of each key the number of those that are less.
  static std::vector<std::size_t> ranksOf(const std::vector<Key> &keys) {
    std::vector<std::size_t> order(keys.size()), ranks(keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
    for (std::size_t i = 0; i < order.size(); ++i)
      ranks[order[i]] = i > 0 && keys[order[i]] == keys[order[i - 1]] ? ranks[order[i - 1]] : i;
    return ranks;
  }

  static bool allDiffer(std::vector<std::size_t> ranks) {
    std::sort(ranks.begin(), ranks.end());
    return std::adjacent_find(ranks.begin(), ranks.end()) == ranks.end();
  }

  void setReducedColors(const std::vector<Key> &keys) {
    const std::size_t parallel = op_.parallel.size();
    const std::vector<std::size_t> ranks = ranksOf(keys);
    for (std::size_t i = 0; i < ranks.size(); ++i) colors_[parallel + i] = parallel + ranks[i];
  }

  Key keyOf(const Factor &factor) const {
    Key key;
    for (const Access &access : factor.operands) {
      for (const Affine &index : access.indices) {
        std::vector<std::pair<std::int64_t, std::int64_t>> terms;
        for (const Affine::Term &term : index.terms)
          terms.emplace_back(static_cast<std::int64_t>(colors_[term.variable]), term.coefficient);
        std::sort(terms.begin(), terms.end());
        for (const auto &[color, coefficient] : terms) key.insert(key.end(), {color, coefficient});
        key.insert(key.end(), {endOfIndex, index.constant});
      }
      key.push_back(endOfList);
      append(key, values_, access.value);
    }
    key.push_back(endOfList);
    for (const scalar::Node &node : factor.expr.nodes) append(key, node);
    return key;
  }

  /// Factors by their iterators' colors, then reduced iterators by where which factors use them, as long as that tells
  /// more of them apart.
  void refine() {
    std::vector<std::size_t> before;
    do {
      before = colors_;
      std::vector<Key> keys;
      for (const Factor &factor : factors_) keys.push_back(keyOf(factor));
      keys_ += keys.size();
      ranks_ = ranksOf(keys);
      if (allDiffer(ranks_)) return;
      setReducedColors(uses());
    } while (colors_ != before && keys_ < mostKeys);
  }

  /// Of each reduced iterator its color and its places in all factors.
  std::vector<Key> uses() const {
    const std::size_t parallel = op_.parallel.size();
    std::vector<std::vector<Key>> places(op_.iteratorCount() - parallel);
    for (std::size_t f = 0; f < factors_.size(); ++f)
      for (std::size_t operand = 0; operand < factors_[f].operands.size(); ++operand) {
        const Access &access = factors_[f].operands[operand];
        for (std::size_t axis = 0; axis < access.indices.size(); ++axis)
          for (const Affine::Term &term : access.indices[axis].terms)
            if (op_.isReduced(term.variable))
              places[term.variable - parallel].push_back({static_cast<std::int64_t>(ranks_[f]),
                                                          static_cast<std::int64_t>(operand),
                                                          static_cast<std::int64_t>(axis), term.coefficient});
      }
    std::vector<Key> keys;
    for (std::size_t i = 0; i < places.size(); ++i) {
      std::sort(places[i].begin(), places[i].end());
      Key &key = keys.emplace_back(Key{static_cast<std::int64_t>(colors_[parallel + i])});
      for (const Key &place : places[i]) key.insert(key.end(), place.begin(), place.end());
    }
    return keys;
  }

  /// Tells one of the first reduced iterators that have the same color from the others: what is still tied mostly is a
  /// symmetry of the product, and any of them will do. Whether there were such.
  bool separateOne() {
    const std::size_t parallel = op_.parallel.size();
    std::vector<Key> keys;
    for (std::size_t i = parallel; i < colors_.size(); ++i) keys.push_back({static_cast<std::int64_t>(colors_[i]), 1});
    auto tied = keys.end();
    for (auto key = keys.begin(); key != keys.end(); ++key)
      if ((tied == keys.end() || *key < *tied) && std::count(keys.begin(), keys.end(), *key) > 1) tied = key;
    if (tied == keys.end()) return false;
    tied->back() = 0;
    setReducedColors(keys);
    return true;
  }

  const std::vector<Value> &values_;
  const Generic &op_;
  const std::vector<Factor> &factors_;
  std::vector<std::size_t> colors_; ///< of each iterator
  std::vector<std::size_t> ranks_;  ///< of each factor
  std::size_t keys_ = 0;
};

/// times(times(f0, f1), f2) … in place of the op's body.
Generic withFactors(const Generic &op, ScalarOp times, const std::vector<Factor> &factors,
                    const std::vector<std::size_t> &order) {
  Generic result{op.parallel, op.reduction, {}, {}};
  scalar::ExprBuilder body;
  std::optional<scalar::NodeId> product;
  for (std::size_t number : order) {
    const Factor &factor = factors[number];
    const std::size_t first = result.operands.size();
    result.operands.insert(result.operands.end(), factor.operands.begin(), factor.operands.end());
    const scalar::NodeId node = body.splice(factor.expr, [&](const scalar::Node &leaf) {
      return body.operand(first + std::get<scalar::Operand>(leaf.kind).index, leaf.type);
    });
    product = product ? body.apply(times, {*product, node}) : node;
  }
  result.body = body.take(*product);
  if (result.reduction && result.reduction->epilogue) {
    std::vector<std::size_t> shifted(op.operands.size());
    std::iota(shifted.begin(), shifted.end(), result.operands.size());
    result.operands.insert(result.operands.end(), op.operands.begin(), op.operands.end());
    result.reduction->epilogue = scalar::renumber(*op.reduction->epilogue, shifted);
  }
  return withOrderedOperands(std::move(result));
}

Generic ordered(const std::vector<Value> &values, const Generic &op, bool reassociates) {
  const auto *root = std::get_if<scalar::Apply>(&op.body.root().kind);
  if (!root || (root->op != ScalarOp::Mul && root->op != ScalarOp::And)) return op;
  const std::vector<Factor> factors = reassociates ? factorsOf(op, root->op) : sidesOf(op);
  if (factors.size() < 2) return op;
  return withFactors(op, root->op, factors, FactorOrder(values, op, factors).run());
}

/// Whether the order of products is open as it stands: it is where they are summed or nothing is rounded.
bool hasOpenOrder(const Generic &op) {
  const DType type = op.body.type();
  if (!isFloat(type) && !isComplex(type)) return true;
  return op.reduction && op.reduction->op == ScalarOp::Add && !op.reduction->along;
}

} // namespace

Generic withOrderedFactors(const std::vector<Value> &values, const Generic &op) { return ordered(values, op, true); }

Kernel orderFactors(Kernel kernel) {
  if (kernel.exact) return kernel; // there the order is part of the meaning
  for (Value &value : kernel.values)
    if (auto *op = std::get_if<Generic>(&value.def)) *op = ordered(kernel.values, *op, hasOpenOrder(*op));
  return kernel;
}

} // namespace einjit::tensor
