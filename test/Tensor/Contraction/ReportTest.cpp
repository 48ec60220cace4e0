// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/Passes.h"
#include "Tensor/Passes/splitContractions.h"
#include "support/Golden.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::tensor {
namespace {

/// The orders, which stand before a kernel's text as comments: with them it reads back as the same kernel.
std::string ordersOf(const test::Golden &golden) {
  const auto kernel = parseKernel(golden.input);
  EXPECT_TRUE(kernel) << golden.input;
  if (!kernel) return {};
  EXPECT_THAT(verify(*kernel), testing::IsEmpty());
  const std::string orders = describeContractions(*kernel);
  const Kernel split = splitContractions(*kernel);
  EXPECT_EQ(orders.empty(), print(split) == print(*kernel));
  const auto again = parseKernel(orders + print(split));
  EXPECT_TRUE(again && *again == split) << orders;
  return orders;
}

TEST(Orders, Goldens) { test::checkGoldens("Tensor/Contraction/Orders", ordersOf); }

TEST(Orders, AreThoseOfTheCanonicalKernel) {
  // A view of the second operand: it is read in place before the product is split.
  const auto kernel = parseKernel(R"(kernel @k(%a: f32[50,60], %b: f32[70,60], %c: f32[70,2]) -> f32[50,2] {
  %0 = [j:60, k:70] %b[k,j]
  %1 = [i:50, l:2] add over [j:60, k:70] of mul(mul(%a[i,j], %0[j,k]), %c[k,l])
  return %1
}
)");
  ASSERT_TRUE(kernel);
  EXPECT_THAT(describeOrders(*kernel), testing::HasSubstr("(1) = %c[k,l] * %b[k,j] -> [l,j]"));
}

} // namespace
} // namespace einjit::tensor
