// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/dropUnitAxes.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>

namespace einjit::tensor {
namespace {

TensorType withoutUnitAxes(const TensorType &type) {
  TensorType result{type.dtype, {}, {}};
  for (std::size_t axis = 0; axis < type.rank(); ++axis) {
    if (type.shape[axis] == 1) continue;
    result.shape.push_back(type.shape[axis]);
    if (!type.strides.empty()) result.strides.push_back(type.strides[axis]);
  }
  if (result.isRowMajor()) result.strides.clear();
  return result;
}

/// Drops an operand's indices into axes of extent 1.
void dropIndices(Access &access, const TensorType &type) {
  std::vector<Affine> kept;
  for (std::size_t axis = 0; axis < type.rank(); ++axis)
    if (type.shape[axis] != 1) kept.push_back(std::move(access.indices[axis]));
  access.indices = std::move(kept);
}

bool isUnit(const Iterator &iterator) { return iterator.extent == 1; }

/// A scan along an axis of extent 1 as the reduction that folds one value.
Generic withoutUnitScan(Generic op) {
  if (!op.reduction || !op.reduction->along || !isUnit(op.parallel[*op.reduction->along])) return op;
  op.reduction->iterators = {op.parallel[*op.reduction->along]};
  op.reduction->along.reset();
  return op;
}

/// The op without iterators of extent 1. A reduction that loses its last iterator leaves what it would have folded;
/// `exact` kernels keep that one, because a sum of -0 alone is +0.
Generic withoutUnitIterators(const Generic &op, bool exact) {
  const bool isScan = op.reduction && op.reduction->along;
  const bool losesAll = op.reduction && !isScan && std::ranges::all_of(op.reduction->iterators, isUnit);
  Generic result{{}, {}, {}, op.body};
  std::vector<Affine> replacement;
  std::vector<Iterator> reduced;
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) {
    const bool unit = isUnit(op.iterator(i)) && !(exact && losesAll && i == op.parallel.size());
    replacement.push_back(unit ? Affine::number(0) : Affine::variable(next++));
    if (!unit) (op.isReduced(i) ? reduced : result.parallel).push_back(op.iterator(i));
  }
  for (const Access &operand : op.operands)
    result.operands.push_back(remap(operand, [&](std::uint32_t iterator) { return replacement[iterator]; }));
  if (isScan) {
    result.reduction = op.reduction;
    result.reduction->along = replacement[*op.reduction->along].asVariable();
  } else if (!reduced.empty()) {
    result.reduction = Reduction{op.reduction->op, std::move(reduced), op.reduction->epilogue};
  } else if (op.reduction && op.reduction->epilogue) {
    scalar::ExprBuilder builder;
    result.body = builder.take(builder.splice(*op.reduction->epilogue, [&](const scalar::Node &node) {
      const auto *operand = std::get_if<scalar::Operand>(&node.kind);
      if (operand) return builder.operand(operand->index, node.type);
      return builder.splice(op.body, [&](const scalar::Node &leaf) {
        return builder.operand(std::get<scalar::Operand>(leaf.kind).index, leaf.type);
      });
    }));
  }
  return withOrderedOperands(std::move(result));
}

/// Whether a part adds nothing along an axis of the result that has extent 1.
bool isMissing(const Part &part, const TensorType &type, const TensorType &result) {
  for (std::size_t axis = 0; axis < result.rank(); ++axis)
    for (const Affine::Term &term : part.place[axis].terms)
      if (result.shape[axis] == 1 && type.shape[term.variable] == 0) return true;
  return false;
}

/// Drops the places along axes of extent 1 of the result, and axes of extent 1 from the parts. A part whose extent is 0
/// there goes altogether, before it has an axis more than the others.
void dropPlaces(Concat &concat, const TensorType &result, const std::vector<TensorType> &before) {
  std::erase_if(concat.parts, [&](const Part &part) { return isMissing(part, before[part.value.index()], result); });
  for (Part &part : concat.parts) {
    const TensorType &type = before[part.value.index()];
    std::vector<Affine> axes, kept;
    for (std::uint32_t next = 0; std::int64_t extent : type.shape)
      axes.push_back(extent == 1 ? Affine::number(0) : Affine::variable(next++));
    for (std::size_t axis = 0; axis < result.rank(); ++axis)
      if (result.shape[axis] != 1)
        kept.push_back(substituteAll(part.place[axis], [&](std::uint32_t variable) { return axes[variable]; }));
    part.place = std::move(kept);
  }
}

} // namespace

Kernel dropUnitAxes(Kernel kernel) {
  std::vector<TensorType> before;
  for (const Value &value : kernel.values) before.push_back(value.type);
  for (Value &value : kernel.values) {
    if (auto *concat = std::get_if<Concat>(&value.def)) dropPlaces(*concat, value.type, before);
    value.type = withoutUnitAxes(value.type);
    auto *op = std::get_if<Generic>(&value.def);
    if (!op) continue;
    for (Access &operand : op->operands) dropIndices(operand, before[operand.value.index()]);
    *op = withoutUnitIterators(withoutUnitScan(std::move(*op)), kernel.exact);
  }
  return kernel;
}

} // namespace einjit::tensor
