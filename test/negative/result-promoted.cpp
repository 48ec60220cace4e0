// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// i32 and f32 are f64, as in NumPy.
// error: the result has elements of f64, but the output of f32, in i,i->i
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<std::int32_t> &n, const Tensor<float> &x, Tensor<float> &y) { check<"i,i->i">(n, x, y); }
