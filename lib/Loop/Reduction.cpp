// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Reduction.h"
#include <algorithm>

namespace einjit::loop {
namespace {

using scalar::Apply;
using scalar::Expr;
using scalar::NodeId;
using scalar::Operand;

/// Whether that argument of the root may be what is reduced into.
bool mayAccumulate(const Apply &root, DType type, std::size_t argument) {
  if (root.op == ScalarOp::Fma) return argument == 2 && canReduce(ScalarOp::Add, type);
  return root.arguments.size() == 2 && canReduce(root.op, type);
}

/// How often the node is an argument of another.
std::ptrdiff_t uses(const Expr &expr, NodeId id) {
  std::ptrdiff_t count = 0;
  for (const scalar::Node &node : expr.nodes)
    if (const Apply *apply = std::get_if<Apply>(&node.kind))
      count += std::count(apply->arguments.begin(), apply->arguments.end(), id);
  return count;
}

/// The expression whose value node `id` of `expr` is: the nodes up to it, since arguments stand before their users.
Expr upTo(const Expr &expr, NodeId id) {
  return {{expr.nodes.begin(), expr.nodes.begin() + static_cast<std::ptrdiff_t>(id.index()) + 1}};
}

/// Drops the operands that the value does not use.
void dropUnusedOperands(Store &store) {
  const std::vector<std::size_t> used = scalar::usedOperands(store.value);
  std::vector<std::size_t> newIndex(store.operands.size());
  std::vector<Access> operands;
  for (std::size_t operand : used) {
    newIndex[operand] = operands.size();
    operands.push_back(store.operands[operand]);
  }
  store.value = scalar::renumber(store.value, newIndex);
  store.operands = std::move(operands);
}

} // namespace

std::optional<Update> asUpdate(const Store &store) {
  if (store.reduce) return std::nullopt;
  const auto ofTarget = [&](const Access &operand) { return operand.buffer == store.target.buffer; };
  const auto accumulated = std::find_if(store.operands.begin(), store.operands.end(), ofTarget);
  if (accumulated == store.operands.end() || *accumulated != store.target) return std::nullopt;
  if (std::count_if(store.operands.begin(), store.operands.end(), ofTarget) != 1) return std::nullopt;

  const auto number = static_cast<std::size_t>(accumulated - store.operands.begin());
  const Apply *root = std::get_if<Apply>(&store.value.root().kind);
  if (!root) return std::nullopt;
  for (std::size_t argument = 0; argument < root->arguments.size(); ++argument) {
    const NodeId id = root->arguments[argument];
    const Operand *operand = std::get_if<Operand>(&store.value[id].kind);
    if (!operand || operand->index != number) continue;
    if (uses(store.value, id) != 1 || !mayAccumulate(*root, store.value.type(), argument)) return std::nullopt;
    return Update{root->op == ScalarOp::Fma ? ScalarOp::Add : root->op, number};
  }
  return std::nullopt;
}

std::optional<ScalarOp> reductionOp(const Store &store) {
  if (!store.reduce) {
    const auto update = asUpdate(store);
    return update ? std::optional(update->op) : std::nullopt;
  }
  const auto readsTarget = [&](const Access &operand) { return operand.buffer == store.target.buffer; };
  return std::any_of(store.operands.begin(), store.operands.end(), readsTarget) ? std::nullopt : store.reduce;
}

Store foldLanes(const Store &store, const Update &update) {
  const Apply &root = std::get<Apply>(store.value.root().kind);
  scalar::ExprBuilder builder;
  const auto leaf = [&](const scalar::Node &node) {
    return builder.operand(std::get<Operand>(node.kind).index, node.type);
  };
  const auto part = [&](std::size_t argument) {
    return builder.splice(upTo(store.value, root.arguments[argument]), leaf);
  };
  const auto isAccumulated = [&](std::size_t argument) {
    const Operand *operand = std::get_if<Operand>(&store.value[root.arguments[argument]].kind);
    return operand && operand->index == update.accumulated;
  };
  const NodeId addend =
      root.op == ScalarOp::Fma ? builder.apply(ScalarOp::Mul, {part(0), part(1)}) : part(isAccumulated(0) ? 1 : 0);
  Store result = store;
  result.value = builder.take(addend);
  result.reduce = update.op;
  dropUnusedOperands(result);
  return result;
}

Store combine(ScalarOp op, DType type, const Access &target, const Access &source) {
  scalar::ExprBuilder builder;
  const NodeId sum = builder.apply(op, {builder.operand(0, type), builder.operand(1, type)});
  return {target, {target, source}, builder.take(sum)};
}

Store initialise(ScalarOp op, DType type, const Access &target) {
  scalar::ExprBuilder builder;
  return {target, {}, builder.take(builder.literal(identity(op, type)))};
}

} // namespace einjit::loop
