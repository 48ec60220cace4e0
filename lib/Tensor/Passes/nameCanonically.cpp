// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/nameCanonically.h"
#include "Tensor/Lower/Program.h"

namespace einjit::tensor {

Kernel nameCanonically(Kernel kernel) {
  kernel.name = "kernel";
  std::size_t parameters = 0, values = 0, parallel = 0, reduced = 0;
  for (Value &value : kernel.values) {
    const bool isParameter = std::holds_alternative<Parameter>(value.def);
    value.name = isParameter ? operandName(parameters++) : std::to_string(values++);
    auto *op = std::get_if<Generic>(&value.def);
    for (std::size_t i = 0; op && i < op->iteratorCount(); ++i)
      op->iterator(i).name = op->isReduced(i) ? "k" + std::to_string(reduced++) : "i" + std::to_string(parallel++);
  }
  return kernel;
}

} // namespace einjit::tensor
