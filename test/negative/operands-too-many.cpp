// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// More operands than terms, and a result.
// error: the einsum string has 1 term, but there are 3 operands, in ij->i
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x, Tensor<float> &y) { check<"ij->i">(x, x, y); }
