// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that make tensors whose elements follow from their positions. Nothing of them is in memory.
#include "Tensor/Lower/Functions/Creation.h"
#include <cmath>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

/// A real number known while compiling: i64 or f64.
std::optional<Scalar> number(CallReader &reader, const ast::Expr &expr) {
  const MaybeValue value = reader.lowering.evaluate(expr);
  if (!value) return std::nullopt;
  const auto *weak = std::get_if<Weak>(&*value);
  if (!weak || isComplex(dtypeOfScalar(weak->value)))
    return reader.lowering.fail(DiagnosticKind::BadArguments, "this must be a real number known while compiling",
                                {{expr.range}});
  return convert(weak->value, isFloat(dtypeOfScalar(weak->value)) ? DType::F64 : DType::I64);
}

std::optional<Scalar> numberOr(CallReader &reader, const ast::Expr *expr, std::int64_t otherwise) {
  return expr ? number(reader, *expr) : Scalar(otherwise);
}

double asDouble(const Scalar &value) { return std::get<double>(convert(value, DType::F64)); }

/// `first`, `first + step`, …: `count` of them, computed in the type that both have.
ValueId sequence(Builder &builder, const Scalar &first, const Scalar &step, std::int64_t count) {
  const DType type = dtypeOfScalar(first);
  ValueId value = builder.cast(builder.iota({count}), type);
  if (asDouble(step) != 1) value = builder.map(ScalarOp::Mul, {value, step});
  return asDouble(first) == 0 ? value : builder.map(ScalarOp::Add, {value, first});
}

/// ceil((stop - start) / step), or 0 where that is less; nothing if it is no number of elements.
std::optional<std::int64_t> countOf(const Scalar &start, const Scalar &stop, const Scalar &step) {
  if (std::holds_alternative<double>(start)) {
    const double count = std::ceil((std::get<double>(stop) - std::get<double>(start)) / std::get<double>(step));
    if (!(count < 0x1p62)) return std::nullopt;
    return count > 0 ? static_cast<std::int64_t>(count) : 0;
  }
  __extension__ using Wide = __int128;
  const auto by = static_cast<Wide>(std::get<std::int64_t>(step));
  const Wide distance = static_cast<Wide>(std::get<std::int64_t>(stop)) - std::get<std::int64_t>(start);
  if ((distance > 0) != (by > 0)) return 0;
  const Wide count = (distance + by - (by > 0 ? 1 : -1)) / by;
  return count < Wide{1} << 62 ? std::optional(static_cast<std::int64_t>(count)) : std::nullopt;
}

/// start, stop, step as one type: f64 if one of them is, else i64.
struct Range {
  Scalar start, stop, step;
};
std::optional<Range> readRange(CallReader &reader) {
  const bool onlyStop = reader.call.positional.size() == 1 && !reader.call.keywords.contains("stop");
  const ast::Expr *start = onlyStop ? nullptr : reader.find(0, {"start"});
  const ast::Expr *stop = reader.find(onlyStop ? 0 : 1, {"stop", "end"});
  const ast::Expr *step = reader.find(2, {"step"});
  if (!stop) return reader.fail(DiagnosticKind::BadArguments, "'arange' needs the end of its range");
  const auto from = numberOr(reader, start, 0), to = number(reader, *stop), by = numberOr(reader, step, 1);
  if (!from || !to || !by) return std::nullopt;
  if (asDouble(*by) == 0) return reader.lowering.fail(DiagnosticKind::BadArguments, "a step is not 0", {{step->range}});
  const bool isWhole = !isFloat(dtypeOfScalar(*from)) && !isFloat(dtypeOfScalar(*to)) && !isFloat(dtypeOfScalar(*by));
  const DType type = isWhole ? DType::I64 : DType::F64;
  return Range{convert(*from, type), convert(*to, type), convert(*by, type)};
}

/// The type that `dtype=` says; bools and complex numbers are no sequence.
std::optional<DType> sequenceType(CallReader &reader, DType otherwise) {
  const auto type = typeArgument(reader, otherwise);
  if (type && (*type == DType::Bool || isComplex(*type)))
    return reader.fail(DiagnosticKind::TypeMismatch,
                       fmt::format("'{}' makes integers or floats, not {}", reader.call.function, name(*type)));
  return type;
}

} // namespace

