// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The stages below write each result once, into memory of the caller's. A result that is a parameter, a constant or
// another result's value gets a copying op of its own.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel materializeResults(Kernel kernel);

} // namespace einjit::tensor
