// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of each element that say what kind of number it is.
#include "Tensor/Lower/Functions/CallReader.h"
#include <fmt/format.h>
#include <limits>

namespace einjit::tensor {
namespace {

std::optional<ValueId> onlyOperand(CallReader &reader) {
  return reader.arity(1, 1) && reader.noKeywordsLeft() ? reader.tensor(0) : std::nullopt;
}

/// `op` of the element's size and infinity; of a complex one, `join` of what it is of both parts.
ValueId againstInfinity(Builder &builder, ScalarOp op, ValueId x, ScalarOp join) {
  const DType type = builder.type(x).dtype;
  if (isComplex(type))
    return builder.map(join, {againstInfinity(builder, op, builder.map(ScalarOp::Real, {x}), join),
                              againstInfinity(builder, op, builder.map(ScalarOp::Imag, {x}), join)});
  return builder.map(op, {builder.map(ScalarOp::Abs, {x}), convert(std::numeric_limits<double>::infinity(), type)});
}

bool isWhole(DType type) { return !isFloat(type) && !isComplex(type); }

} // namespace

MaybeValue isNan(CallReader &reader) {
  const auto x = onlyOperand(reader);
  return x ? MaybeValue(reader.lowering.builder.map(ScalarOp::Ne, {*x, *x})) : std::nullopt;
}

MaybeValue isInf(CallReader &reader) {
  const auto x = onlyOperand(reader);
  if (!x) return std::nullopt;
  Builder &builder = reader.lowering.builder;
  if (isWhole(reader.type(*x).dtype)) return builder.map(ScalarOp::Ne, {*x, *x});
  return againstInfinity(builder, ScalarOp::Eq, *x, ScalarOp::Or);
}

MaybeValue isFinite(CallReader &reader) {
  const auto x = onlyOperand(reader);
  if (!x) return std::nullopt;
  Builder &builder = reader.lowering.builder;
  if (isWhole(reader.type(*x).dtype)) return builder.map(ScalarOp::Eq, {*x, *x});
  return againstInfinity(builder, ScalarOp::Lt, *x, ScalarOp::And);
}

/// 1, -1, and the 0 of +0 and -0; NaN stays what it is.
MaybeValue sign(CallReader &reader) {
  const auto x = onlyOperand(reader);
  if (!x) return std::nullopt;
  const DType type = reader.type(*x).dtype;
  if (type == DType::Bool || isComplex(type))
    return reader.fail(DiagnosticKind::TypeMismatch, fmt::format("{} has no sign", name(type)));
  Builder &builder = reader.lowering.builder;
  auto number = [&](std::int64_t value) { return convert(value, type); };
  ValueId result = *x;
  for (const auto &[op, value] : {std::pair{ScalarOp::Eq, 0}, {ScalarOp::Lt, -1}, {ScalarOp::Gt, 1}})
    result = builder.map(ScalarOp::Select, {builder.map(op, {*x, number(0)}), number(value), result});
  return result;
}

} // namespace einjit::tensor
