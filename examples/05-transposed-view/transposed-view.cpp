// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels read the caller's memory where and as it lies: column by column, backwards, one channel of an image.
#include <array>
#include <einjit/einjit.h>
#include <iostream>

namespace {

void print(const char *what, const einjit::Tensor<float> &values) {
  std::cout << what;
  for (float value : values) std::cout << ' ' << value;
  std::cout << '\n';
}

} // namespace

int main() {
  // A 2 by 3 matrix, column by column: rows are (1, 2, 3) and (4, 5, 6).
  const std::array<float, 6> memory = {1, 4, 2, 5, 3, 6};
  const einjit::TensorView<const float> matrix(memory.data(), {2, 3}, {1, 2});
  print("sums of rows:", einjit::einsum("ij->i", matrix));

  // Its columns from the last to the first: the view begins at the last one and steps back.
  const einjit::TensorView<const float> mirrored(memory.data() + 4, {2, 3}, {1, -2});
  print("mirrored:", einjit::einsum("ij->ij", mirrored));

  // Every second element of the memory: the first row. Stride 0 repeats an element.
  const einjit::TensorView<const float> row(memory.data(), {3}, {2});
  const einjit::TensorView<const float> repeated(memory.data(), {3}, {0});
  print("dot product:", einjit::einsum("i,i->", row, repeated));

  // Results go into the caller's memory, too.
  std::array<float, 2> sums = {};
  const einjit::Kernel kernel = einjit::compile("ij->i", {matrix.type()});
  kernel(matrix, einjit::TensorView<float>(sums.data(), {2}));
  std::cout << "in place: " << sums[0] << ' ' << sums[1] << '\n';
}
