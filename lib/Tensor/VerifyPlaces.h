// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Tensor/Kernel.h"
#include <string>
#include <vector>

namespace einjit::tensor {

/// What is wrong with the concat or reshape that defines value `id`, one line each.
std::vector<std::string> verifyConcat(const Kernel &kernel, ValueId id);
std::vector<std::string> verifyReshape(const Kernel &kernel, ValueId id);

} // namespace einjit::tensor
