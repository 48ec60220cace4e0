// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A left side that may not be written.
// error: the left side is const, a temporary or an expression
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x, const Tensor<float> &y) {
  const auto [i] = indices<1>();
  y(i) = x(i);
}
