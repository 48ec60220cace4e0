// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A character that is no letter.
// error: `1` is not an index: indices are letters, at column 2 of b1->b
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"b1->b">(x); }
