// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that keep every value of a fold.
#include "Tensor/Lower/Functions/CallReader.h"

namespace einjit::tensor {

MaybeValue cumulative(CallReader &reader, ScalarOp op) {
  if (!reader.arity(1, 2)) return std::nullopt;
  const auto operand = reader.tensor(0);
  const ast::Expr *given = reader.find(1, {"dim", "axis"});
  if (!operand || !reader.noKeywordsLeft()) return std::nullopt;
  Builder &builder = reader.lowering.builder;
  const TensorType type = reader.type(*operand);
  // As in NumPy, without an axis the elements run on in row-major order.
  ValueId value = given ? *operand : builder.reshape(*operand, {*elementCount(type)});
  const auto integer = given ? reader.lowering.evaluateInteger(*given, "an axis") : std::int64_t{0};
  const auto axis = integer ? reader.axis(*integer, reader.type(value).rank(), reader.call.range) : std::nullopt;
  if (!axis) return std::nullopt;
  // What computes in another type does so along the whole axis, and rounds each value once.
  const bool isShort = type.dtype == DType::F16 || type.dtype == DType::BF16;
  const DType working = isShort ? DType::F32 : type.dtype == DType::Bool ? DType::I64 : type.dtype;
  value = builder.scan(op, builder.cast(value, working), *axis);
  return builder.cast(value, isShort ? type.dtype : working);
}

} // namespace einjit::tensor
