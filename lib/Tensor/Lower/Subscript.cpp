// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Views: subscripts and permutations change nothing but access maps.
#include "Support/ErrorOperands.h"
#include "Support/Overloaded.h"
#include "Tensor/Lower/Lowering.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

/// One subscript item's effect: how many axes of the operand it takes.
std::size_t axesTaken(const ast::SubscriptItem &item) {
  return std::holds_alternative<ast::Slice>(item.item) || std::holds_alternative<ast::ExprPtr>(item.item) ? 1 : 0;
}

/// Builds the result's shape and the operand's access map, item by item.
class ViewBuilder {
public:
  ViewBuilder(Lowering &lowering, const TensorType &type, const ErrorOperand &operand)
      : lowering_(lowering), type_(type), operand_(operand) {}

  Shape shape;
  std::vector<Affine> indices;

  void keepAxis() { sliceAxis(0, 1, type_.shape[indices.size()]); }
  void newAxis() { shape.push_back(1); }

  /// Element i of the new axis is element start + step*i of the operand's next axis.
  void sliceAxis(std::int64_t start, std::int64_t step, std::int64_t count) {
    const auto axis = static_cast<std::uint32_t>(shape.size());
    indices.push_back(count <= 1 ? Affine::number(count == 1 ? start : 0)
                                 : Affine::variable(axis, step) + Affine::number(start));
    shape.push_back(count);
  }

  bool slice(const ast::Slice &slice, SourceRange range) {
    const auto taken = lowering_.sliceOf(slice, type_.shape[indices.size()], range);
    if (taken) sliceAxis(taken->start, taken->step, taken->count);
    return taken.has_value();
  }

  bool index(const ast::Expr &expr) {
    const std::int64_t extent = type_.shape[indices.size()];
    const auto at = lowering_.evaluateInteger(expr, "an index");
    operand_.axis = indices.size();
    if (!at || !isInside(lowering_, *at, extent, expr.range, operand_)) return false;
    indices.push_back(Affine::number(*at < 0 ? *at + extent : *at));
    return true;
  }

private:
  Lowering &lowering_;
  const TensorType &type_;
  ErrorOperand operand_;
};

} // namespace

bool isInside(Lowering &lowering, std::int64_t at, std::int64_t extent, SourceRange range, ErrorOperand operand) {
  if (at >= -extent && at < extent) return true;
  DiagnosticParts parts{{}, {}, {extent, at}};
  if (operand.type) parts.operands.push_back(std::move(operand));
  lowering.fail(
      DiagnosticKind::AxisOutOfRange, fmt::format("index {} is outside an axis of size {}", at, extent), {{range}},
      extent == 0 ? "the axis has no elements" : fmt::format("valid indices are {} to {}", -extent, extent - 1),
      std::move(parts));
  return false;
}

// Python's rules: bounds count from the end when negative and are clipped to the axis; a negative step walks down.
std::optional<Lowering::Taken> Lowering::sliceOf(const ast::Slice &slice, std::int64_t extent, SourceRange range) {
  auto bound = [&](const ast::ExprPtr &expr, std::int64_t otherwise) -> std::optional<std::int64_t> {
    return expr ? evaluateInteger(*expr, "a slice bound") : otherwise;
  };
  const auto step = bound(slice.step, 1);
  if (!step) return std::nullopt;
  if (*step == 0) return fail(DiagnosticKind::BadArguments, "a slice's step cannot be 0", {{range}});
  const bool down = *step < 0;
  const auto start = bound(slice.start, down ? extent - 1 : 0), stop = bound(slice.stop, down ? -1 - extent : extent);
  if (!start || !stop) return std::nullopt;
  const std::int64_t low = down ? -1 : 0, high = down ? extent - 1 : extent;
  auto clip = [&](std::int64_t at, bool given) {
    if (at < 0 && given) at = at < -extent ? low : at + extent;
    return std::clamp(at, low, high);
  };
  const std::int64_t from = clip(*start, slice.start != nullptr), to = clip(*stop, slice.stop != nullptr);
  const std::int64_t span = down ? from - to : to - from;
  const std::int64_t stride = down ? (*step == INT64_MIN ? INT64_MAX : -*step) : *step;
  const std::int64_t count = span <= 0 ? 0 : (span - 1) / stride + 1;
  return Taken{from, count > 1 ? *step : 1, count};
}

std::optional<ValueId> Lowering::subscript(ValueId value, SourceRange valueRange, const ast::Subscript &subscript,
                                           SourceRange range) {
  const TensorType operand = type(value);
  std::size_t taken = 0, ellipses = 0;
  for (const ast::SubscriptItem &item : subscript.items) {
    taken += axesTaken(item);
    ellipses += std::holds_alternative<ast::Ellipsis>(item.item) ? 1u : 0u;
  }
  if (subscript.items.empty()) return fail(DiagnosticKind::BadArguments, "a subscript says what to take", {{range}});
  if (ellipses > 1) return fail(DiagnosticKind::BadArguments, "a subscript can have only one '...'", {{range}});
  if (taken > operand.rank())
    return fail(DiagnosticKind::RankMismatch,
                fmt::format("{} subscripts for a tensor of {} axes", taken, operand.rank()), {{range, str(operand)}},
                {}, ranksDisagree(errorOperand(value, valueRange), taken));

  ViewBuilder view(*this, operand, errorOperand(value, valueRange));
  bool ok = true;
  for (const ast::SubscriptItem &item : subscript.items)
    ok = ok && std::visit(Overloaded{[&](const ast::Slice &slice) { return view.slice(slice, item.range); },
                                     [&](const ast::Ellipsis &) {
                                       for (std::size_t i = taken; i < operand.rank(); ++i) view.keepAxis();
                                       return true;
                                     },
                                     [&](const ast::NewAxis &) {
                                       view.newAxis();
                                       return true;
                                     },
                                     [&](const ast::ExprPtr &expr) { return view.index(*expr); }},
                          item.item);
  if (!ok) return std::nullopt;
  while (view.indices.size() < operand.rank()) view.keepAxis();
  return builder.view(value, view.shape, std::move(view.indices));
}

ValueId Lowering::permute(ValueId value, const std::vector<std::size_t> &axes) {
  Shape shape;
  std::vector<Affine> indices(axes.size());
  for (std::size_t axis : axes) {
    indices[axis] = Affine::variable(static_cast<std::uint32_t>(shape.size()));
    shape.push_back(type(value).shape[axis]);
  }
  return builder.view(value, shape, std::move(indices));
}

} // namespace einjit::tensor
