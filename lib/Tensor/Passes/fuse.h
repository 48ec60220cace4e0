// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A value that is written to memory only to be read again costs two passes over memory. This pass removes such values:
// an elementwise op joins the op that reads it (its body takes the place of the operand), and an elementwise op that
// reads a reduction element for element becomes the reduction's epilogue. An elementwise op joins only if that does not
// evaluate it more often than before: it has one reader, which visits each element at most once.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel fuse(Kernel kernel);

} // namespace einjit::tensor
