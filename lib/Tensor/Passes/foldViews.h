// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A view (transpose, slice, broadcast, new axis) is a generic op whose body is its operand. Whoever reads the view can
// read the viewed value instead, through the composition of both access maps; then nobody needs the view's own copy.
// This is what makes views free.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel foldViews(Kernel kernel);

} // namespace einjit::tensor
