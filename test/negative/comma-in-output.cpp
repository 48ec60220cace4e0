// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two terms in the output.
// error: `,` in the output, at column 6 of ij->i,j
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"ij->i,j">(x); }
