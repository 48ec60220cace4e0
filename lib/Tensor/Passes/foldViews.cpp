// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/foldViews.h"
#include "Tensor/Passes/Rewrite.h"

namespace einjit::tensor {
namespace {

const Generic *asView(const Kernel &kernel, ValueId id) {
  const auto *op = std::get_if<Generic>(&kernel[id].def);
  return op && !op->reduction && scalar::isIdentity(op->body) ? op : nullptr;
}

} // namespace

Kernel foldViews(Kernel kernel) {
  // Values are visited in order, so the views an op reads have been folded already: one step reaches the data.
  for (Value &value : kernel.values) {
    auto *op = std::get_if<Generic>(&value.def);
    if (!op) continue;
    bool changed = false;
    for (Access &operand : op->operands) {
      const Generic *view = asView(kernel, operand.value);
      if (!view) continue;
      operand = remap(view->operands[0], [&](std::uint32_t iterator) { return operand.indices[iterator]; });
      changed = true;
    }
    if (changed) *op = withOrderedOperands(std::move(*op));
  }
  return kernel;
}

} // namespace einjit::tensor
