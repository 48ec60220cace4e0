// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Scaled into a view of another rank than the result has.
// error: the result has rank 1, but the output rank 2, in ij->j
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float, 2> &x, const TensorView<float, 2> &y) { einsum<"ij->j">(x, into(y, 2)); }
