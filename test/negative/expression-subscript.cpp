// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// More subscripts than axes.
// error: 2 subscripts for a tensor of rank 1
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float, 1> &x) { slice(x, 0, whole); }
