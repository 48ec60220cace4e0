// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A second arrow.
// error: a second `->`, at column 5 of i->j->k
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x) { check<"i->j->k">(x); }
