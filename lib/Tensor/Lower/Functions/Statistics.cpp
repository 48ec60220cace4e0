// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions that take more than one fold.
#include "Tensor/Lower/Functions/CallReader.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace einjit::tensor {
namespace {

/// The type to compute in: a float of at least 32 bits; integers as f64.
DType workingType(DType type) {
  if (type == DType::F16 || type == DType::BF16) return DType::F32;
  return isFloat(type) ? type : DType::F64;
}
DType resultTypeOf(DType type) { return isFloat(type) ? type : DType::F64; }

/// A folding whose operand is cast to what is computed in, and the type of the result.
struct Work {
  Folding folding;
  DType type, resultType;
};

std::optional<Work> readWork(CallReader &reader, std::size_t dimPosition = 1) {
  auto folding = readFolding(reader, dimPosition);
  if (!folding) return std::nullopt;
  const DType given = reader.type(folding->operand).dtype;
  if (isComplex(given))
    return reader.fail(DiagnosticKind::TypeMismatch,
                       fmt::format("'{}' needs real numbers, not {}", reader.call.function, name(given)));
  folding->operand = reader.lowering.builder.cast(folding->operand, workingType(given));
  return Work{*std::move(folding), workingType(given), resultTypeOf(given)};
}

ValueId fold(Builder &builder, ScalarOp op, ValueId value, const Folding &folding) {
  return builder.reduce(op, value, folding.axes, folding.keep);
}

/// The value without these axes, which have extent 1.
ValueId dropAxes(Builder &builder, ValueId value, const std::vector<std::size_t> &axes) {
  Shape shape;
  for (std::size_t axis = 0; axis < builder.type(value).rank(); ++axis)
    if (std::ranges::find(axes, axis) == axes.end()) shape.push_back(builder.type(value).shape[axis]);
  return builder.reshape(value, shape);
}

/// How many less than n the squares are divided by: `ddof=`/`correction=`, 0 as in NumPy; `unbiased=` says 1 or 0.
std::optional<double> correction(CallReader &reader) {
  const ast::Expr *given = reader.find(SIZE_MAX, {"ddof", "correction"});
  const auto unbiased = reader.flag(SIZE_MAX, {"unbiased"});
  if (!unbiased) return std::nullopt;
  if (!given) return *unbiased ? 1.0 : 0.0;
  const auto integer = reader.lowering.evaluateInteger(*given, "'ddof'");
  return integer ? std::optional(static_cast<double>(*integer)) : std::nullopt;
}

/// mean((x - mean(x))^2), both times over the same axes: two passes, for the difference of two large sums of squares
/// would lose what matters.
MaybeValue variance(CallReader &reader, bool root) {
  const auto less = correction(reader);
  const auto work = less ? readWork(reader) : std::nullopt;
  if (!work) return std::nullopt;
  Builder &builder = reader.lowering.builder;
  const auto &[folding, type, resultType] = *work;
  auto divided = [&](ValueId sum, double by) { return builder.map(ScalarOp::Div, {sum, convert(by, type)}); };
  const auto count = static_cast<double>(folding.count);
  const ValueId mean = divided(builder.reduce(ScalarOp::Add, folding.operand, folding.axes, true), count);
  const ValueId distance = builder.map(ScalarOp::Sub, {folding.operand, mean});
  const ValueId squares = builder.map(ScalarOp::Mul, {distance, distance});
  ValueId result = divided(fold(builder, ScalarOp::Add, squares, folding), std::max(count - *less, 0.0));
  if (root) result = builder.map(ScalarOp::Sqrt, {result});
  return builder.cast(result, resultType);
}

/// The number that `ord=` says, 2 if nothing; `inf` may be written as a name or a string.
std::optional<double> orderOf(CallReader &reader, const ast::Expr *given) {
  if (!given) return 2.0;
  auto isInfinity = [](const ast::Expr &expr) {
    const auto *name = std::get_if<ast::Name>(&expr.node);
    const auto *string = std::get_if<ast::String>(&expr.node);
    return (name && (name->name == "inf" || name->name == "Inf")) || (string && string->text == "inf");
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (isInfinity(*given)) return infinity;
  const auto *unary = std::get_if<ast::Unary>(&given->node);
  const auto *string = std::get_if<ast::String>(&given->node);
  if ((unary && unary->operators == "-" && isInfinity(*unary->operand)) || (string && string->text == "-inf"))
    return -infinity;
  const MaybeValue value = reader.lowering.evaluate(*given);
  if (!value) return std::nullopt;
  const auto *weak = std::get_if<Weak>(&*value);
  const double order = weak ? std::get<double>(convert(weak->value, DType::F64)) : -1;
  if (order == 0 || order == 1 || order == 2 || std::isinf(order)) return order;
  return reader.lowering.fail(DiagnosticKind::BadArguments, "there is no norm of this order", {{given->range}},
                              "orders are 2, 1, 0, inf and -inf");
}

/// The elements, and 0 in the place of the infinite ones.
ValueId finiteOr0(Builder &builder, ValueId value, DType type) {
  const ValueId size = builder.map(ScalarOp::Abs, {value});
  const ValueId infinite = builder.map(ScalarOp::Eq, {size, convert(std::numeric_limits<double>::infinity(), type)});
  return builder.map(ScalarOp::Select, {infinite, convert(0.0, type), value});
}

ValueId normOf(Builder &builder, const Work &work, double order) {
  const ValueId x = work.folding.operand;
  if (order == 0) {
    const ValueId isElement = builder.map(ScalarOp::Ne, {x, convert(0.0, work.type)});
    return fold(builder, ScalarOp::Add, builder.cast(isElement, work.type), work.folding);
  }
  if (order == 2)
    return builder.map(ScalarOp::Sqrt,
                       {fold(builder, ScalarOp::Add, builder.map(ScalarOp::Mul, {x, x}), work.folding)});
  const ScalarOp op = order == 1 ? ScalarOp::Add : order > 0 ? ScalarOp::Max : ScalarOp::Min;
  return fold(builder, op, builder.map(ScalarOp::Abs, {x}), work.folding);
}

} // namespace

MaybeValue var(CallReader &reader) { return variance(reader, false); }
MaybeValue standardDeviation(CallReader &reader) { return variance(reader, true); }

MaybeValue norm(CallReader &reader) {
  const auto order = orderOf(reader, reader.find(1, {"ord", "p"}));
  const auto work = order ? readWork(reader, 2) : std::nullopt;
  if (!work) return std::nullopt;
  if (work->folding.count == 0 && std::isinf(*order))
    return reader.fail(DiagnosticKind::EmptyReduction, "this norm of no elements has no value");
  return reader.lowering.builder.cast(normOf(reader.lowering.builder, *work, *order), work->resultType);
}

/// With m = max x, log sum exp x = m + log sum exp (x - m), where nothing overflows. An infinite m is not taken off:
/// inf - inf is not a number, and exp(inf) and log(0) are what they have to be.
MaybeValue logsumexp(CallReader &reader) {
  const auto work = readWork(reader);
  if (!work) return std::nullopt;
  Builder &builder = reader.lowering.builder;
  const auto &[folding, type, resultType] = *work;
  const ValueId x = folding.operand;
  const ValueId most = finiteOr0(builder, builder.reduce(ScalarOp::Max, x, folding.axes, true), type);
  const ValueId powers = builder.map(ScalarOp::Exp, {builder.map(ScalarOp::Sub, {x, most})});
  const ValueId sum = builder.reduce(ScalarOp::Add, powers, folding.axes, true);
  const ValueId result =
      builder.cast(builder.map(ScalarOp::Add, {builder.map(ScalarOp::Log, {sum}), most}), resultType);
  return folding.keep ? result : dropAxes(builder, result, folding.axes);
}

} // namespace einjit::tensor
