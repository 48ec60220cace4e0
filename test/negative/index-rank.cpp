// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An element has a position for each axis.
// error: 2 positions for an element of a tensor of rank 3
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float, 3> &x, Tensor<float> &y) {
  const auto [b, c] = indices<2>();
  y(b) = x(b, c);
}
