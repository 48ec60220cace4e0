// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass table, and the pipeline that makes every spelling of a computation the same kernel.
#pragma once

#include "Tensor/Kernel.h"
#include <span>
#include <string_view>

namespace einjit::tensor {

struct Pass {
  std::string_view name, summary;
  Kernel (*run)(Kernel);
};

std::span<const Pass> passes();
const Pass *findPass(std::string_view name);

/// All passes, in the order in which they work best.
Kernel canonicalize(Kernel kernel);

} // namespace einjit::tensor
