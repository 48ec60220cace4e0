// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An iterator of extent 1 only ever is 0. Removing it, and the axes of extent 1 of parameters, constants and results,
// makes `x[b,c,1]` with `unsqueeze`, `squeeze` and size-1 broadcasting the same kernel as without them. Elements stay
// where they are: row-major order does not see such axes.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel dropUnitAxes(Kernel kernel);

} // namespace einjit::tensor
