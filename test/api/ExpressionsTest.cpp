// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions as docs/library.md shows them, on public headers alone.
#include <einjit/einjit.h>
#include <gmock/gmock.h>

namespace {

using namespace einjit;
using testing::ElementsAre;

template <class T, int Rank> std::vector<T> elements(const Tensor<T, Rank> &tensor) {
  return std::vector<T>(tensor.begin(), tensor.end());
}

TEST(Expressions, AreArrayNotation) {
  const Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6}), w({3}, {1, 0, -1});
  const Tensor<float> y = sum(x * w, 1);
  const Tensor<float> z = softmax(slice(x, whole, range(0, 2)), -1) + 0.5f * unsqueeze(y, -1);
  EXPECT_THAT(elements(y), ElementsAre(-2, -2));
  EXPECT_EQ(z.shape(), (std::vector<std::int64_t>{2, 2}));
}

TEST(Expressions, GoWhereTheyAreWanted) {
  const Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  Tensor<float> y({3});
  y = mean(x, 0); // into the memory that y has
  y += 1;
  std::vector<float> row(3);
  assign(row, y * 2);
  EXPECT_THAT(row, ElementsAre(7, 9, 11));
}

TEST(Expressions, HoldEinsumLiterals) {
  const Tensor<float> X({1, 2, 3}), W({4, 3}), H({1, 5}), U({4, 5}), bias({4}, {1, 2, 3, 4});
  const Tensor<float> G = einsum<"bsi,gi->bsg">(X, W) + unsqueeze(einsum<"bh,gh->bg">(H, U), 1) + bias;
  EXPECT_THAT(elements(G), ElementsAre(1, 2, 3, 4, 1, 2, 3, 4));
}

TEST(Expressions, AreIndexNotation) {
  const Tensor<float> x({2, 3, 4}), w({2, 3});
  Tensor<float> y({2, 4});
  const auto [b, c, e] = indices<3>();
  y(b, e) = x(b, c, e) * w(b, c);
  y(b, e) += 0.5f * x(b, 0, e);
  y(b, e).max(mean(c)(x(b, c, e)));
  EXPECT_THAT(elements(y), testing::Each(0));
}

TEST(Expressions, AreShownAsText) {
  const Tensor<float> x({2, 3}), w({3});
  const Kernel kernel = compile(sum(x * w, 1) / constant<2>);
  EXPECT_EQ(kernel.text(Stage::Source), "(a * b).sum(dim=1) / 2");
}

} // namespace
