// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors of unequal ranks in a row.
// error: `concat` needs tensors of one rank, which is not 0
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float, 2> &x, const Tensor<float, 1> &w) { concat(0, x, w); }
