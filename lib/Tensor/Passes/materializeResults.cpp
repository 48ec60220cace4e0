// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/materializeResults.h"
#include "Tensor/Builder.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>

namespace einjit::tensor {

Kernel materializeResults(Kernel kernel) {
  FreshNames names(kernel);
  for (std::size_t i = 0; i < kernel.results.size(); ++i) {
    const ValueId id = kernel.results[i];
    const auto before = kernel.results.begin() + static_cast<std::ptrdiff_t>(i);
    const bool repeated = std::find(kernel.results.begin(), before, id) != before;
    if (std::holds_alternative<Generic>(kernel[id].def) && !repeated) continue;
    const TensorType type{kernel[id].type.dtype, kernel[id].type.shape};
    Generic copy{numberedIterators(type.shape), {}, {{id, identityMap(type.rank())}}, scalar::identityExpr(type.dtype)};
    kernel.results[i] = ValueId(kernel.values.size());
    kernel.values.push_back({names.next(), type, std::move(copy)});
  }
  return kernel;
}

} // namespace einjit::tensor
