// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/Functions/CallReader.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

/// The axes that `dim=`/`axis=` names, ascending; all of them if it is left out.
std::optional<std::vector<std::size_t>> reductionAxes(CallReader &reader, std::size_t rank, std::size_t position) {
  std::vector<std::size_t> axes;
  const ast::Expr *given = reader.find(position, {"dim", "axis"});
  if (!given) {
    for (std::size_t axis = 0; axis < rank; ++axis) axes.push_back(axis);
    return axes;
  }
  const auto integers = reader.integers(*given, "an axis");
  if (!integers) return std::nullopt;
  auto resolved = reader.axes(*integers, rank, given->range);
  if (resolved) std::sort(resolved->begin(), resolved->end());
  return resolved;
}

} // namespace

std::optional<Folding> readFolding(CallReader &reader, std::size_t dimPosition) {
  if (!reader.arity(1, dimPosition + 2)) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  const Shape shape = reader.type(*operand).shape;
  const auto axes = reductionAxes(reader, shape.size(), dimPosition);
  const auto keep = reader.flag(dimPosition + 1, {"keepdim", "keepdims"});
  if (!axes || !keep || !reader.noKeywordsLeft()) return std::nullopt;
  std::int64_t count = 1; // the product of some extents of a type whose element count fits
  for (std::size_t axis : *axes) count *= shape[axis];
  return Folding{*operand, *axes, *keep, count};
}

MaybeValue reduction(CallReader &reader, ScalarOp op, DType (*type)(DType), bool mean) {
  const auto folding = readFolding(reader);
  if (!folding) return std::nullopt;
  const auto &[operand, axes, keep, count] = *folding;
  if (count == 0 && (op == ScalarOp::Min || op == ScalarOp::Max))
    return reader.fail(DiagnosticKind::EmptyReduction,
                       fmt::format("'{}' of no elements has no value", reader.call.function));

  const DType dtype = type(reader.type(operand).dtype);
  if (dtype == DType::Bool && (op == ScalarOp::Min || op == ScalarOp::Max))
    op = op == ScalarOp::Min ? ScalarOp::And : ScalarOp::Or;
  if (!canReduce(op, computeType(dtype)))
    return reader.fail(DiagnosticKind::TypeMismatch,
                       fmt::format("'{}' does not apply to {}", reader.call.function, name(dtype)),
                       "complex numbers have no order; take a part of them, as in `real(x)` or `abs(x)`");
  Builder &builder = reader.lowering.builder;
  if (!mean) return builder.reduce(op, builder.cast(operand, dtype), axes, keep);
  // The sum is not rounded, which f16 might not even hold.
  const ValueId sum = builder.reduce(op, builder.cast(operand, computeType(dtype)), axes, keep);
  const Scalar divisor = convert(static_cast<double>(count), computeType(dtype));
  return builder.cast(builder.map(ScalarOp::Div, {sum, divisor}), dtype);
}

} // namespace einjit::tensor
