// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An einsum literal of an expression whose rank does not fit.
// error: operand 0 has 1 axis, but its term names 2, at column 1 of ij->i
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float, 2> &x) { einsum<"ij->i">(sum(x, 1)); }
