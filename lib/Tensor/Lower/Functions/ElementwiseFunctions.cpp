// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of each element that are one scalar operation: one table. Those that can be said in others are in the
// prelude.
#include "Tensor/Lower/Functions/CallReader.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

using TypeRule = DType (*)(DType);

DType sameType(DType type) { return type; }
/// NumPy's: the least floating-point type that holds all the integers.
DType floatingType(DType type) {
  if (isFloat(type) || isComplex(type)) return type;
  return byteSize(type) == 1 ? DType::F16 : DType::F64;
}
DType boolType(DType) { return DType::Bool; }
/// Bools have no bounds; as numbers they are 0 and 1.
DType numberType(DType type) { return type == DType::Bool ? DType::I8 : type; }

struct Operands {
  std::vector<ExprValue> values;
  std::vector<SourceRange> ranges;
};

std::optional<Operands> readOperands(CallReader &reader, std::size_t count) {
  if (!reader.arity(count, count) || !reader.noKeywordsLeft()) return std::nullopt;
  Operands operands;
  for (std::size_t i = 0; i < count; ++i) {
    const MaybeValue operand = reader.value(i);
    if (!operand) return std::nullopt;
    operands.values.push_back(*operand);
    operands.ranges.push_back(reader.call.positional[i].range);
  }
  return operands;
}

bool isTensor(const ExprValue &value) { return std::holds_alternative<ValueId>(value); }

/// `op` on operands brought to `type`; of bools, which no minimum is of, `onBools`.
MaybeValue apply(CallReader &reader, ScalarOp op, DType type, Operands operands) {
  if (!reader.lowering.applies(op, type, reader.call.function, operands.values, operands.ranges)) return std::nullopt;
  if (std::none_of(operands.values.begin(), operands.values.end(), isTensor))
    operands.values.back() = reader.lowering.materialize(std::get<Weak>(operands.values.back()));
  return reader.lowering.elementwise(op, type, operands.values, operands.ranges);
}

/// A function whose operands are brought to one type, by `Type` of their common one.
template <ScalarOp Op, TypeRule Type> MaybeValue elementwise(CallReader &reader) {
  auto operands = readOperands(reader, arity(Op));
  if (!operands) return std::nullopt;
  const DType type = Type(reader.lowering.commonType(operands->values));
  return apply(reader, Op, type, std::move(*operands));
}

/// Of bools the minimum is and, the maximum or.
template <ScalarOp Op, ScalarOp OnBools> MaybeValue elementwiseOrLogic(CallReader &reader) {
  auto operands = readOperands(reader, arity(Op));
  if (!operands) return std::nullopt;
  const DType type = reader.lowering.commonType(operands->values);
  return apply(reader, type == DType::Bool ? OnBools : Op, type, std::move(*operands));
}

/// An operator under its name.
template <ast::BinaryOp Op> MaybeValue binaryOperator(CallReader &reader) {
  const auto operands = readOperands(reader, 2);
  if (!operands) return std::nullopt;
  return reader.lowering.binary(Op, operands->values[0], operands->ranges[0], operands->values[1], operands->ranges[1]);
}

MaybeValue power(CallReader &reader) {
  const auto operands = readOperands(reader, 2);
  if (!operands) return std::nullopt;
  return reader.lowering.power(operands->values[0], operands->ranges[0], operands->values[1], operands->ranges[1]);
}

MaybeValue negative(CallReader &reader) {
  const auto operands = readOperands(reader, 1);
  return operands ? reader.lowering.negate(operands->values[0], operands->ranges[0]) : std::nullopt;
}

MaybeValue bitwiseNot(CallReader &reader) {
  const auto operands = readOperands(reader, 1);
  return operands ? reader.lowering.invert(operands->values[0], operands->ranges[0]) : std::nullopt;
}

/// An integer and a bool have no absolute value to compute, and are whole already.
MaybeValue absolute(CallReader &reader) {
  auto operands = readOperands(reader, 1);
  if (!operands) return std::nullopt;
  const DType type = reader.lowering.commonType(operands->values);
  if (type == DType::Bool) return operands->values[0];
  return apply(reader, ScalarOp::Abs, type, std::move(*operands));
}
MaybeValue round(CallReader &reader) {
  auto operands = readOperands(reader, 1);
  if (!operands) return std::nullopt;
  const DType type = reader.lowering.commonType(operands->values);
  if (isInteger(type)) return operands->values[0];
  return apply(reader, ScalarOp::Round, floatingType(type), std::move(*operands));
}

/// where(condition, a, b): the condition may be of any type; what is not 0 is true.
MaybeValue where(CallReader &reader) {
  auto operands = readOperands(reader, 3);
  if (!operands) return std::nullopt;
  const DType type = reader.lowering.commonType({operands->values[1], operands->values[2]});
  return apply(reader, ScalarOp::Select, type, std::move(*operands));
}

