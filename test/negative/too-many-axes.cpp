// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// More axes than tensors may have.
// error: 33 indices in one term, more than 32, at column 1 of abcdefghijklmnopqrstuvwxyzABCDEFG->a
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"abcdefghijklmnopqrstuvwxyzABCDEFG->a">(x); }
