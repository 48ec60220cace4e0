// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// White space other than the space character.
// error: a tab may not stand in an einsum string, at column 3 of a,U+0009b
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"a,\tb">(x, x); }
