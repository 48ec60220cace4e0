// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Facts.h"
#include "Plan/Plans.h"
#include "Plan/Tile.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::plan {
namespace {

using testing::ElementsAre;

OpFacts factsOf(const std::string &text) {
  const tensor::Kernel kernel = test::canonicalKernel(text);
  return collectFacts(kernel, Memory(kernel), kernel.values.back());
}

TEST(Facts, RolesOfAProduct) {
  const OpFacts facts = factsOf("kernel @k(%a: f32[2,3,4], %b: f32[2,4,5]) -> f32[2,3,5] {"
                                "  %0 = [p:2, i:3, j:5] add over [k:4] of mul(%a[p,i,k], %b[p,k,j]) return %0 }");
  ASSERT_EQ(facts.iterators.size(), 4U);
  EXPECT_EQ(facts.iterators[0].role, Role::Batch);
  EXPECT_EQ(facts.iterators[1].role, Role::M);
  EXPECT_EQ(facts.iterators[2].role, Role::N);
  EXPECT_EQ(facts.iterators[3].role, Role::K);
  EXPECT_THAT(facts.iterators[2].strides, ElementsAre(0, 1));
  EXPECT_THAT(facts.iterators[3].strides, ElementsAre(1, 5));
  EXPECT_EQ(facts.iterators[1].resultStride, 5);
  EXPECT_EQ(facts.points(true), 4);
  EXPECT_EQ(facts.points(false), 30);
}

TEST(Facts, RolesWithoutAProduct) {
  const OpFacts facts = factsOf("kernel @k(%a: f64[3,4] strides [-1,8]) -> f64[3] {"
                                "  %0 = [i:3] max over [k:4] of %a[i,k] return %0 }");
  EXPECT_EQ(facts.iterators[0].role, Role::Parallel);
  EXPECT_EQ(facts.iterators[1].role, Role::Reduced);
  EXPECT_THAT(facts.iterators[0].strides, ElementsAre(-1));
  EXPECT_EQ(facts.elementBytes, 8);
}

TEST(Facts, DiagonalsAddTheirStrides) {
  const OpFacts facts = factsOf("kernel @k(%a: f32[4,4]) -> f32[4] { %0 = [i:4] %a[i,-i + 3] return %0 }");
  EXPECT_THAT(facts.iterators[0].strides, ElementsAre(3));
}

TEST(Facts, TheWidestTypeCounts) {
  const OpFacts facts = factsOf("kernel @k(%a: i32[4]) -> f64[4] { %0 = [i:4] f64(%a[i]) return %0 }");
  EXPECT_EQ(facts.elementBytes, 8);
}

TEST(Facts, ComplexNumbersAreTwo) {
  const OpFacts facts = factsOf("kernel @k(%a: c64[4,8], %b: c64[8,4]) -> c64[4,4] {"
                                "  %0 = [i:4, j:4] add over [k:8] of mul(%a[i,k], %b[k,j]) return %0 }");
  EXPECT_EQ(facts.elementBytes, 8);
  EXPECT_EQ(facts.laneBytes, 4);
  EXPECT_EQ(facts.registersPerVector(), 2);
  EXPECT_EQ(facts.bodyOperations, 4); // multiply-adds
}

TEST(Facts, EpilogueOperandsAreNotOfTheBody) {
  const OpFacts facts = factsOf("kernel @k(%a: f32[4,5], %b: f32[4]) -> f32[4] {"
                                "  %0 = [i:4] add over [k:5] of %a[i,k] then add(acc, %b[i]) return %0 }");
  EXPECT_THAT(facts.bodyOperand, ElementsAre(true, false));
}

/// The tile of a product is the one the textbooks derive: enough accumulators for two FMAs of latency five a cycle.
TEST(Tile, OfAProductHidesTheLatency) {
  const OpFacts facts = factsOf("kernel @k(%a: f32[96,64], %b: f32[64,96]) -> f32[96,96] {"
                                "  %0 = [i:96, j:96] add over [k:64] of mul(%a[i,k], %b[k,j]) return %0 }");
  const Target haswell = *findTarget("haswell");
  const Tile tile = chooseTile(facts, haswell, false);
  EXPECT_EQ(tile.vectorIterator, 1U);
  EXPECT_EQ(tile.lanes, 8);
  ASSERT_EQ(tile.repeats.size(), 1U);
  EXPECT_GE(tile.vectors * tile.repeats[0].count, haswell.fmaLatency * haswell.fmaPerCycle);
  EXPECT_LT(tile.vectors * tile.repeats[0].count, haswell.vectorRegisters);
}

TEST(Tile, OfAScalarIsScalar) {
  const OpFacts facts = factsOf("kernel @k(%a: f32[]) -> f32[] { %0 = [] neg(%a[]) return %0 }");
  const Tile tile = chooseTile(facts, *findTarget("haswell"), false);
  EXPECT_FALSE(tile.vectorIterator);
  EXPECT_FALSE(tile.reason.empty());
}

TEST(Tile, LanesAreNoMoreThanTheExtentNeeds) {
  const OpFacts facts = factsOf("kernel @k(%a: f32[3]) -> f32[3] { %0 = [i:3] neg(%a[i]) return %0 }");
  EXPECT_EQ(chooseTile(facts, *findTarget("znver4"), false).lanes, 4);
}

} // namespace
} // namespace einjit::plan
