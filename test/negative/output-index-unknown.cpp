// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An index of the output that no operand has.
// error: no operand has the index `x` of the output, at column 10 of bce,bc->bx
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x, const Tensor<float> &w) { check<"bce,bc->bx">(x, w); }
