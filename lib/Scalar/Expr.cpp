// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/Expr.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace einjit::scalar {
namespace {

std::size_t mix(std::size_t seed, std::size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15u + (seed << 6) + (seed >> 2));
}

template <class T> std::size_t hashOfNumber(T number) {
  if constexpr (isComplexNumber<T>)
    return mix(hashOfNumber(number.real()), hashOfNumber(number.imag()));
  else if constexpr (isHalfNumber<T>)
    return hashOfNumber(static_cast<float>(number));
  else
    return number != number ? std::size_t{1} : std::hash<T>{}(number);
}

/// Equal for identical scalars; all NaNs are one.
std::size_t hashOf(const Scalar &value) {
  return std::visit([](auto number) { return hashOfNumber(number); }, value);
}

std::size_t hashOf(const Node &node) {
  const std::size_t seed = mix(static_cast<std::size_t>(node.type), node.kind.index());
  return std::visit(Overloaded{
                        [&](const Operand &operand) { return mix(seed, operand.index); },
                        [&](const Accumulator &) { return seed; },
                        [&](const Literal &literal) { return mix(seed, hashOf(literal.value)); },
                        [&](const Apply &apply) {
                          std::size_t hash = mix(seed, static_cast<std::size_t>(apply.op));
                          for (NodeId id : apply.arguments) hash = mix(hash, id.index());
                          return hash;
                        },
                    },
                    node.kind);
}

const std::vector<NodeId> &argumentsOf(const Node &node) {
  static const auto &none = *new const std::vector<NodeId>; // never destroyed: the process may compile as it ends
  const Apply *apply = std::get_if<Apply>(&node.kind);
  return apply ? apply->arguments : none;
}

/// `node` with its arguments renumbered.
Node withArguments(Node node, const std::vector<NodeId> &newId) {
  if (Apply *apply = std::get_if<Apply>(&node.kind))
    for (NodeId &id : apply->arguments) id = newId[id.index()];
  return node;
}

/// Of a complex number's parts: a product is four products and two sums, all else is counted once for each part.
std::int64_t operationCount(ScalarOp op, DType type) {
  if (isComplex(type) && (op == ScalarOp::Mul || op == ScalarOp::Fma)) return op == ScalarOp::Mul ? 6 : 8;
  if (isComplex(type)) return op == ScalarOp::Cast || op == ScalarOp::Select ? 0 : 2;
  if (op == ScalarOp::Fma) return 2;
  return op == ScalarOp::Cast || op == ScalarOp::Select ? 0 : 1;
}

std::vector<std::size_t> useCounts(const Expr &expr) {
  std::vector<std::size_t> uses(expr.nodes.size(), 0);
  for (const Node &node : expr.nodes)
    for (NodeId id : argumentsOf(node)) ++uses[id.index()];
  return uses;
}

} // namespace

NodeId ExprBuilder::add(Node node) {
  const std::size_t hash = hashOf(node);
  const auto [begin, end] = byHash_.equal_range(hash);
  for (auto at = begin; at != end; ++at)
    if (nodes_[at->second.index()] == node) return at->second;
  const NodeId id(nodes_.size());
  nodes_.push_back(std::move(node));
  byHash_.emplace(hash, id);
  return id;
}

NodeId ExprBuilder::apply(ScalarOp op, std::vector<NodeId> arguments) {
  std::vector<DType> types;
  for (NodeId id : arguments) types.push_back(type(id));
  const std::optional<DType> result = resultType(op, types);
  if (!result) throw std::logic_error("arguments do not fit the scalar op " + std::string(name(op)));
  return add({*result, Apply{op, std::move(arguments)}});
}

NodeId ExprBuilder::cast(NodeId argument, DType type) {
  if (this->type(argument) == type) return argument;
  return add({type, Apply{ScalarOp::Cast, {argument}}});
}

NodeId ExprBuilder::splice(const Expr &expr, const std::function<NodeId(const Node &)> &leaf) {
  std::vector<NodeId> copies;
  copies.reserve(expr.nodes.size());
  for (const Node &node : expr.nodes) {
    const auto copyLeaf = [&](const auto &) { return leaf ? leaf(node) : add(node); };
    copies.push_back(std::visit(Overloaded{
                                    [&](const Operand &operand) { return copyLeaf(operand); },
                                    [&](const Accumulator &accumulator) { return copyLeaf(accumulator); },
                                    [&](const Literal &) { return add(node); },
                                    [&](const Apply &original) {
                                      std::vector<NodeId> arguments;
                                      for (NodeId id : original.arguments) arguments.push_back(copies[id.index()]);
                                      if (original.op == ScalarOp::Cast) return cast(arguments[0], node.type);
                                      return apply(original.op, std::move(arguments));
                                    },
                                },
                                node.kind));
  }
  return copies.back();
}

