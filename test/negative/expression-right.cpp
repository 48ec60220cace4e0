// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is right, or can be known to be wrong at run time only.
// error: none
#include <einjit/einjit.h>
using namespace einjit;

void right(const Tensor<float, 2> &x, const Tensor<float> &w, Tensor<double> &y, const Tensor<bool, 1> &p) {
  const Tensor<float> z = x * w;
  const Tensor<float, 2> v = x * w;
  y = cast<double>(sum(w, {0, 1, 2})) * 0.5;
  const Tensor<std::int64_t> n = sum(p) + argmax(x, 7);
  const auto [i, k] = indices<2>();
  y(i, k) += w(i, k) * x(i + k, 2 * k - 1);
  y(i, k) = 0;
}
