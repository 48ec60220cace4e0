// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Logic on floats.
// error: `&` does not apply to f64
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x, const Tensor<double> &w) { x & w; }
