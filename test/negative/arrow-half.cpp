// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Half an arrow.
// error: `-` must be followed by `>`, at column 3 of ij-i
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"ij-i">(x); }
