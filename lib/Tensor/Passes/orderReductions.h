// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reduced iterators of an op have no order of their own. This puts them in the order in which the operands' access
// maps first use them, so that the same contraction has one form, and axes that lie together stand together.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel orderReductions(Kernel kernel);

} // namespace einjit::tensor
