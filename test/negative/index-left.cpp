// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A sum on the left.
// error: a position on the left is an index, or an integer
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x, Tensor<float> &y) {
  const auto [i] = indices<1>();
  y(i + 1) = x(i);
}
