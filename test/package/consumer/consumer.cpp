// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a program needs of a library that it did not build: results, and errors that it can catch.
#include <einjit/einjit.h>
#include <iostream>

int main() {
  const einjit::Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  const einjit::Tensor<float> w({3}, {1, 0, -1});
  const einjit::Tensor<float> y = einjit::einsum("ij,j->i", x, w);
  std::cout << y(0) << ' ' << y(1) << '\n';
  try {
    einjit::compile("ij,j->i", {x.type(), einjit::TensorType{einjit::DType::F32, {4}}});
  } catch (const einjit::Error &error) {
    std::cout << error.kind() << '\n';
  }
}
