// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <einjit/einjit.h>
#include <iostream>

int main() {
  const einjit::Tensor<float> embeddings({1, 3, 4}, {0.5F, -0.3F, 0.8F, 0.2F, 0.3F, 0.6F, //
                                                     -0.2F, 0.5F, 0.7F, 0.1F, 0.4F, -0.1F});
  const einjit::Tensor<float> weights({1, 3}, {0.5F, 0.3F, 0.2F});
  const einjit::Tensor<float> visit = einjit::einsum("bce,bc->be", embeddings, weights);
  for (float element : visit) std::cout << element << '\n';
}
