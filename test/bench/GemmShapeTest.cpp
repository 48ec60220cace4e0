// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "GemmShape.h"
#include <gtest/gtest.h>

namespace einjit::bench {
namespace {

std::optional<GemmShape> map(const std::string &einsum, const Extents &extents) {
  return mapToGemm(parseEinsum(einsum).value(), extents);
}

const Extents square{{'i', 3}, {'j', 5}, {'k', 7}};

TEST(GemmShape, APlainProduct) {
  const GemmShape expected{.m = 3,
                           .n = 5,
                           .k = 7,
                           .leftM = 7,
                           .leftK = 1,
                           .rightK = 5,
                           .rightN = 1,
                           .resultM = 5,
                           .resultN = 1,
                           .loops = {}};
  EXPECT_EQ(map("ik,kj->ij", square), expected);
}

TEST(GemmShape, TransposedOperandsKeepTheirStrides) {
  const auto shape = map("ki,jk->ij", square);
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->leftM, 1);
  EXPECT_EQ(shape->leftK, 3);
  EXPECT_EQ(shape->rightK, 1);
  EXPECT_EQ(shape->rightN, 7);
}

TEST(GemmShape, ATransposedResultSwapsTheOperands) {
  const auto shape = map("ik,kj->ji", square);
  ASSERT_TRUE(shape);
  EXPECT_TRUE(shape->swapped);
  EXPECT_EQ(shape->m, 5);
  EXPECT_EQ(shape->n, 3);
  EXPECT_EQ(shape->resultM, 3);
  EXPECT_EQ(shape->resultN, 1);
}

TEST(GemmShape, IndicesOfOneRoleThatNestAlikeAreOne) {
  const auto shape = map("abcd,cdef->abef", {{'a', 2}, {'b', 3}, {'c', 4}, {'d', 5}, {'e', 6}, {'f', 7}});
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->m, 6);
  EXPECT_EQ(shape->k, 20);
  EXPECT_EQ(shape->n, 42);
  EXPECT_TRUE(shape->loops.empty());
}

TEST(GemmShape, ABatchIsALoop) {
  const auto shape = map("bik,bkj->bij", {{'b', 2}, {'i', 3}, {'j', 5}, {'k', 7}});
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->loops, (std::vector<ProductLoop>{{2, 21, 35, 15}}));
  EXPECT_EQ(shape->calls(), 2);
}

TEST(GemmShape, AttentionHeadsAreReadWhereTheyLie) {
  const auto shape = map("bqhd,bkhd->bhqk", {{'b', 2}, {'q', 3}, {'h', 4}, {'k', 5}, {'d', 6}});
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->m, 3);
  EXPECT_EQ(shape->leftM, 24);
  EXPECT_EQ(shape->rightN, 24);
  EXPECT_EQ(shape->rightK, 1);
  EXPECT_EQ(shape->calls(), 8);
}

TEST(GemmShape, WhatDoesNotNestIsLoopedOverWithTheLargerRunInTheProduct) {
  const auto shape = map("ik,bkj->bij", {{'b', 2}, {'i', 3}, {'j', 5}, {'k', 7}});
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->n, 5);
  EXPECT_EQ(shape->loops, (std::vector<ProductLoop>{{2, 0, 35, 15}}));
}

TEST(GemmShape, AnIndexThatIsContiguousInOperandAndResultIsInTheProduct) {
  const auto shape = map("ebad,ce->abcd", {{'a', 2}, {'b', 3}, {'c', 4}, {'d', 5}, {'e', 6}});
  ASSERT_TRUE(shape);
  EXPECT_TRUE(shape->swapped);
  EXPECT_EQ(shape->m, 4);
  EXPECT_EQ(shape->n, 5);
  EXPECT_EQ(shape->rightK, 30);
  EXPECT_EQ(shape->calls(), 6);
}

TEST(GemmShape, AVectorIsTheRightFactor) {
  const auto shape = map("bce,bc->be", {{'b', 2}, {'c', 3}, {'e', 5}});
  ASSERT_TRUE(shape);
  EXPECT_TRUE(shape->isMatVec());
  EXPECT_FALSE(shape->swapped);
  EXPECT_EQ(shape->leftM, 1);
  EXPECT_EQ(shape->leftK, 5);
  const auto reversed = map("bc,bce->be", {{'b', 2}, {'c', 3}, {'e', 5}});
  ASSERT_TRUE(reversed);
  EXPECT_TRUE(reversed->isMatVec());
  EXPECT_TRUE(reversed->swapped);
}

TEST(GemmShape, DotProducts) {
  const auto shape = map("nc,nc->n", {{'n', 3}, {'c', 2}});
  ASSERT_TRUE(shape);
  EXPECT_TRUE(shape->isDot());
  EXPECT_EQ(shape->calls(), 3);
}

TEST(GemmShape, IndicesOfSizeOneDoNotMatter) {
  const auto shape = map("ihk,khj->ij", {{'i', 3}, {'h', 1}, {'j', 5}, {'k', 7}});
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->k, 7);
  EXPECT_TRUE(shape->isGemm());
}

TEST(GemmShape, NoProductWithoutCopies) {
  const Extents extents{{'a', 2}, {'b', 3}, {'c', 4}, {'d', 5}, {'e', 6}};
  EXPECT_FALSE(map("dea,dcb->abce", extents)) << "neither index of the right factor is contiguous";
  EXPECT_FALSE(map("acbd,cdb->a", extents)) << "the summed indices nest differently";
  EXPECT_FALSE(map("abe,bce->ace", extents)) << "the batch index is innermost";
  EXPECT_FALSE(map("ab,ab->ab", extents)) << "elementwise";
  EXPECT_FALSE(map("aab,bc->ac", extents)) << "a diagonal";
  EXPECT_FALSE(map("abd,bc->ac", extents)) << "an index that one operand alone sums";
  EXPECT_FALSE(map("ab,bc,cd->ad", extents)) << "three operands";
}

TEST(Einsum, ParsesLettersOnly) {
  EXPECT_EQ(parseEinsum("ik, kj -> ij"), (Einsum{{"ik", "kj"}, "ij"}));
  EXPECT_EQ(parseEinsum("ba"), (Einsum{{"ba"}, "ab"}));
  EXPECT_EQ(parseEinsum("i,i"), (Einsum{{"i", "i"}, ""}));
  EXPECT_FALSE(parseEinsum("...i->i"));
  EXPECT_FALSE(parseEinsum("i1->i"));
}

} // namespace
} // namespace einjit::bench
