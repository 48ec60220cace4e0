// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A whole tensor among elements.
// error: a tensor of rank 1 stands where an element is needed; subscript it
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float, 1> &x, Tensor<float> &y) {
  const auto [i] = indices<1>();
  y(i) = x(i) * x;
}
