// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is right, or can be known to be wrong at run time only.
// error: none
#include "Check.h"
using namespace einjit;

void right(const Tensor<float> &x, const Tensor<float, 1> &w, const AnyTensor &any, Tensor<double> &out) {
  check<"ij,j->i">(any, w, out);
  check<"ij,j->i">(Tensor<double>({2, 3}), w, out);
  check<"ij,j->i">(any, any);
  check<"...ij,...j->...i">(any, w, TensorView<double, 3>(out.data(), {2, 2, 2}));
  check<" i j , j ">(x, w);
}
