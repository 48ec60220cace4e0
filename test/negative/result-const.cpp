// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory for a result that may not be written.
// error: the output, which is behind the operands, is const, in ij->i
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x, const Tensor<float> &y) { check<"ij->i">(x, y); }
