// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An expression on the left side.
// error: the left side is const, a temporary or an expression
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x, const Tensor<float> &y) {
  const auto [i] = indices<1>();
  (x + y)(i) = x(i);
}
