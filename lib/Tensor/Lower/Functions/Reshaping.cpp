// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that give the elements of a tensor another shape or order.
#include "Support/Checked.h"
#include "Tensor/Lower/Functions/CallReader.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

/// The sizes in `x.reshape(a, b)`, `reshape(x, (a, b))` or `shape=`.
std::optional<std::vector<std::int64_t>> givenSizes(CallReader &reader) {
  if (const ast::Expr *keyword = reader.find(SIZE_MAX, {"shape", "newshape", "size"}))
    return reader.integers(*keyword, "a size");
  return reader.integersFrom(1, "a size");
}

/// `sizes` with its -1 replaced by what is left of `count` elements, or nothing if they cannot hold just as many.
std::optional<Shape> completed(Shape sizes, std::int64_t count) {
  const auto open = std::find(sizes.begin(), sizes.end(), -1);
  if (open != sizes.end()) {
    *open = 1;
    const auto rest = checkedProduct(sizes);
    if (!rest || *rest <= 0 || count % *rest != 0) return std::nullopt;
    *open = count / *rest;
  }
  const bool negative = std::ranges::any_of(sizes, [](std::int64_t size) { return size < 0; });
  return !negative && checkedProduct(sizes) == count ? std::optional(std::move(sizes)) : std::nullopt;
}

std::nullopt_t sizesDoNotFit(CallReader &reader, const TensorType &type, const Shape &sizes) {
  const std::int64_t count = *elementCount(type);
  const bool open = std::ranges::count(sizes, -1) > 0;
  Shape known = sizes;
  std::erase(known, -1);
  const auto wanted = checkedProduct(known);
  return reader.fail(DiagnosticKind::BadShape,
                     fmt::format("{} has {} elements, {} {} {}", shapeText(type.shape), count, shapeText(sizes),
                                 open ? "needs a multiple of" : "has",
                                 wanted ? std::to_string(*wanted) : "more than 2^63"),
                     open ? "-1 stands for what is left, which must be a whole number"
                          : "a reshape keeps every element; -1 stands for the size that fits",
                     wanted ? Shape{count, *wanted} : Shape{});
}

std::optional<std::int64_t> integerOr(CallReader &reader, std::size_t position, const char *name,
                                      std::int64_t otherwise) {
  const ast::Expr *given = reader.find(position, {name});
  return given ? reader.lowering.evaluateInteger(*given, "an axis") : otherwise;
}

/// The axes of a list argument, resolved, in the order given.
std::optional<std::vector<std::size_t>> axesFrom(CallReader &reader, std::size_t position, std::size_t rank,
                                                 std::initializer_list<const char *> names) {
  const ast::Expr *given = reader.find(position, names);
  if (!given) return reader.fail(DiagnosticKind::BadArguments, fmt::format("'{}' needs axes", reader.call.function));
  const auto integers = reader.integers(*given, "an axis");
  return integers ? reader.axes(*integers, rank, given->range) : std::nullopt;
}

} // namespace

MaybeValue reshape(CallReader &reader) {
  if (!reader.arity(1, SIZE_MAX)) return std::nullopt;
  const auto operand = reader.tensor(0);
  const auto sizes = givenSizes(reader);
  if (!operand || !sizes || !reader.noKeywordsLeft()) return std::nullopt;
  if (std::ranges::count(*sizes, -1) > 1)
    return reader.fail(DiagnosticKind::BadShape, "only one size can be -1", "-1 stands for what the others leave");
  const TensorType type = reader.type(*operand);
  const auto shape = completed(*sizes, *elementCount(type));
  if (!shape) return sizesDoNotFit(reader, type, *sizes);
  return reader.lowering.builder.reshape(*operand, *shape);
}

