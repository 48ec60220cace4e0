// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/Product.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>
#include <map>
#include <set>

namespace einjit::tensor {
namespace {

/// Products with more factors stay as they are: a body that repeats parts of itself can stand for any number.
constexpr std::size_t maxFactors = 4096;

/// The expression under `root`, which keeps the numbers of its operands.
scalar::Expr subexpression(const scalar::Expr &expr, scalar::NodeId root) {
  std::set<std::size_t> used = {root.index()}; // arguments stand before their users
  for (auto node = used.rbegin(); node != used.rend(); ++node)
    if (const auto *apply = std::get_if<scalar::Apply>(&expr.nodes[*node].kind))
      for (scalar::NodeId argument : apply->arguments) used.insert(argument.index());
  scalar::Expr result;
  std::map<std::size_t, scalar::NodeId> newId;
  for (std::size_t old : used) {
    newId.emplace(old, result.nodes.size());
    result.nodes.push_back(expr.nodes[old]);
    if (auto *apply = std::get_if<scalar::Apply>(&result.nodes.back().kind))
      for (scalar::NodeId &argument : apply->arguments) argument = newId.at(argument.index());
  }
  return result;
}

Factor factorOf(const Generic &op, scalar::NodeId root) {
  scalar::Expr expr = subexpression(op.body, root);
  OperandList operands;
  std::vector<std::size_t> number(op.operands.size(), 0);
  for (std::size_t operand : scalar::usedOperands(expr)) number[operand] = operands.add(op.operands[operand]);
  return {std::move(operands).take(), scalar::renumber(expr, number)};
}

IndexList indicesOf(const Factor &factor) {
  std::set<std::uint32_t> indices;
  for (const Access &operand : factor.operands)
    for (const Affine &index : operand.indices)
      for (const Affine::Term &term : index.terms) indices.insert(term.variable);
  return {indices.begin(), indices.end()};
}

/// Bytes that reading the factor at all its points touches: of each operand no more than it has.
double bytesOf(const Kernel &kernel, const Generic &op, const Factor &factor) {
  double bytes = 0;
  for (const Access &operand : factor.operands) {
    const TensorType &type = kernel[operand.value].type;
    double elements = 1;
    for (std::uint32_t index : indicesOf({{operand}, {}})) elements *= static_cast<double>(op.iterator(index).extent);
    const auto all = static_cast<double>(elementCount(type).value_or(INT64_MAX));
    bytes += std::min(elements, all) * static_cast<double>(byteSize(type.dtype));
  }
  return bytes;
}

ElementRates ratesOf(DType type) {
  const auto bytes = static_cast<double>(byteSize(type));
  // (a + bi)(c + di) is four products and two sums, and adding it two more; four FMAs on twice as many lanes.
  if (isComplex(type)) return {bytes, 2, 6, 2};
  return {bytes, 1, 1, 1};
}

} // namespace

std::vector<Factor> factorsOf(const Generic &op, ScalarOp times) {
  std::vector<Factor> factors;
  std::vector<scalar::NodeId> open = {scalar::NodeId(op.body.nodes.size() - 1)};
  while (!open.empty() && factors.size() < maxFactors) {
    const scalar::NodeId node = open.back();
    open.pop_back();
    const auto *apply = std::get_if<scalar::Apply>(&op.body[node].kind);
    if (apply && apply->op == times)
      open.insert(open.end(), apply->arguments.rbegin(), apply->arguments.rend());
    else
      factors.push_back(factorOf(op, node));
  }
  return open.empty() ? std::move(factors) : std::vector<Factor>{};
}

std::vector<Factor> sidesOf(const Generic &op) {
  std::vector<Factor> sides;
  for (scalar::NodeId argument : std::get<scalar::Apply>(op.body.root().kind).arguments)
    sides.push_back(factorOf(op, argument));
  return sides;
}

std::optional<Product> asProduct(const Kernel &kernel, const Generic &op) {
  if (!op.reduction || op.reduction->along) return std::nullopt;
  const ScalarOp sum = op.reduction->op;
  if (sum != ScalarOp::Add && sum != ScalarOp::Or) return std::nullopt;
  Product product{sum == ScalarOp::Add ? ScalarOp::Mul : ScalarOp::And, {}, {}, ratesOf(op.body.type())};
  product.factors = factorsOf(op, product.times);
  if (product.factors.size() < 2) return std::nullopt;

  Network &network = product.network;
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) {
    if (op.iterator(i).extent == 0) return std::nullopt;
    network.extents.push_back(static_cast<double>(op.iterator(i).extent));
  }
  std::vector<bool> used(op.iteratorCount(), false);
  for (const Factor &factor : product.factors) {
    network.factors.push_back({indicesOf(factor), bytesOf(kernel, op, factor)});
    for (std::uint32_t index : network.factors.back().indices) used[index] = true;
  }
  if (std::count(used.begin(), used.end(), false) > 0) return std::nullopt;
  for (std::uint32_t i = 0; i < op.parallel.size(); ++i) network.result.push_back(i);
  return product;
}

Estimate nestEstimate(const Product &product, const PairModel &model) {
  const Network &network = product.network;
  double points = 1, bytes = model.element().bytes;
  for (double extent : network.extents) points *= extent;
  for (std::uint32_t index : network.result) bytes *= network.extents[index];
  for (const Network::Factor &factor : network.factors) bytes += factor.bytes;
  return model.nest(points, static_cast<double>(network.factors.size()), bytes);
}

} // namespace einjit::tensor
