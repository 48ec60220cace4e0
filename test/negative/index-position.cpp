// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A position that is no sum of indices.
// error: a position is a sum of indices and integers, times integers
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x, const Tensor<std::int64_t> &n, Tensor<float> &y) {
  const auto [i] = indices<1>();
  y(i) = x(n(i));
}
