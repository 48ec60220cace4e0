// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two ellipses in the output.
// error: a second `...` in one output, at column 11 of i...->...i...
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"i...->...i...">(x); }
