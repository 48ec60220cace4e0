// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A scalar has no axis to sum.
// error: `matmul` needs at least one axis on both sides
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float, 2> &x, const Tensor<float, 0> &s) { matmul(x, s); }
