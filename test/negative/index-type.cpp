// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elements of another type than the left side has.
// error: the right side has elements of f64, but the left of f32; a cast<...> converts them
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<double> &x, Tensor<float> &y) {
  const auto [i] = indices<1>();
  y(i) = x(i);
}
