// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/removeDead.h"
#include "Tensor/Passes/Rewrite.h"

namespace einjit::tensor {

Kernel removeDead(Kernel kernel) {
  std::vector<bool> live(kernel.values.size(), false);
  for (ValueId result : kernel.results) live[result.index()] = true;
  std::vector<ValueId> same;
  for (std::size_t i = kernel.values.size(); i-- > 0;) {
    const Value &value = kernel.values[i];
    if (std::holds_alternative<Parameter>(value.def)) live[i] = true;
    if (!live[i]) continue;
    for (ValueId read : reads(value)) live[read.index()] = true;
  }
  for (std::size_t i = 0; i < kernel.values.size(); ++i) same.emplace_back(i);
  return compact(std::move(kernel), live, same);
}

} // namespace einjit::tensor
