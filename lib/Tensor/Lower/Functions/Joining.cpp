// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that put several tensors side by side.
#include "Support/Checked.h"
#include "Support/ErrorOperands.h"
#include "Tensor/Lower/Disagreement.h"
#include "Tensor/Lower/Functions/CallReader.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

constexpr std::size_t maxParts = 1024;

/// The tensors to join, all of one type, and what each was before.
struct Joined {
  std::vector<ValueId> parts;
  std::vector<ErrorOperand> operands;
};

std::optional<Joined> joinedTensors(CallReader &reader) {
  const ast::Expr *first = reader.find(0, {});
  const auto *list = first ? std::get_if<ast::List>(&first->node) : nullptr;
  if (!list || list->items.empty())
    return reader.fail(DiagnosticKind::BadArguments, fmt::format("'{}' needs a list of tensors", reader.call.function),
                       fmt::format("as in {}([x, y], dim=0)", reader.call.function));
  if (list->items.size() > maxParts)
    return reader.fail(DiagnosticKind::TooManyOperands,
                       fmt::format("{} tensors; at most {} can be joined", list->items.size(), maxParts), {},
                       countsDisagree({list->items.size(), maxParts}).sizes);
  Joined joined;
  std::vector<ExprValue> values;
  for (const ast::Expr &item : list->items) {
    const MaybeValue value = reader.lowering.evaluate(item);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  const DType dtype = reader.lowering.commonType(values);
  for (const ExprValue &value : values) {
    const auto *id = std::get_if<ValueId>(&value);
    const ValueId part = id ? *id : reader.lowering.materialize(std::get<Weak>(value));
    joined.operands.push_back(reader.lowering.errorOperand(part, list->items[joined.parts.size()].range));
    joined.parts.push_back(reader.lowering.builder.cast(part, dtype));
  }
  return joined;
}

/// Whether all parts have the first one's extents along all axes but `skipped`; records which has not.
bool fitTogether(CallReader &reader, const Joined &joined, std::optional<std::size_t> skipped) {
  const Shape &first = reader.type(joined.parts.front()).shape;
  for (std::size_t i = 1; i < joined.parts.size(); ++i) {
    const Shape &shape = reader.type(joined.parts[i]).shape;
    ErrorOperand a = joined.operands.front(), b = joined.operands[i];
    auto complain = [&](DiagnosticKind kind, std::string message, std::string help) {
      reader.lowering.record(shapesDisagree(kind, std::move(message), std::move(a), std::move(b), std::move(help)));
      return false;
    };
    if (shape.size() != first.size())
      return complain(DiagnosticKind::RankMismatch,
                      fmt::format("part {} of '{}' has {} axes, part 0 has {}", i, reader.call.function, shape.size(),
                                  first.size()),
                      "all parts need the same number of axes");
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      if (axis == skipped || shape[axis] == first[axis]) continue;
      a.axis = b.axis = axis;
      return complain(DiagnosticKind::BadShape,
                      fmt::format("part {} of '{}' has size {} along axis {}, part 0 has {}", i, reader.call.function,
                                  shape[axis], axis, first[axis]),
                      skipped ? fmt::format("sizes may differ along axis {} only", *skipped)
                              : "all parts need the same shape");
    }
  }
  return true;
}

std::optional<std::size_t> axisAmong(CallReader &reader, std::size_t rank) {
  const ast::Expr *given = reader.find(1, {"dim", "axis"});
  if (!reader.noKeywordsLeft()) return std::nullopt;
  const auto axis = given ? reader.lowering.evaluateInteger(*given, "an axis") : std::int64_t{0};
  return axis ? reader.axis(*axis, rank, given ? given->range : reader.call.range) : std::nullopt;
}

} // namespace

MaybeValue concat(CallReader &reader) {
  if (!reader.arity(1, 2)) return std::nullopt;
  const auto joined = joinedTensors(reader);
  if (!joined) return std::nullopt;
  const auto axis = axisAmong(reader, reader.type(joined->parts.front()).rank());
  if (!axis || !fitTogether(reader, *joined, *axis)) return std::nullopt;
  std::optional<std::int64_t> extent = 0;
  for (ValueId part : joined->parts) extent = extent ? checkedAdd(*extent, reader.type(part).shape[*axis]) : extent;
  if (!extent) return reader.fail(DiagnosticKind::TensorTooLarge, "the joined tensor is too large");
  return reader.lowering.builder.concat(joined->parts, *axis);
}

MaybeValue stack(CallReader &reader) {
  if (!reader.arity(1, 2)) return std::nullopt;
  const auto joined = joinedTensors(reader);
  if (!joined) return std::nullopt;
  const auto axis = axisAmong(reader, reader.type(joined->parts.front()).rank() + 1);
  if (!axis || !fitTogether(reader, *joined, std::nullopt)) return std::nullopt;
  return reader.lowering.builder.stack(joined->parts, *axis);
}

} // namespace einjit::tensor
