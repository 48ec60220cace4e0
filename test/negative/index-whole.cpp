// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An expression with indices as a whole tensor.
// error: an expression with indices is assigned to elements, as in `y(i) = ...`
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x) {
  const auto [i] = indices<1>();
  const Tensor<float> y = x(i) * 2;
}