MaybeValue arange(CallReader &reader) {
  if (!reader.arity(0, 3)) return std::nullopt;
  const auto range = readRange(reader);
  if (!range) return std::nullopt;
  const bool isWhole = dtypeOfScalar(range->start) == DType::I64;
  const auto type = sequenceType(reader, isWhole ? DType::I64 : reader.lowering.options.defaultFloat);
  if (!type || !reader.noKeywordsLeft()) return std::nullopt;
  const auto count = countOf(range->start, range->stop, range->step);
  if (!count) return reader.fail(DiagnosticKind::TensorTooLarge, "this range has too many elements");
  if (isLarge(reader, {*count}, *type)) return std::nullopt;
  Builder &builder = reader.lowering.builder;
  return builder.cast(sequence(builder, range->start, range->step, *count), *type);
}

/// start + i * (stop - start) / (n - 1), the last exactly `stop`; without an endpoint / n.
MaybeValue linspace(CallReader &reader) {
  if (!reader.arity(0, 3)) return std::nullopt;
  const ast::Expr *start = reader.find(0, {"start"}), *stop = reader.find(1, {"stop", "end"});
  const ast::Expr *num = reader.find(2, {"num", "steps"});
  if (!start || !stop) return reader.fail(DiagnosticKind::BadArguments, "'linspace' needs a start and a stop");
  const auto from = number(reader, *start), to = number(reader, *stop);
  const auto count = num ? reader.lowering.evaluateInteger(*num, "the number of elements") : std::int64_t{50};
  const auto endpoint = reader.flag(SIZE_MAX, {"endpoint"}, true);
  const auto type = sequenceType(reader, reader.lowering.options.defaultFloat);
  if (!from || !to || !count || !endpoint || !type || !reader.noKeywordsLeft()) return std::nullopt;
  if (*count < 0)
    return reader.lowering.fail(DiagnosticKind::BadShape, "a tensor cannot have fewer than no elements", {{num->range}},
                                {}, {.sizes = {*count}});
  if (isLarge(reader, {*count}, *type)) return std::nullopt;
  Builder &builder = reader.lowering.builder;
  const auto steps = static_cast<double>(*endpoint ? *count - 1 : *count);
  const double step = steps > 0 ? (asDouble(*to) - asDouble(*from)) / steps : 0;
  ValueId value = sequence(builder, asDouble(*from), step, *count);
  if (*endpoint && *count > 1) {
    const ValueId isLast = builder.map(ScalarOp::Eq, {builder.iota({*count}), Scalar(*count - 1)});
    value = builder.map(ScalarOp::Select, {isLast, Scalar(asDouble(*to)), value});
  }
  if (isInteger(*type)) value = builder.map(ScalarOp::Floor, {value});
  return builder.cast(value, *type);
}

/// Ones where the column is the row + k.
MaybeValue eye(CallReader &reader) {
  if (!reader.arity(0, 2)) return std::nullopt;
  const ast::Expr *rows = reader.find(0, {"n", "N"}), *columns = reader.find(1, {"m", "M"});
  const ast::Expr *diagonal = reader.find(SIZE_MAX, {"k"});
  if (!rows) return reader.fail(DiagnosticKind::BadArguments, "'eye' needs its number of rows");
  const auto n = reader.lowering.evaluateInteger(*rows, "a size");
  const auto m = columns ? reader.lowering.evaluateInteger(*columns, "a size") : n;
  const auto k = diagonal ? reader.lowering.evaluateInteger(*diagonal, "'k'") : std::int64_t{0};
  const auto type = typeArgument(reader, reader.lowering.options.defaultFloat);
  if (!n || !m || !k || !type || !reader.noKeywordsLeft()) return std::nullopt;
  const auto shape = shapeArgument(reader, Shape{*n, *m});
  if (!shape || isLarge(reader, *shape, *type)) return std::nullopt;
  Builder &builder = reader.lowering.builder;
  ValueId row = builder.view(builder.iota({*n}), {*n, 1}, {Affine::variable(0)});
  if (*k != 0) row = builder.map(ScalarOp::Add, {row, Scalar(*k)});
  return builder.cast(builder.map(ScalarOp::Eq, {row, builder.iota({*m})}), *type);
}

} // namespace einjit::tensor
