// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions whose results are views: they change only access maps.
#include "Support/ErrorOperands.h"
#include "Tensor/Lower/Functions/Creation.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {

MaybeValue transpose(CallReader &reader) {
  if (!reader.arity(1, SIZE_MAX)) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  const std::size_t rank = reader.type(*operand).rank();
  auto given = reader.integersFrom(1, "an axis");
  if (const ast::Expr *keyword = reader.find(SIZE_MAX, {"dims", "axes"})) given = reader.integers(*keyword, "an axis");
  if (!given || !reader.noKeywordsLeft()) return std::nullopt;
  std::vector<std::size_t> order;
  for (std::size_t axis = 0; axis < rank; ++axis) order.push_back(rank - 1 - axis);
  if (!given->empty()) {
    const auto axes = reader.axes(*given, rank, reader.call.range);
    if (!axes) return std::nullopt;
    if (reader.call.function == "transpose" && axes->size() == 2) { // two axes are swapped, as PyTorch does
      std::reverse(order.begin(), order.end());
      std::swap(order[(*axes)[0]], order[(*axes)[1]]);
    } else if (axes->size() != rank) {
      return reader.fail(DiagnosticKind::BadArguments,
                         fmt::format("{} axes are named, but the tensor has {}", axes->size(), rank));
    } else {
      order = *axes;
    }
  }
  return reader.lowering.permute(*operand, order);
}

MaybeValue unsqueeze(CallReader &reader) {
  if (!reader.arity(1, 2)) return std::nullopt;
  const auto operand = reader.tensor(0);
  const ast::Expr *where = reader.find(1, {"dim", "axis"});
  if (!operand || !reader.noKeywordsLeft()) return std::nullopt;
  if (!where) return reader.fail(DiagnosticKind::BadArguments, "'unsqueeze' needs the place of the new axis");
  const auto given = reader.lowering.evaluateInteger(*where, "an axis");
  if (!given) return std::nullopt;
  Shape shape = reader.type(*operand).shape;
  const auto axis = reader.axis(*given, shape.size() + 1, where->range);
  if (!axis) return std::nullopt;
  std::vector<Affine> indices;
  for (std::size_t i = 0; i < shape.size(); ++i)
    indices.push_back(Affine::variable(static_cast<std::uint32_t>(i < *axis ? i : i + 1)));
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(*axis), 1);
  return reader.lowering.builder.view(*operand, shape, std::move(indices));
}

MaybeValue squeeze(CallReader &reader) {
  if (!reader.arity(1, 2)) return std::nullopt;
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  const Shape &from = reader.type(*operand).shape;
  const ast::Expr *where = reader.find(1, {"dim", "axis"});
  if (!reader.noKeywordsLeft()) return std::nullopt;
  std::vector<bool> dropped(from.size());
  for (std::size_t axis = 0; axis < from.size(); ++axis) dropped[axis] = !where && from[axis] == 1;
  if (where) {
    const auto given = reader.integers(*where, "an axis");
    const auto axes = given ? reader.axes(*given, from.size(), where->range) : std::nullopt;
    if (!axes) return std::nullopt;
    for (std::size_t axis : *axes) {
      dropped[axis] = true;
      if (from[axis] != 1)
        return reader.lowering.fail(
            DiagnosticKind::BadShape,
            fmt::format("axis {} has size {}; only axes of size 1 can be squeezed", axis, from[axis]),
            {{where->range, shapeText(from)}}, {}, {{}, reader.concerned(axis), {from[axis], 1}});
    }
  }
  Shape shape;
  std::vector<Affine> indices;
  for (std::size_t axis = 0; axis < from.size(); ++axis) {
    indices.push_back(dropped[axis] ? Affine::number(0) : Affine::variable(static_cast<std::uint32_t>(shape.size())));
    if (!dropped[axis]) shape.push_back(from[axis]);
  }
  return reader.lowering.builder.view(*operand, shape, std::move(indices));
}

MaybeValue expand(CallReader &reader) {
  if (!reader.arity(1, SIZE_MAX)) return std::nullopt;
  const auto operand = reader.tensor(0);
  auto given = reader.integersFrom(1, "a size");
  if (const ast::Expr *keyword = reader.find(SIZE_MAX, {"shape", "size"})) given = reader.integers(*keyword, "a size");
  if (!operand || !given || !reader.noKeywordsLeft()) return std::nullopt;
  const Shape from = reader.type(*operand).shape;
  if (given->size() < from.size())
    return reader.fail(DiagnosticKind::BadShape,
                       fmt::format("{} sizes for a tensor of {} axes", given->size(), from.size()), {},
                       countsDisagree({from.size(), given->size()}).sizes);
  const std::size_t shift = given->size() - from.size();
  Shape shape = *given;
  std::vector<Affine> indices;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const std::int64_t own = axis < shift ? 1 : from[axis - shift];
    if (shape[axis] == -1 && axis >= shift) shape[axis] = own;
    if (shape[axis] < 0 || (own != 1 && own != shape[axis]))
      return reader.fail(DiagnosticKind::BadShape,
                         fmt::format("{} cannot be expanded to {}", shapeText(from), shapeText(*given)),
                         "only axes of size 1 can be expanded; -1 keeps a size", {own, shape[axis]},
                         axis >= shift ? std::optional(axis - shift) : std::nullopt);
    if (axis >= shift)
      indices.push_back(own == 1 ? Affine::number(0) : Affine::variable(static_cast<std::uint32_t>(axis)));
  }
  if (isLarge(reader, shape, reader.type(*operand).dtype)) return std::nullopt;
  return reader.lowering.builder.view(*operand, shape, std::move(indices));
}

} // namespace einjit::tensor