// Depth first, arguments from left to right, each node behind its last argument: an order that depends on nothing but
// the expression. The stack is explicit, because expressions may be tens of thousands of nodes deep.
Expr ExprBuilder::take(NodeId root) const {
  struct Visit {
    NodeId id;
    std::size_t nextArgument;
  };
  Expr expr;
  std::vector<NodeId> newId(nodes_.size());
  std::vector<bool> seen(nodes_.size(), false);
  std::vector<Visit> stack{{root, 0}};
  seen[root.index()] = true;
  while (!stack.empty()) {
    Visit &top = stack.back();
    const std::vector<NodeId> &arguments = argumentsOf(nodes_[top.id.index()]);
    if (top.nextArgument < arguments.size()) {
      const NodeId argument = arguments[top.nextArgument++];
      if (!seen[argument.index()]) stack.push_back({argument, 0});
      seen[argument.index()] = true;
    } else {
      newId[top.id.index()] = NodeId(expr.nodes.size());
      expr.nodes.push_back(withArguments(nodes_[top.id.index()], newId));
      stack.pop_back();
    }
  }
  return expr;
}

Expr identityExpr(DType type) { return {{{type, Operand{0}}}}; }

bool isIdentity(const Expr &expr) { return expr.root().kind == decltype(Node::kind)(Operand{0}); }

std::int64_t functionCount(const Expr &expr) {
  return std::count_if(expr.nodes.begin(), expr.nodes.end(), [](const Node &node) {
    const Apply *apply = std::get_if<Apply>(&node.kind);
    return apply && isFunction(apply->op);
  });
}

std::int64_t operationCount(const Expr &expr) {
  std::int64_t count = 0;
  for (const Node &node : expr.nodes)
    if (const Apply *apply = std::get_if<Apply>(&node.kind)) count += operationCount(apply->op, node.type);
  return count;
}

std::vector<std::size_t> usedOperands(const Expr &expr) {
  std::vector<std::size_t> used;
  for (const Node &node : expr.nodes)
    if (const Operand *operand = std::get_if<Operand>(&node.kind)) used.push_back(operand->index);
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  return used;
}

std::optional<DType> conversionOf(const Expr &expr, std::size_t number) {
  const auto reads = [&](NodeId id) { return expr[id].kind == decltype(Node::kind)(Operand{number}); };
  std::optional<DType> to;
  for (const Node &node : expr.nodes) {
    const std::vector<NodeId> &arguments = argumentsOf(node);
    if (std::none_of(arguments.begin(), arguments.end(), reads)) continue;
    if (std::get<Apply>(node.kind).op != ScalarOp::Cast || (to && *to != node.type)) return std::nullopt;
    to = node.type;
  }
  return to;
}

Expr withConverted(const Expr &expr, std::size_t number, DType type) {
  ExprBuilder builder;
  return builder.take(builder.splice(expr, [&](const Node &leaf) {
    const Operand *operand = std::get_if<Operand>(&leaf.kind);
    if (!operand) return builder.accumulator(leaf.type);
    return builder.operand(operand->index, operand->index == number ? type : leaf.type);
  }));
}

Expr renumber(const Expr &expr, const std::vector<std::size_t> &newIndex) {
  ExprBuilder builder;
  const NodeId root = builder.splice(expr, [&](const Node &leaf) {
    const Operand *operand = std::get_if<Operand>(&leaf.kind);
    return operand ? builder.operand(newIndex.at(operand->index), leaf.type) : builder.accumulator(leaf.type);
  });
  return builder.take(root);
}

// add(mul(a,b),c) and add(c,mul(a,b)) -> fma(a,b,c); of add(mul(a,b),mul(c,d)) the first product is taken.
Expr contractFma(const Expr &expr) {
  const std::vector<std::size_t> uses = useCounts(expr);
  ExprBuilder builder;
  std::vector<NodeId> copies;

  const auto isProduct = [&](NodeId id) {
    const Apply *apply = std::get_if<Apply>(&expr[id].kind);
    return apply && apply->op == ScalarOp::Mul && uses[id.index()] == 1;
  };
  const auto fma = [&](NodeId product, NodeId summand) {
    const std::vector<NodeId> &factors = argumentsOf(expr[product]);
    return builder.apply(ScalarOp::Fma,
                         {copies[factors[0].index()], copies[factors[1].index()], copies[summand.index()]});
  };
  const auto copyApply = [&](const Node &node, const Apply &apply) {
    const std::vector<NodeId> &arguments = apply.arguments;
    const bool rounds = isFloat(node.type) || isComplex(node.type);
    if (apply.op == ScalarOp::Add && rounds && isProduct(arguments[0])) return fma(arguments[0], arguments[1]);
    if (apply.op == ScalarOp::Add && rounds && isProduct(arguments[1])) return fma(arguments[1], arguments[0]);
    if (apply.op == ScalarOp::Cast) return builder.cast(copies[arguments[0].index()], node.type);
    std::vector<NodeId> copied;
    for (NodeId id : arguments) copied.push_back(copies[id.index()]);
    return builder.apply(apply.op, std::move(copied));
  };
  for (const Node &node : expr.nodes)
    copies.push_back(std::visit(Overloaded{
                                    [&](const Operand &operand) { return builder.operand(operand.index, node.type); },
                                    [&](const Accumulator &) { return builder.accumulator(node.type); },
                                    [&](const Literal &literal) { return builder.literal(literal.value); },
                                    [&](const Apply &apply) { return copyApply(node, apply); },
                                },
                                node.kind));
  return builder.take(copies.back());
}

} // namespace einjit::scalar
