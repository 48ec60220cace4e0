// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A complex result into real memory.
// error: the result has elements of c64, but the output of f32, in ij,j->i
#include "Check.h"
using namespace einjit;

void wrong(const Tensor<float> &x, const Tensor<std::complex<float>> &w, Tensor<float> &y) {
  check<"ij,j->i">(x, w, y);
}
