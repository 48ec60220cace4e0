// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A tensor of another element type than the expression has.
// error: the expression has elements of f64, but the result of f32; a cast<...> converts them
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x, const Tensor<double> &w) { const Tensor<float> y = x * w; }
