// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Bounds.h"
#include <gtest/gtest.h>
#include <limits>
#include <vector>

namespace einjit::loop {
namespace {

Affine var(std::uint32_t id, std::int64_t coefficient = 1) { return Affine::variable(id, coefficient); }
Affine number(std::int64_t value) { return Affine::number(value); }

TEST(Bounds, ExtentsBound) {
  const std::vector<Range> ranges = {{0, 3, {}}, {1, 16, {}}};
  EXPECT_EQ(maximum(var(0, 16) + var(1), ranges), 47);
  EXPECT_EQ(minimum(var(0, 16) + var(1), ranges), 0);
  EXPECT_EQ(maximum(var(0, -1) + number(2), ranges), 2);
  EXPECT_EQ(minimum(var(0, -1) + number(2), ranges), 0);
  EXPECT_EQ(maximum(number(7), {}), 7);
}

TEST(Bounds, ABoundProvesAMaskedTail) {
  const std::vector<Range> ranges = {{0, 3, {}}, {1, 16, var(0, -16) + number(37)}};
  EXPECT_EQ(maximum(var(0, 16) + var(1), ranges), 36);
  EXPECT_EQ(minimum(var(0, -16) - var(1) + number(36), ranges), 0);
  EXPECT_EQ(maximum(var(1), ranges), 15);
}

TEST(Bounds, BoundsNest) {
  const Affine rest = var(0, -32) + number(37);
  const std::vector<Range> ranges = {{0, 2, {}}, {1, 2, {}}, {2, 16, rest + var(1, -16)}};
  EXPECT_EQ(maximum(var(0, 32) + var(1, 16) + var(2), ranges), 36);
}

TEST(Bounds, OverflowHasNoAnswer) {
  constexpr std::int64_t large = std::numeric_limits<std::int64_t>::max();
  const std::vector<Range> ranges = {{0, 3, {}}};
  EXPECT_EQ(maximum(var(0, large), ranges), std::nullopt);
  EXPECT_EQ(minimum(var(0, -large), ranges), std::nullopt);
  EXPECT_EQ(maximum(var(0, -large), ranges), 0);
  EXPECT_EQ(minimum(number(std::numeric_limits<std::int64_t>::min()), ranges), std::nullopt);
}

TEST(Bounds, ManyBoundsTakeNoExponentialTime) {
  std::vector<Range> ranges;
  Affine sum;
  for (std::uint32_t id = 0; id < 256; ++id) {
    ranges.push_back({id, 4, sum * -1 + number(3)});
    sum = sum + var(id);
  }
  EXPECT_GE(maximum(sum, ranges), 2);
}

} // namespace
} // namespace einjit::loop
