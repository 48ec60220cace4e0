// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A result that has not the rank that is known of its memory.
// error: the result has rank 1, but the output rank 2, in ij,j->i
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x, Tensor<float, 2> &y) { check<"ij,j->i">(x, x, y); }
