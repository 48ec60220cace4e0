// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An arrow that is one character.
// error: `U+2192` is not an arrow: write `->`, at column 3 of ijU+2192i
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"ij→i">(x); }
