// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A tensor of another rank than the expression has.
// error: the expression has rank 3, but the result rank 2
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float, 3> &x, const Tensor<float, 2> &w) { const Tensor<float, 2> y = x * w; }
