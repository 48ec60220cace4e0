// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An index on the left only.
// error: index `q` of the left is not on the right
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x, Tensor<float> &y) {
  constexpr auto b = named<"b">;
  constexpr auto q = named<"q">;
  y(b, q) = x(b);
}
