// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/orderResults.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace einjit::tensor {
namespace {

using Order = std::vector<std::uint32_t>; ///< the old axis that stands at each place

Order orderOfMemory(const TensorType &type) {
  Order order(type.rank());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::uint32_t axis) { return std::abs(type.strides[axis]); });
  return order;
}

template <class T> std::vector<T> inOrder(const std::vector<T> &items, const Order &order) {
  std::vector<T> result;
  for (std::uint32_t item : order) result.push_back(items[item]);
  return result;
}

Generic inOrder(Generic op, const Order &order) {
  std::vector<std::uint32_t> newNumber(op.iteratorCount());
  std::iota(newNumber.begin(), newNumber.end(), std::uint32_t{0});
  for (std::uint32_t place = 0; place < order.size(); ++place) newNumber[order[place]] = place;
  op.parallel = inOrder(op.parallel, order);
  if (op.reduction && op.reduction->along) op.reduction->along = newNumber[*op.reduction->along];
  for (Access &operand : op.operands)
    operand = remap(operand, [&](std::uint32_t iterator) { return Affine::variable(newNumber[iterator]); });
  return op;
}

bool isReadWhole(const Kernel &kernel, ValueId id) {
  return std::ranges::any_of(kernel.values, [&](const Value &value) {
    return !std::holds_alternative<Generic>(value.def) && std::ranges::count(reads(value), id) > 0;
  });
}

void reorder(Kernel &kernel, ValueId id, const Order &order) {
  Value &value = kernel[id];
  value.type.shape = inOrder(value.type.shape, order);
  value.type.strides = inOrder(value.type.strides, order);
  if (auto *op = std::get_if<Generic>(&value.def)) *op = inOrder(std::move(*op), order);
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
    if (const Order order = orderOfMemory(value.type); !std::ranges::is_sorted(order)) reorder(kernel, id, order);
    if (value.type.isRowMajor()) value.type.strides.clear();
  }
  return kernel;
}

} // namespace einjit::tensor