MaybeValue flatten(CallReader &reader) {
  if (!reader.arity(1, 3)) return std::nullopt;
  const auto operand = reader.tensor(0);
  const auto first = integerOr(reader, 1, "start_dim", 0), last = integerOr(reader, 2, "end_dim", -1);
  if (!operand || !first || !last || !reader.noKeywordsLeft()) return std::nullopt;
  const Shape from = reader.type(*operand).shape;
  if (from.empty()) return reader.lowering.builder.reshape(*operand, {1});
  const auto begin = reader.axis(*first, from.size(), reader.call.range);
  const auto end = reader.axis(*last, from.size(), reader.call.range);
  if (!begin || !end) return std::nullopt;
  if (*begin > *end) return reader.fail(DiagnosticKind::BadArguments, "'flatten' needs start_dim before end_dim");
  Shape shape;
  for (std::size_t axis = 0; axis < from.size(); ++axis)
    if (axis > *begin && axis <= *end)
      shape.back() *= from[axis];
    else
      shape.push_back(from[axis]);
  return reader.lowering.builder.reshape(*operand, shape);
}

MaybeValue ravel(CallReader &reader) {
  if (!reader.arity(1, 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  return reader.lowering.builder.reshape(*operand, {*elementCount(reader.type(*operand))});
}

MaybeValue flip(CallReader &reader) {
  if (!reader.arity(1, SIZE_MAX)) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  const Shape shape = reader.type(*operand).shape;
  auto given = reader.integersFrom(1, "an axis");
  SourceRange range = reader.call.range;
  if (const ast::Expr *keyword = reader.find(SIZE_MAX, {"dims", "dim", "axis"})) {
    given = reader.integers(*keyword, "an axis");
    range = keyword->range;
  }
  const auto axes = given ? reader.axes(*given, shape.size(), range) : std::nullopt;
  if (!axes || !reader.noKeywordsLeft()) return std::nullopt;
  std::vector<Affine> map = identityMap(shape.size());
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    if (axes->empty() || std::ranges::count(*axes, axis) > 0)
      map[axis] = Affine::number(shape[axis] - 1) - map[axis]; // all axes if none is named
  return reader.lowering.builder.view(*operand, shape, std::move(map));
}

MaybeValue swapaxes(CallReader &reader) {
  if (!reader.arity(1, 3)) return std::nullopt;
  const auto operand = reader.tensor(0);
  const ast::Expr *first = reader.find(1, {"axis1", "dim0"}), *second = reader.find(2, {"axis2", "dim1"});
  if (!operand || !reader.noKeywordsLeft()) return std::nullopt;
  if (!first || !second)
    return reader.fail(DiagnosticKind::BadArguments, fmt::format("'{}' needs two axes", reader.call.function));
  const std::size_t rank = reader.type(*operand).rank();
  const auto a = reader.lowering.evaluateInteger(*first, "an axis");
  const auto b = reader.lowering.evaluateInteger(*second, "an axis");
  const auto x = a ? reader.axis(*a, rank, first->range) : std::nullopt;
  const auto y = b ? reader.axis(*b, rank, second->range) : std::nullopt;
  if (!x || !y) return std::nullopt;
  std::vector<std::size_t> order;
  for (std::size_t axis = 0; axis < rank; ++axis) order.push_back(axis);
  std::swap(order[*x], order[*y]);
  return reader.lowering.permute(*operand, order);
}

MaybeValue moveaxis(CallReader &reader) {
  if (!reader.arity(1, 3)) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  const std::size_t rank = reader.type(*operand).rank();
  const auto from = axesFrom(reader, 1, rank, {"source"}), to = axesFrom(reader, 2, rank, {"destination"});
  if (!from || !to || !reader.noKeywordsLeft()) return std::nullopt;
  if (from->size() != to->size())
    return reader.fail(DiagnosticKind::BadArguments,
                       fmt::format("{} axes are moved to {} places", from->size(), to->size()));
  std::vector<std::size_t> order(rank, rank); // rank: not moved to
  for (std::size_t i = 0; i < from->size(); ++i) order[(*to)[i]] = (*from)[i];
  std::size_t next = 0;
  for (std::size_t &place : order) {
    if (place != rank) continue;
    while (std::ranges::count(*from, next) > 0) ++next;
    place = next++;
  }
  return reader.lowering.permute(*operand, order);
}

} // namespace einjit::tensor
