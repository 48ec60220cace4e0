// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <einjit/einjit.h>
#include <iostream>

using namespace einjit;

namespace {

template <class T, int Rank> void print(const char *name, const Tensor<T, Rank> &tensor) {
  std::cout << name << " =";
  for (const T element : tensor) std::cout << ' ' << element;
  std::cout << '\n';
}

} // namespace

int main() {
  // The gates of an LSTM: one program, and one kernel, of two products and a sum.
  const Tensor<float, 3> X({1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor<float, 2> W({2, 3}, {1, 0, -1, 0.5F, 0.5F, 0.5F});
  const Tensor<float, 2> H({1, 2}, {1, -1}), U({2, 2}, {1, 2, 3, 4});
  const Tensor<float, 1> bias({2}, {0.25F, -0.25F});
  const auto gates = einsum<"bsi,gi->bsg">(X, W) + unsqueeze(einsum<"bh,gh->bg">(H, U), 1) + bias;
  const Tensor<float> G = gates;
  print("gates", G);
  std::cout << compile(gates).text(Stage::TensorOpt);

  // Attention of one head, in array notation.
  const Tensor<float, 2> scores = matmul(slice(X, 0), T(W)) * 0.5F;
  const Tensor<float, 2> attended = matmul(softmax(scores, -1), W);
  print("attended", attended);

  // A convolution and its largest value, in index notation.
  const auto [i, k] = indices<2>();
  const Tensor<float, 1> signal({5}, {1, 2, 4, 8, 16}), taps({3}, {1, -2, 1});
  Tensor<float> curvature({3}), largest({});
  curvature(i) = signal(i + k) * taps(k);
  element(largest) = max(i)(curvature(i));
  print("curvature", curvature);
  print("largest", largest);
}
