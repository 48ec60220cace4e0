// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations on f16 and bf16 compute in f32 and round their result. Where one other operation reads it, and goes on in
// f32, it is not rounded between the two: the result is nearer to the exact one, as with contraction, so a kernel that
// is `exact` is left alone. A conversion that the program asks for is an operation of its own and is not left out.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel keepPrecision(Kernel kernel);

} // namespace einjit::tensor
