// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An index that occurs twice in the output.
// error: index `b` occurs twice in the output, at column 11 of bce,bc->beb
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x, const Tensor<float> &w) { check<"bce,bc->beb">(x, w); }
