// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Builder.h"
#include <algorithm>

namespace einjit::tensor {
namespace {

/// How a value of `shape` is read by iterators over `result`, to which it broadcasts: aligned from the right, an axis
/// of extent 1 always at 0.
std::vector<Affine> broadcastMap(const Shape &shape, const Shape &result) {
  const std::size_t shift = result.size() - shape.size();
  std::vector<Affine> map;
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    map.push_back(shape[axis] == 1 ? Affine::number(0) : Affine::variable(static_cast<std::uint32_t>(axis + shift)));
  return map;
}

} // namespace

scalar::NodeId applyStored(scalar::ExprBuilder &builder, ScalarOp op, std::vector<scalar::NodeId> arguments) {
  const DType stored = builder.type(arguments.back());
  if (op == ScalarOp::Select || !isHalf(stored)) return builder.apply(op, std::move(arguments));
  for (scalar::NodeId &argument : arguments) argument = builder.cast(argument, computeType(builder.type(argument)));
  const auto result = builder.apply(op, std::move(arguments));
  return builder.type(result) == computeType(stored) ? builder.cast(result, stored) : result;
}

Generic withResultType(Generic op, DType type) {
  const scalar::Expr &final = op.finalExpr();
  if (final.type() == type) return op;
  scalar::ExprBuilder builder;
  if (op.reduction && !op.reduction->epilogue) {
    op.reduction->epilogue = builder.take(builder.cast(builder.accumulator(op.body.type()), type));
  } else {
    scalar::Expr converted = builder.take(builder.cast(builder.splice(final, {}), type));
    (op.reduction ? *op.reduction->epilogue : op.body) = std::move(converted);
  }
  return op;
}

std::vector<Iterator> numberedIterators(const Shape &extents) {
  std::vector<Iterator> iterators;
  for (std::int64_t extent : extents) iterators.push_back({"i" + std::to_string(iterators.size()), extent});
  return iterators;
}

std::vector<Affine> identityMap(std::size_t rank) {
  std::vector<Affine> map;
  for (std::size_t axis = 0; axis < rank; ++axis) map.push_back(Affine::variable(static_cast<std::uint32_t>(axis)));
  return map;
}

ValueId Builder::add(std::string name, TensorType type, decltype(Value::def) def) {
  if (!elementCount(type) && !tooLarge_) tooLarge_ = type;
  kernel_.values.push_back({std::move(name), std::move(type), std::move(def)});
  return ValueId(kernel_.values.size() - 1);
}

ValueId Builder::parameter(std::string name, TensorType type) {
  return add(std::move(name), std::move(type), Parameter{});
}

ValueId Builder::constant(TensorType type, std::vector<Scalar> elements) {
  return add(std::to_string(nextNumber_++), std::move(type), Constant{std::move(elements)});
}

ValueId Builder::iota(const Shape &shape) {
  const TensorType type{DType::I64, shape};
  for (std::size_t i = 0; i < kernel_.values.size(); ++i)
    if (std::holds_alternative<Iota>(kernel_.values[i].def) && kernel_.values[i].type == type) return ValueId(i);
  return add(std::to_string(nextNumber_++), type, Iota{});
}

ValueId Builder::generic(Generic op) {
  TensorType type = resultType(op);
  return add(std::to_string(nextNumber_++), std::move(type), std::move(op));
}

ValueId Builder::map(ScalarOp op, const std::vector<Operand> &operands) {
  Shape shape;
  for (const Operand &operand : operands)
    if (const auto *id = std::get_if<ValueId>(&operand)) shape = *broadcast(shape, type(*id).shape);

  Generic result{numberedIterators(shape), {}, {}, {}};
  scalar::ExprBuilder body;
  std::vector<scalar::NodeId> arguments;
  for (const Operand &operand : operands) {
    if (const auto *literal = std::get_if<Scalar>(&operand)) {
      arguments.push_back(body.literal(*literal));
      continue;
    }
    const ValueId id = std::get<ValueId>(operand);
    const Access access{id, broadcastMap(type(id).shape, shape)};
    const auto known = std::find(result.operands.begin(), result.operands.end(), access);
    const auto index = static_cast<std::size_t>(known - result.operands.begin());
    if (known == result.operands.end()) result.operands.push_back(access);
    arguments.push_back(body.operand(index, type(id).dtype));
  }
  result.body = body.take(applyStored(body, op, std::move(arguments)));
  return generic(std::move(result));
}

ValueId Builder::cast(ValueId value, DType dtype) {
  if (type(value).dtype == dtype) return value;
  scalar::ExprBuilder body;
  const auto root = body.cast(body.operand(0, type(value).dtype), dtype);
  const Shape &shape = type(value).shape;
  return generic({numberedIterators(shape), {}, {{value, identityMap(shape.size())}}, body.take(root)});
}

ValueId Builder::view(ValueId value, const Shape &shape, std::vector<Affine> indices) {
  return generic(
      {numberedIterators(shape), {}, {{value, std::move(indices)}}, scalar::identityExpr(type(value).dtype)});
}

ValueId Builder::reduce(ScalarOp op, ValueId value, const std::vector<std::size_t> &axes, bool keepAxes) {
  const Shape &shape = type(value).shape;
  auto isReduced = [&](std::size_t axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); };
  Shape kept;
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    if (!isReduced(axis) || keepAxes) kept.push_back(isReduced(axis) ? 1 : shape[axis]);

