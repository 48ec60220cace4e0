// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Keeps the parameters, and what the results need.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel removeDead(Kernel kernel);

} // namespace einjit::tensor
