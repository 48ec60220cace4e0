// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/PairModel.h"
#include <gtest/gtest.h>

namespace einjit::tensor {
namespace {

/// Two 512-bit FMAs a cycle, as on a server with AVX-512: 32 multiply-adds of f32.
MachineRates fast() {
  MachineRates rates;
  rates.vectorBytes = 64;
  rates.vectorRegisters = 32;
  rates.fmaPerCycle = 2;
  rates.l2Bytes = 1 << 20;
  rates.l3Bytes = 32 << 20;
  return rates;
}

PairShape shape(double batch, double m, double n, double k) {
  return {batch, m, n, k, 4 * batch * m * k, 4 * batch * k * n, 4 * batch * m * n};
}

/// Part of the peak that a product reaches.
double efficiency(const PairShape &shape) { return shape.points() / 32 / PairModel(fast(), {}).cycles(shape); }

TEST(PairModel, LargeProductsRunNearThePeak) {
  EXPECT_GT(efficiency(shape(1, 256, 256, 256)), 0.95);
  EXPECT_GT(efficiency(shape(64, 32, 32, 32)), 0.95);
  EXPECT_LE(efficiency(shape(1, 512, 512, 512)), 1.0);
}

TEST(PairModel, SkewedOnesDoNot) {
  EXPECT_LT(efficiency(shape(1, 1, 4096, 4096)), 0.15); // a matrix once through the cache
  EXPECT_LT(efficiency(shape(1, 1024, 1024, 1)), 0.15); // an outer product stores each result
  EXPECT_LT(efficiency(shape(65536, 1, 1, 4)), 0.5);    // as many loads as multiplications
  EXPECT_LT(efficiency(shape(1, 2, 2, 8)), 0.1);        // over before it has begun
  EXPECT_LT(efficiency(shape(1, 17, 17, 17)), 0.6);     // half of the vectors are empty
}

TEST(PairModel, RolesOfTheTwoOperandsAreInterchangeable) {
  const PairModel model(fast(), {});
  for (const PairShape &one : {shape(1, 7, 300, 20), shape(3, 1, 50, 4), shape(1, 1, 1, 1000)}) {
    PairShape other = one;
    std::swap(other.m, other.n);
    std::swap(other.leftBytes, other.rightBytes);
    EXPECT_DOUBLE_EQ(model.cycles(one), model.cycles(other));
  }
}

TEST(PairModel, MoreWorkTakesLonger) {
  const PairModel model(fast(), {});
  double before = 0;
  for (double extent = 16; extent <= 4096; extent *= 2) {
    const double now = model.cycles(shape(1, extent, 64, 64));
    EXPECT_GT(now, before);
    before = now;
  }
}

TEST(PairModel, WideElementsTakeLonger) {
  const PairShape product = shape(1, 128, 128, 128);
  const double f32 = PairModel(fast(), {4, 1, 1, 1}).cycles(product),
               f64 = PairModel(fast(), {8, 1, 1, 1}).cycles(product);
  const double c64 = PairModel(fast(), {8, 2, 6, 2}).cycles(product);
  EXPECT_NEAR(f64 / f32, 2, 0.1);
  EXPECT_NEAR(c64 / f64, 2, 0.1);
}

TEST(PairModel, FlopsAreMultiplicationsAndAdditions) {
  const PairModel model(fast(), {});
  EXPECT_EQ(model.product(shape(2, 3, 4, 5)).flops, 2 * 2 * 3 * 4 * 5);
  EXPECT_EQ(model.product(shape(2, 3, 4, 1)).flops, 2 * 3 * 4) << "nothing is added";
  EXPECT_EQ(model.product(shape(2, 3, 4, 5)).bytes, 4 * 2 * (3 * 5 + 5 * 4 + 3 * 4));
  EXPECT_EQ(model.sum(100, 400, 4).flops, 100);
  EXPECT_EQ(model.nest(100, 3, 0).flops, 300);
  EXPECT_EQ(PairModel(fast(), {8, 2, 6, 2}).product(shape(1, 3, 4, 5)).flops, 8 * 3 * 4 * 5);
}

} // namespace
} // namespace einjit::tensor
