// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/orderResults.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>
#include <cstdlib>
#include <functional>

namespace einjit::tensor {
namespace {

AxisOrder orderOfMemory(const TensorType &type) {
  AxisOrder order = numbered(type.rank());
  std::ranges::stable_sort(order, std::greater(), [&](std::uint32_t axis) { return std::abs(type.strides[axis]); });
  return order;
}

bool isReadWhole(const Kernel &kernel, ValueId id) {
  return std::ranges::any_of(kernel.values, [&](const Value &value) {
    return !std::holds_alternative<Generic>(value.def) && std::ranges::count(reads(value), id) > 0;
  });
}

void reorder(Kernel &kernel, ValueId id, const AxisOrder &order) {
  Value &value = kernel[id];
  value.type.shape = inOrder(value.type.shape, order);
  value.type.strides = inOrder(value.type.strides, order);
  if (auto *op = std::get_if<Generic>(&value.def)) *op = withParallelOrder(std::move(*op), order);
  if (auto *concat = std::get_if<Concat>(&value.def))
    for (Part &part : concat->parts) part.place = inOrder(part.place, order);
  for (Value &reader : kernel.values)
    if (auto *op = std::get_if<Generic>(&reader.def))
      for (Access &operand : op->operands)
        if (operand.value == id) operand.indices = inOrder(operand.indices, order);
}

} // namespace

Kernel orderResults(Kernel kernel) {
  for (ValueId id : std::vector(kernel.results)) {
    Value &value = kernel[id];
    if (std::holds_alternative<Parameter>(value.def) || value.type.strides.empty() || isReadWhole(kernel, id)) continue;
    if (const AxisOrder order = orderOfMemory(value.type); !std::ranges::is_sorted(order)) reorder(kernel, id, order);
    if (value.type.isRowMajor()) value.type.strides.clear();
  }
  return kernel;
}

} // namespace einjit::tensor
