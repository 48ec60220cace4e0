// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Arguments.h"
#include "Runtime/Layout.h"
#include "Support/ErrorOperands.h"
#include "Support/Layout.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit {
namespace {

Diagnostic mismatch(std::string message, DiagnosticParts parts) {
  return {.kind = DiagnosticKind::ArgumentMismatch, .message = std::move(message), .parts = std::move(parts)};
}

/// One argument of a call and what it should be.
struct Checked {
  bool isOutput;
  std::size_t number;
  const ConstTensorRef &given;
  const Binding &wanted;

  ErrorOperand operand() const { return {number, isOutput, wanted.name, given.type(), wanted.type}; }
  /// `input 0 ('x')`, and what is wrong with it.
  Diagnostic fails(const std::string &what, DiagnosticParts parts) const {
    const std::string name = wanted.name.empty() ? "" : fmt::format(" ('{}')", wanted.name);
    return mismatch(fmt::format("{} {}{} {}", isOutput ? "output" : "input", number, name, what), std::move(parts));
  }
  Diagnostic fails(const std::string &what) const { return fails(what, {.operands = {operand()}}); }
  Diagnostic hasOtherType() const {
    return fails(fmt::format("is {}, but the kernel was compiled for {}", str(given.type()), str(wanted.type)),
                 typesDisagree(operand()));
  }
};

/// Whether two elements may lie in one place because an axis is never stepped along.
bool repeatsElements(const ConstTensorRef &tensor) {
  for (std::size_t axis = 0; axis < tensor.strides.size(); ++axis)
    if (tensor.shape[axis] > 1 && tensor.strides[axis] == 0) return true;
  return false;
}

} // namespace

ArgumentLayout::ArgumentLayout(const TensorType &type)
    : dtype_(type.dtype), isRowMajor_(type.isRowMajor()), shape_(type.shape), strides_(type.stridesOrRowMajor()) {
  const Reach reach = reachOf(type);
  const auto bytes = static_cast<std::int64_t>(byteSize(dtype_));
  first_ = reach.first * bytes;
  end_ = reach.end * bytes;
}

bool ArgumentLayout::hasStrides(std::span<const std::int64_t> strides) const {
  if (strides.size() != shape_.size()) return false;
  if (isEmpty()) return true;
  for (std::size_t axis = 0; axis < strides.size(); ++axis)
    if (strides[axis] != strides_[axis] && shape_[axis] > 1) return false;
  return true;
}

ArgumentLayouts::ArgumentLayouts(const std::vector<Binding> &inputBindings,
                                 const std::vector<Binding> &resultBindings) {
  for (const Binding &input : inputBindings) inputs.emplace_back(input.type);
  for (const Binding &result : resultBindings) results.emplace_back(result.type);
}

std::optional<Diagnostic> argumentMismatch(const std::vector<Binding> &inputs, const std::vector<Binding> &results,
                                           std::span<const ConstTensorRef> in, std::span<const TensorRef> out) {
  if (in.size() != inputs.size() || out.size() != results.size())
    return mismatch(fmt::format("the kernel takes {} inputs and {} outputs, not {} and {}", inputs.size(),
                                results.size(), in.size(), out.size()),
                    countsDisagree({inputs.size(), results.size(), in.size(), out.size()}));
  const ArgumentLayouts wanted(inputs, results);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const Checked input{false, i, in[i], inputs[i]};
    if (!wanted.inputs[i].admits(in[i])) return input.hasOtherType();
    if (!wanted.inputs[i].admitsData(in[i].data)) return input.fails("has no data");
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const ConstTensorRef given = out[i];
    const Checked output{true, i, given, results[i]};
    if (!wanted.results[i].hasShapeOf(out[i])) return output.hasOtherType();
    if (!wanted.results[i].admitsData(out[i].data)) return output.fails("has no data");
    if (!out[i].strides.empty() && out[i].strides.size() != out[i].rank())
      return output.fails(fmt::format("has {} strides for {} axes", out[i].strides.size(), out[i].rank()));
    if (repeatsElements(out[i]))
      return output.fails("has an axis of stride 0, so that several elements would have one place");
    if (wanted.results[i].isEmpty()) continue;
    const TensorType type = given.type();
    if (!staysInReach(type)) return output.fails("reaches beyond any memory");
    if (!elementsAreApart(type))
      return output.fails("has an axis that does not step over what those with smaller strides reach, so that several "
                          "elements may have one place");
  }
  return std::nullopt;
}

} // namespace einjit
