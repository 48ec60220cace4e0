// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Scaled into memory of another type than the result has.
// error: the result has elements of f32, but the output of f64, in ij->j
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float, 2> &x, Tensor<double, 1> &y) { einsum<"ij->j">(x, into(y, 2)); }
