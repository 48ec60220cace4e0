// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of sizes that no golden has: hundreds of indices, a thousand factors.
#include "Tensor/Numbers.h"
#include "Tensor/Passes/splitContractions.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::tensor {
namespace {

/// A product of factors from..to, in two halves: the text of an expression may not be nested deep.
std::string productOf(std::size_t from, std::size_t to) {
  if (to - from == 1) return fmt::format("%p{}[x{},x{}]", from, from, to);
  const std::size_t middle = (from + to) / 2;
  return fmt::format("mul({}, {})", productOf(from, middle), productOf(middle, to));
}

/// Matrices of the extent in a chain, all of it summed but the first index.
Kernel chainOf(std::size_t count, int extent) {
  std::string parameters, indices;
  for (std::size_t i = 0; i < count; ++i) {
    parameters += fmt::format("{}%p{}: i64[{},{}]", i == 0 ? "" : ", ", i, extent, extent);
    indices += fmt::format("{}x{}:{}", i == 0 ? "" : ", ", i + 1, extent);
  }
  const auto kernel = parseKernel(fmt::format("kernel @k({}) -> i64[{}] {{\n  %0 = [x0:{}] add over [{}] of {}\n"
                                              "  return %0\n}}\n",
                                              parameters, extent, extent, indices, productOf(0, count)));
  EXPECT_TRUE(kernel);
  return *kernel;
}

TEST(SplitContractions, HundredsOfIndices) {
  const Kernel kernel = chainOf(300, 3), split = splitContractions(kernel);
  EXPECT_THAT(verify(split), testing::IsEmpty());
  EXPECT_EQ(split.values.size(), kernel.values.size() + 299); // a sum over the last index, and 299 products
}

TEST(SplitContractions, MoreFactorsThanExactSearchTakesComputeTheSame) {
  // Two ways to compute one product: split as one op of 17 factors, and as it stands in the space of all 18 indices.
  const Kernel kernel = chainOf(17, 2), split = splitContractions(kernel);
  EXPECT_GT(split.values.size(), kernel.values.size() + 10);
  EXPECT_EQ(test::numbersOf(split), test::numbersOf(kernel));
}

TEST(SplitContractions, AThousandFactors) {
  const Kernel kernel = chainOf(1024, 4), split = splitContractions(kernel);
  EXPECT_THAT(verify(split), testing::IsEmpty());
  EXPECT_EQ(split.values.size(), kernel.values.size() + 1023);
  for (const Value &value : split.values)
    if (const auto *op = std::get_if<Generic>(&value.def)) {
      EXPECT_LE(op->operands.size(), 2U);
      EXPECT_LE(op->parallel.size(), 2U);
    }
}

} // namespace
} // namespace einjit::tensor
