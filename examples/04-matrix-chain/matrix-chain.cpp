// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Brackets do not change a product of three matrices, but they do change how much work it is.
#include <algorithm>
#include <einjit/einjit.h>
#include <iostream>

namespace {

/// Elements -3 … 3, so that all sums are exact in any order.
einjit::Tensor<double> matrix(std::int64_t rows, std::int64_t columns) {
  einjit::Tensor<double> result({rows, columns});
  int next = 0;
  for (double &element : result) element = next++ * 5 % 7 - 3;
  return result;
}

} // namespace

int main() {
  const auto a = matrix(8, 200), b = matrix(200, 4), c = matrix(4, 100);
  const std::vector<einjit::Binding> inputs = {{"A", a.type()}, {"B", b.type()}, {"C", c.type()}};
  const einjit::Kernel chain = einjit::compile("ij,jk,kl->il", {a.type(), b.type(), c.type()});
  einjit::Tensor<double> expected({8, 100});
  chain(a, b, c, expected);
  std::cout << "ij,jk,kl->il: " << chain.cost().flops << " flops\n";
  for (const char *program : {"A @ B @ C", "A @ (B @ C)"}) {
    const einjit::Kernel kernel = einjit::compileProgram(program, inputs);
    einjit::Tensor<double> result({8, 100});
    kernel(a, b, c, result);
    const bool same = std::equal(result.begin(), result.end(), expected.begin());
    std::cout << program << ": " << kernel.cost().flops << " flops, " << (same ? "equal" : "different") << '\n';
  }
}