  const DType dtype = type(value).dtype;
  scalar::ExprBuilder body;
  const DType bodyType = axes.empty() ? dtype : computeType(dtype);
  Reduction reduction{op, {}, {}};
  std::vector<Affine> indices;
  std::uint32_t nextParallel = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    std::uint32_t iterator = nextParallel;
    if (isReduced(axis)) {
      iterator = static_cast<std::uint32_t>(kept.size() + reduction.iterators.size());
      reduction.iterators.push_back({"k" + std::to_string(reduction.iterators.size()), shape[axis]});
    }
    if (!isReduced(axis) || keepAxes) ++nextParallel;
    indices.push_back(Affine::variable(iterator));
  }
  Generic result{numberedIterators(kept),
                 {},
                 {{value, std::move(indices)}},
                 body.take(body.cast(body.operand(0, dtype), bodyType))};
  if (!reduction.iterators.empty()) result.reduction.emplace(std::move(reduction));
  return generic(withResultType(std::move(result), dtype));
}

ValueId Builder::scan(ScalarOp op, ValueId value, std::size_t axis) {
  const Shape &shape = type(value).shape;
  Generic result{
      numberedIterators(shape), {}, {{value, identityMap(shape.size())}}, scalar::identityExpr(type(value).dtype)};
  result.reduction = Reduction{op, {}, {}, static_cast<std::uint32_t>(axis)};
  return generic(std::move(result));
}

Kernel Builder::finish(std::vector<ValueId> results, const std::vector<ValueId> &last) && {
  // Parameters come first, wherever they were made.
  auto place = [&](std::size_t i) {
    if (!std::holds_alternative<Parameter>(kernel_.values[i].def)) return 2;
    return std::ranges::count(last, ValueId(i)) == 0 ? 0 : 1;
  };
  std::vector<ValueId> newId(kernel_.values.size(), ValueId(0));
  std::size_t next = 0;
  for (int wanted : {0, 1, 2})
    for (std::size_t i = 0; i < kernel_.values.size(); ++i)
      if (place(i) == wanted) newId[i] = ValueId(next++);
  std::vector<Value> ordered(kernel_.values.size());
  for (std::size_t i = 0; i < kernel_.values.size(); ++i) ordered[newId[i].index()] = std::move(kernel_.values[i]);
  for (Value &value : ordered) renumberReads(value, [&](ValueId id) { return newId[id.index()]; });
  kernel_.values = std::move(ordered);
  for (ValueId result : results) kernel_.results.push_back(newId[result.index()]);
  return std::move(kernel_);
}

} // namespace einjit::tensor
