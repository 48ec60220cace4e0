// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A rank that is known while compiling and does not fit the term.
// error: operand 1 has 3 axes, but its term names 2, at column 5 of bce,bc->be
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x, const Tensor<float, 3> &w) { check<"bce,bc->be">(x, w); }
