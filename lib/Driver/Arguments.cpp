// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Arguments.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit {
namespace {

std::string label(const char *what, std::size_t number, const Binding &wanted) {
  return fmt::format("{} {}{}", what, number, wanted.name.empty() ? "" : " ('" + wanted.name + "')");
}

Diagnostic mismatch(std::string message) { return {DiagnosticKind::ArgumentMismatch, std::move(message)}; }

Diagnostic otherType(const std::string &label, const ConstTensorRef &given, const Binding &wanted) {
  return mismatch(
      fmt::format("{} is {}, but the kernel was compiled for {}", label, str(given.type()), str(wanted.type)));
}

/// Whether two elements may lie in one place because an axis is never stepped along.
bool repeatsElements(const ConstTensorRef &tensor) {
  for (std::size_t axis = 0; axis < tensor.strides.size(); ++axis)
    if (tensor.shape[axis] > 1 && tensor.strides[axis] == 0) return true;
  return false;
}

} // namespace

ArgumentLayout::ArgumentLayout(const TensorType &type)
    : dtype_(type.dtype), isRowMajor_(type.isRowMajor()), shape_(type.shape), strides_(type.stridesOrRowMajor()) {
  if (std::ranges::count(shape_, 0) > 0) return;
  std::int64_t low = 0, high = 1;
  for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
    const std::int64_t reach = (shape_[axis] - 1) * strides_[axis];
    (reach < 0 ? low : high) += reach;
  }
  const auto bytes = static_cast<std::int64_t>(byteSize(dtype_));
  first_ = low * bytes;
  end_ = high * bytes;
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
                                results.size(), in.size(), out.size()));
  const ArgumentLayouts wanted(inputs, results);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const std::string name = label("input", i, inputs[i]);
    if (!wanted.inputs[i].admits(in[i])) return otherType(name, in[i], inputs[i]);
    if (!wanted.inputs[i].admitsData(in[i].data)) return mismatch(name + " has no data");
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::string name = label("output", i, results[i]);
    if (!wanted.results[i].hasShapeOf(out[i])) return otherType(name, out[i], results[i]);
    if (!wanted.results[i].admitsData(out[i].data)) return mismatch(name + " has no data");
    if (!out[i].strides.empty() && out[i].strides.size() != out[i].rank())
      return mismatch(fmt::format("{} has {} strides for {} axes", name, out[i].strides.size(), out[i].rank()));
    if (repeatsElements(out[i]))
      return mismatch(fmt::format("{} has an axis of stride 0, so that several elements would have one place", name));
  }
  return std::nullopt;
}

} // namespace einjit
