// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two dots.
// error: `..` is not an ellipsis: write `...`, at column 2 of i..->i
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"i..->i">(x); }
