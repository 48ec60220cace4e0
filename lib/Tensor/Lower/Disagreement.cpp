// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/Disagreement.h"
#include "Support/ErrorOperands.h"
#include "Tensor/Lower/Lowering.h"
#include <algorithm>

namespace einjit::tensor {
namespace {

/// Of the axis that is meant, or else the number of axes.
std::int64_t sizeOf(const ErrorOperand &operand) {
  return operand.size().value_or(static_cast<std::int64_t>(operand.type->rank()));
}

DiagnosticParts partsOf(ErrorOperand a, ErrorOperand b) {
  DiagnosticParts parts{.sizes = {sizeOf(a), sizeOf(b)}};
  parts.operands = {std::move(a), std::move(b)};
  return parts;
}

} // namespace

Diagnostic axesDisagree(DiagnosticKind kind, std::string message, std::string index, IndexOnAxis a, IndexOnAxis b,
                        std::string help) {
  const auto under = [](const IndexOnAxis &axis) { return Label{axis.range, std::to_string(*axis.operand.size())}; };
  Diagnostic error{kind,
                   std::move(message),
                   {under(a), under(b)},
                   {describe(a.operand) + "    " + describe(b.operand)},
                   std::move(help),
                   partsOf(std::move(a.operand), std::move(b.operand))};
  error.parts.index = std::move(index);
  return error;
}

Diagnostic shapesDisagree(DiagnosticKind kind, std::string message, ErrorOperand a, ErrorOperand b, std::string help) {
  const auto under = [](const ErrorOperand &operand) { return Label{operand.range, shapeText(operand.type->shape)}; };
  return {kind, std::move(message), {under(a), under(b)}, {}, std::move(help), partsOf(std::move(a), std::move(b))};
}

void meanBroadcastAxes(ErrorOperand &a, ErrorOperand &b, std::size_t matrixAxes) {
  const Shape &left = a.type->shape, &right = b.type->shape;
  for (std::size_t k = matrixAxes + 1; k <= std::min(left.size(), right.size()); ++k) {
    const std::size_t i = left.size() - k, j = right.size() - k;
    if (left[i] == right[j] || left[i] == 1 || right[j] == 1) continue;
    a.axis = i;
    b.axis = j;
    return;
  }
}

} // namespace einjit::tensor
