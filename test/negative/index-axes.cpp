// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A function of whole tensors on an element.
// error: `unsqueeze` of an element, which has no axes; apply it to the tensor
#include <einjit/einjit.h>
using namespace einjit;

void wrong(const Tensor<float> &x, Tensor<float> &y) {
  const auto [i] = indices<1>();
  y(i) = unsqueeze(x(i), 0);
}
