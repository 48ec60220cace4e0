// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that make tensors of one value. Nothing of them is in memory: the value is a literal.
#include "Tensor/Lower/Functions/Creation.h"
#include "Support/ErrorOperands.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {

/// The type that `dtype=` names, NumPy's longer names included, or `otherwise`.
std::optional<DType> typeArgument(CallReader &reader, DType otherwise) {
  const ast::Expr *given = reader.find(SIZE_MAX, {"dtype"});
  if (!given) return otherwise;
  const auto *name = std::get_if<ast::Name>(&given->node);
  const auto *string = std::get_if<ast::String>(&given->node);
  const auto type = parseLongDType(name ? name->name : string ? string->text : std::string());
  if (type) return type;
  return reader.lowering.fail(DiagnosticKind::BadArguments, "this is not a type", {{given->range}},
                              "as in dtype=f32, or dtype=float32");
}

bool isLarge(CallReader &reader, const Shape &shape, DType type) {
  if (elementCount({type, shape})) return false;
  reader.lowering.fail(DiagnosticKind::TensorTooLarge,
                       fmt::format("a tensor of shape {} is too large", shapeText(shape)), {{reader.call.range}}, {},
                       {.operands = {{.type = TensorType{type, shape}, .range = reader.call.range}}});
  return true;
}

/// A shape of extents that are not negative, given as a list or one by one up to the last argument.
std::optional<Shape> shapeArgument(CallReader &reader, std::optional<std::vector<std::int64_t>> sizes) {
  if (const ast::Expr *keyword = reader.find(SIZE_MAX, {"shape", "size"})) sizes = reader.integers(*keyword, "a size");
  if (!sizes) return std::nullopt;
  const auto negative = std::ranges::find_if(*sizes, [](std::int64_t size) { return size < 0; });
  if (negative != sizes->end())
    return reader.fail(DiagnosticKind::BadShape, fmt::format("the shape {} has a negative size", shapeText(*sizes)), {},
                       {*negative});
  return sizes;
}

/// The first argument alone as a shape: a list, or one number.
std::optional<Shape> firstShape(CallReader &reader) {
  const ast::Expr *given = reader.find(0, {});
  if (!given && !reader.call.keywords.contains("shape") && !reader.call.keywords.contains("size"))
    return reader.fail(DiagnosticKind::BadArguments, fmt::format("'{}' needs a shape", reader.call.function));
  return shapeArgument(reader, given ? reader.integers(*given, "a size") : Shape{});
}

namespace {

ValueId filled(Builder &builder, const Shape &shape, const Scalar &value) {
  scalar::ExprBuilder body;
  return builder.generic({numberedIterators(shape), {}, {}, body.take(body.literal(value))});
}

/// A tensor of one value; of the value's own type unless `dtype=` says another.
MaybeValue filledWith(CallReader &reader, const Shape &shape, const ExprValue &value, std::optional<DType> like) {
  Builder &builder = reader.lowering.builder;
  const auto *weak = std::get_if<Weak>(&value);
  const ValueId scalar = weak ? reader.lowering.materialize(*weak) : std::get<ValueId>(value);
  const auto type = typeArgument(reader, like.value_or(reader.type(scalar).dtype));
  if (!type || !reader.noKeywordsLeft() || isLarge(reader, shape, *type)) return std::nullopt;
  if (!reader.canBecome(reader.type(scalar).dtype, *type)) return std::nullopt;
  if (weak) return filled(builder, shape, convert(weak->value, *type));
  if (reader.type(scalar).rank() != 0)
    return reader.lowering.fail(DiagnosticKind::RankMismatch, "a tensor is filled with one number",
                                {{reader.call.range}}, "use `expand` to repeat a tensor along new axes",
                                ranksDisagree({.type = reader.type(scalar)}, 0));
  return builder.view(builder.cast(scalar, *type), shape, {});
}

MaybeValue filledWith(CallReader &reader, double value) {
  const auto shape = shapeArgument(reader, reader.integersFrom(0, "a size"));
  return shape ? filledWith(reader, *shape, Weak{value}, reader.lowering.options.defaultFloat) : std::nullopt;
}

/// The shape and type of the first argument.
std::optional<TensorType> typeOfFirst(CallReader &reader, std::size_t arguments) {
  if (!reader.arity(arguments, arguments)) return std::nullopt;
  const auto like = reader.tensor(0);
  return like ? std::optional(reader.type(*like)) : std::nullopt;
}

MaybeValue likeFirst(CallReader &reader, double value) {
  const auto type = typeOfFirst(reader, 1);
  return type ? filledWith(reader, type->shape, Weak{value}, type->dtype) : std::nullopt;
}

} // namespace

MaybeValue zeros(CallReader &reader) { return filledWith(reader, 0); }
MaybeValue ones(CallReader &reader) { return filledWith(reader, 1); }
MaybeValue zerosLikeFirst(CallReader &reader) { return likeFirst(reader, 0); }
MaybeValue onesLikeFirst(CallReader &reader) { return likeFirst(reader, 1); }

MaybeValue full(CallReader &reader) {
  if (!reader.arity(0, 2)) return std::nullopt;
  const ast::Expr *given = reader.find(1, {"value", "fill_value"});
  if (!given) return reader.fail(DiagnosticKind::BadArguments, "'full' needs a shape and a value");
  const auto shape = firstShape(reader);
  const auto value = reader.lowering.evaluate(*given);
  return shape && value ? filledWith(reader, *shape, *value, std::nullopt) : std::nullopt;
}

MaybeValue fullLikeFirst(CallReader &reader) {
  const auto type = typeOfFirst(reader, 2);
  const auto value = type ? reader.value(1) : std::nullopt;
  return value ? filledWith(reader, type->shape, *value, type->dtype) : std::nullopt;
}

} // namespace einjit::tensor
