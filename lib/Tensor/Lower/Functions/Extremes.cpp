// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the extreme element is: argmax x = min { i | x_i = max x }. Two folds over the axes, the second of positions
// that are read from nowhere.
#include "Tensor/Lower/Functions/CallReader.h"
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

/// Whether each element is as extreme as those along its axes become. Where one is NaN the extreme is NaN, which equals
/// nothing; then those that are NaN are it.
ValueId isExtreme(Builder &builder, ScalarOp op, const Folding &folding) {
  const ValueId x = folding.operand;
  const DType type = builder.type(x).dtype;
  if (type == DType::Bool) op = op == ScalarOp::Max ? ScalarOp::Or : ScalarOp::And;
  const ValueId equal = builder.map(ScalarOp::Eq, {x, builder.reduce(op, x, folding.axes, true)});
  if (!isFloat(type)) return equal;
  return builder.map(ScalarOp::Or, {equal, builder.map(ScalarOp::Ne, {x, x})});
}

/// The row-major position of each element among those along the axes, with all other axes of extent 1.
ValueId positions(Builder &builder, const Shape &shape, const std::vector<std::size_t> &axes) {
  Shape folded, broadcast(shape.size(), 1);
  std::vector<Affine> map;
  for (std::size_t axis : axes) {
    folded.push_back(shape[axis]);
    broadcast[axis] = shape[axis];
    map.push_back(Affine::variable(static_cast<std::uint32_t>(axis)));
  }
  return builder.view(builder.iota(folded), broadcast, std::move(map));
}

} // namespace

MaybeValue extremePosition(CallReader &reader, ScalarOp op) {
  const auto folding = readFolding(reader);
  if (!folding) return std::nullopt;
  const TensorType type = reader.type(folding->operand);
  if (isComplex(type.dtype))
    return reader.fail(DiagnosticKind::TypeMismatch,
                       fmt::format("'{}' does not apply to {}", reader.call.function, name(type.dtype)),
                       "complex numbers have no order; take a part of them, as in `real(x)` or `abs(x)`");
  if (folding->count == 0)
    return reader.fail(DiagnosticKind::EmptyReduction,
                       fmt::format("'{}' of no elements has no value", reader.call.function));
  Builder &builder = reader.lowering.builder;
  const ValueId position =
      builder.map(ScalarOp::Select, {isExtreme(builder, op, *folding), positions(builder, type.shape, folding->axes),
                                     Scalar(folding->count)});
  return builder.reduce(ScalarOp::Min, position, folding->axes, folding->keep);
}

} // namespace einjit::tensor
