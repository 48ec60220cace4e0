// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>
#include <numeric>

namespace einjit::tensor {

Access remap(const Access &access, const std::function<Affine(std::uint32_t)> &map) {
  Access result{access.value, {}};
  for (const Affine &index : access.indices) result.indices.push_back(substituteAll(index, map));
  return result;
}

FreshNames::FreshNames(const Kernel &kernel) {
  for (const Value &value : kernel.values) taken_.insert(value.name);
}

std::string FreshNames::next() {
  while (taken_.contains(std::to_string(number_))) ++number_;
  return std::to_string(number_++);
}

AxisOrder numbered(std::size_t count) {
  AxisOrder order(count);
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  return order;
}

Generic withParallelOrder(Generic op, const AxisOrder &order) {
  AxisOrder newNumber = numbered(op.iteratorCount());
  for (std::uint32_t place = 0; place < order.size(); ++place) newNumber[order[place]] = place;
  op.parallel = inOrder(op.parallel, order);
  if (op.reduction && op.reduction->along) op.reduction->along = newNumber[*op.reduction->along];
  for (Access &operand : op.operands)
    operand = remap(operand, [&](std::uint32_t iterator) { return Affine::variable(newNumber[iterator]); });
  return op;
}

std::size_t OperandList::add(const Access &access) {
  const auto known = std::find(accesses_.begin(), accesses_.end(), access);
  const auto index = static_cast<std::size_t>(known - accesses_.begin());
  if (known == accesses_.end()) accesses_.push_back(access);
  return index;
}

namespace {

/// Rebuilds body and epilogue of `op`; `leaf` makes the node for one of its operands.
Generic rebuild(const Generic &op,
                const std::function<scalar::NodeId(scalar::ExprBuilder &, OperandList &, std::size_t)> &leaf) {
  Generic result{op.parallel, op.reduction, {}, {}};
  OperandList operands;
  auto rebuildExpr = [&](const scalar::Expr &expr) {
    scalar::ExprBuilder builder;
    return builder.take(builder.splice(expr, [&](const scalar::Node &node) {
      const auto *operand = std::get_if<scalar::Operand>(&node.kind);
      return operand ? leaf(builder, operands, operand->index) : builder.accumulator(node.type);
    }));
  };
  result.body = rebuildExpr(op.body);
  if (op.reduction && op.reduction->epilogue) result.reduction->epilogue = rebuildExpr(*op.reduction->epilogue);
  result.operands = std::move(operands).take();
  return result;
}

DType operandType(const Generic &op, std::size_t number) {
  auto typeIn = [&](const scalar::Expr &expr) -> std::optional<DType> {
    for (const scalar::Node &node : expr.nodes)
      if (const auto *operand = std::get_if<scalar::Operand>(&node.kind); operand && operand->index == number)
        return node.type;
    return std::nullopt;
  };
  const auto inBody = typeIn(op.body);
  return inBody ? *inBody : *typeIn(op.finalExpr());
}

} // namespace

Generic withOrderedOperands(Generic op) {
  return rebuild(op, [&](scalar::ExprBuilder &builder, OperandList &operands, std::size_t number) {
    return builder.operand(operands.add(op.operands[number]), operandType(op, number));
  });
}

Generic inlineProducer(const Generic &consumer, std::size_t number, const Generic &producer) {
  const Access &through = consumer.operands[number];
  auto toConsumer = [&](std::uint32_t iterator) { return through.indices[iterator]; };
  Generic result = rebuild(consumer, [&](scalar::ExprBuilder &builder, OperandList &operands, std::size_t operand) {
    if (operand != number)
      return builder.operand(operands.add(consumer.operands[operand]), operandType(consumer, operand));
    return builder.splice(producer.body, [&](const scalar::Node &node) {
      const std::size_t inner = std::get<scalar::Operand>(node.kind).index;
      return builder.operand(operands.add(remap(producer.operands[inner], toConsumer)), node.type);
    });
  });
  return withOrderedOperands(std::move(result));
}

std::vector<std::size_t> countUses(const Kernel &kernel) {
  std::vector<std::size_t> uses(kernel.values.size(), 0);
  for (const Value &value : kernel.values)
    for (ValueId read : reads(value)) ++uses[read.index()];
  for (ValueId result : kernel.results) ++uses[result.index()];
  return uses;
}

Kernel compact(Kernel kernel, const std::vector<bool> &keep, const std::vector<ValueId> &replacement) {
  std::vector<ValueId> newId(kernel.values.size());
  std::vector<Value> kept;
  for (std::size_t i = 0; i < kernel.values.size(); ++i) {
    if (!keep[i]) continue;
    newId[i] = ValueId(kept.size());
    kept.push_back(std::move(kernel.values[i]));
  }
  auto follow = [&](ValueId id) { return newId[replacement[id.index()].index()]; };
  for (Value &value : kept) renumberReads(value, follow);
  for (ValueId &result : kernel.results) result = follow(result);
  kernel.values = std::move(kept);
  return kernel;
}

} // namespace einjit::tensor