/// `value` brought to one side of a bound that may be missing.
template <ScalarOp Op> MaybeValue bounded(CallReader &reader, const ExprValue &value, const ast::Expr *bound) {
  if (!bound) return value;
  const MaybeValue limit = reader.lowering.evaluate(*bound);
  if (!limit) return std::nullopt;
  return apply(reader, Op, numberType(reader.lowering.commonType({value, *limit})),
               {{value, *limit}, {reader.call.positional[0].range, bound->range}});
}

/// clip(x, min, max): minimum(maximum(x, min), max).
MaybeValue clip(CallReader &reader) {
  if (!reader.arity(1, 3)) return std::nullopt;
  const MaybeValue value = reader.value(0);
  const ast::Expr *least = reader.find(1, {"min", "a_min"}), *most = reader.find(2, {"max", "a_max"});
  if (!reader.noKeywordsLeft() || !value) return std::nullopt;
  const MaybeValue above = bounded<ScalarOp::Max>(reader, *value, least);
  return above ? bounded<ScalarOp::Min>(reader, *above, most) : std::nullopt;
}

constexpr FunctionEntry functions[] = {
    {"clip", clip},
    {"clamp", clip},
    {"where", where},
    {"minimum", elementwiseOrLogic<ScalarOp::Min, ScalarOp::And>},
    {"maximum", elementwiseOrLogic<ScalarOp::Max, ScalarOp::Or>},
    {"abs", absolute},
    {"absolute", absolute},
    {"sign", sign},
    {"isnan", isNan},
    {"isinf", isInf},
    {"isfinite", isFinite},
    {"sqrt", elementwise<ScalarOp::Sqrt, floatingType>},
    {"floor", elementwise<ScalarOp::Floor, floatingType>},
    {"ceil", elementwise<ScalarOp::Ceil, floatingType>},
    {"trunc", elementwise<ScalarOp::Trunc, floatingType>},
    {"rint", elementwise<ScalarOp::Round, floatingType>},
    {"round", round},
    {"exp", elementwise<ScalarOp::Exp, floatingType>},
    {"exp2", elementwise<ScalarOp::Exp2, floatingType>},
    {"expm1", elementwise<ScalarOp::Expm1, floatingType>},
    {"log", elementwise<ScalarOp::Log, floatingType>},
    {"log2", elementwise<ScalarOp::Log2, floatingType>},
    {"log1p", elementwise<ScalarOp::Log1p, floatingType>},
    {"sin", elementwise<ScalarOp::Sin, floatingType>},
    {"cos", elementwise<ScalarOp::Cos, floatingType>},
    {"tan", elementwise<ScalarOp::Tan, floatingType>},
    {"asin", elementwise<ScalarOp::Asin, floatingType>},
    {"acos", elementwise<ScalarOp::Acos, floatingType>},
    {"atan", elementwise<ScalarOp::Atan, floatingType>},
    {"atan2", elementwise<ScalarOp::Atan2, floatingType>},
    {"sinh", elementwise<ScalarOp::Sinh, floatingType>},
    {"cosh", elementwise<ScalarOp::Cosh, floatingType>},
    {"tanh", elementwise<ScalarOp::Tanh, floatingType>},
    {"erf", elementwise<ScalarOp::Erf, floatingType>},
    {"arcsin", elementwise<ScalarOp::Asin, floatingType>},
    {"arccos", elementwise<ScalarOp::Acos, floatingType>},
    {"arctan", elementwise<ScalarOp::Atan, floatingType>},
    {"arctan2", elementwise<ScalarOp::Atan2, floatingType>},
    {"pow", power},
    {"power", power},
    {"negative", negative},
    {"neg", negative},
    {"floor_divide", binaryOperator<ast::BinaryOp::FloorDiv>},
    {"remainder", binaryOperator<ast::BinaryOp::Mod>},
    {"mod", binaryOperator<ast::BinaryOp::Mod>},
    {"equal", binaryOperator<ast::BinaryOp::Eq>},
    {"not_equal", binaryOperator<ast::BinaryOp::Ne>},
    {"less", binaryOperator<ast::BinaryOp::Lt>},
    {"less_equal", binaryOperator<ast::BinaryOp::Le>},
    {"greater", binaryOperator<ast::BinaryOp::Gt>},
    {"greater_equal", binaryOperator<ast::BinaryOp::Ge>},
    {"bitwise_and", binaryOperator<ast::BinaryOp::And>},
    {"bitwise_or", binaryOperator<ast::BinaryOp::Or>},
    {"bitwise_xor", elementwise<ScalarOp::Xor, sameType>},
    {"bitwise_not", bitwiseNot},
    {"logical_and", elementwise<ScalarOp::And, boolType>},
    {"logical_or", elementwise<ScalarOp::Or, boolType>},
    {"logical_xor", elementwise<ScalarOp::Xor, boolType>},
    {"logical_not", elementwise<ScalarOp::Not, boolType>},
};

} // namespace

std::span<const FunctionEntry> elementwiseFunctions() { return functions; }

} // namespace einjit::tensor
