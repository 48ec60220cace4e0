// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Fewer operands than terms.
// error: the einsum string has 2 terms, but there is 1 operand, in bce,bc->be
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"bce,bc->be">(x); }
