// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two ellipses in one operand.
// error: a second `...` in one operand, at column 5 of ...i...->i
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"...i...->i">(x); }
