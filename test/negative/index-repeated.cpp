// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An index twice on the left.
// error: index `i` occurs twice on the left
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x, Tensor<float> &y) {
  const auto [b] = indices<1>();
  y(b, b) = x(b);
}
