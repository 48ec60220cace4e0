// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/orderReductions.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>

namespace einjit::tensor {
namespace {

/// Numbers of the reduced iterators, in order of first use; those that no operand uses come last.
std::vector<std::uint32_t> firstUse(const Generic &op) {
  std::vector<std::uint32_t> order;
  auto use = [&](std::uint32_t iterator) {
    if (op.isReduced(iterator) && std::find(order.begin(), order.end(), iterator) == order.end())
      order.push_back(iterator);
  };
  for (const Access &operand : op.operands)
    for (const Affine &index : operand.indices)
      for (const Affine::Term &term : index.terms) use(term.variable);
  for (std::size_t i = op.parallel.size(); i < op.iteratorCount(); ++i) use(static_cast<std::uint32_t>(i));
  return order;
}

Generic reordered(Generic op) {
  const std::vector<std::uint32_t> order = firstUse(op);
  const auto parallel = static_cast<std::uint32_t>(op.parallel.size());
  std::vector<Iterator> iterators;
  std::vector<std::uint32_t> newNumber(op.iteratorCount());
  for (std::uint32_t i = 0; i < parallel; ++i) newNumber[i] = i;
  for (std::uint32_t old : order) {
    newNumber[old] = parallel + static_cast<std::uint32_t>(iterators.size());
    iterators.push_back(op.iterator(old));
  }
  op.reduction->iterators = std::move(iterators);
  for (Access &operand : op.operands)
    operand = remap(operand, [&](std::uint32_t iterator) { return Affine::variable(newNumber[iterator]); });
  return op;
}

} // namespace

Kernel orderReductions(Kernel kernel) {
  if (kernel.exact) return kernel; // there the order is part of the meaning
  for (Value &value : kernel.values)
    if (auto *op = std::get_if<Generic>(&value.def); op && op->reduction) *op = reordered(std::move(*op));
  return kernel;
}

} // namespace einjit::tensor
