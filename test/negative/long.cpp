// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A long string, which is shown whole.
// error: no operand has the index `k` of the output, at column 46 of abcdefghij,abcdefghij,abcdefghij,abcdefghij->k
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"abcdefghij,abcdefghij,abcdefghij,abcdefghij->k">(x, x, x, x); }
