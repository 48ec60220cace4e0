// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which loops threads share: those that leave them even work, started few times.
#include "Plan/Sharing.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double longOp = 1e7, shortOp = 1e4;

std::vector<std::string> chosen(std::vector<SharedLoop> nest, std::int64_t threads, double cycles = longOp) {
  return chooseShared(nest, cycles, threads);
}

TEST(Sharing, TheOutermostLoopThatDivides) {
  EXPECT_THAT(chosen({SharedLoop::whole("i", 8), SharedLoop::whole("j", 8)}, 4), ElementsAre("i"));
}

TEST(Sharing, ShortOpsAreForOneThread) { EXPECT_THAT(chosen({SharedLoop::whole("i", 8)}, 2, shortOp), IsEmpty()); }

TEST(Sharing, NothingToShare) {
  EXPECT_THAT(chosen({}, 2), IsEmpty());
  EXPECT_THAT(chosen({SharedLoop::whole("i", 1)}, 2), IsEmpty());
}

TEST(Sharing, TwoLoopsWhereOneIsUneven) {
  EXPECT_THAT(chosen({SharedLoop::whole("i", 3), SharedLoop::whole("j", 5)}, 4), ElementsAre("i", "j"));
}

TEST(Sharing, NotTwoLoopsWithSomethingBetween) {
  SharedLoop inner = SharedLoop::whole("j", 64);
  inner.isAlone = false;
  EXPECT_THAT(chosen({SharedLoop::whole("i", 3), inner}, 4), ElementsAre("j"));
}

TEST(Sharing, StartingOftenCosts) {
  SharedLoop inner = SharedLoop::whole("j", 64);
  inner.isAlone = false;
  EXPECT_THAT(chosen({SharedLoop::whole("i", 3001), inner}, 2), ElementsAre("i"));
}

TEST(Sharing, PanelsAreReadByThoseWhoMadeThem) {
  SharedLoop inner = SharedLoop::whole("j", 16);
  inner.isAlone = false;
  EXPECT_THAT(chosen({SharedLoop::whole("i", 21), inner}, 2), ElementsAre("j"));
  inner.lines = 1e5;
  EXPECT_THAT(chosen({SharedLoop::whole("i", 21), inner}, 2), ElementsAre("i"));
}

TEST(Sharing, SerialLoopsOnlyCount) {
  SharedLoop sums = SharedLoop::whole("k", 4);
  sums.isSerial = true;
  EXPECT_THAT(chosen({sums, SharedLoop::whole("i", 6)}, 2), ElementsAre("i"));
}

// 5 blocks of 7 and one of 1: the first three are 21 of 36.
TEST(Sharing, BlocksOfWhichTheLastIsShort) {
  const SharedLoop tiles = SharedLoop::whole("i", 36);
  EXPECT_THAT(chosen({tiles.blocks("ib", 7), SharedLoop::whole("j", 2), tiles.inBlock("ii", 7)}, 2), ElementsAre("j"));
  EXPECT_THAT(chosen({tiles.blocks("ib", 9), SharedLoop::whole("j", 2), tiles.inBlock("ii", 9)}, 2), ElementsAre("ib"));
  EXPECT_FALSE(tiles.inBlock("ii", 7).isAlone);
  EXPECT_TRUE(tiles.inBlock("ii", 9).isAlone);
}

// 17 rows by 8 are 6 and 6 and 5: two parts, of two iterations and one.
TEST(Sharing, EvenPartsAreSharedOneAfterTheOther) {
  const SharedLoop tiles = SharedLoop::ofTiles("io", 17, 8, 1);
  ASSERT_EQ(tiles.parts.size(), 2U);
  EXPECT_FALSE(tiles.isAlone);
  EXPECT_THAT(chosen({tiles, SharedLoop::whole("j", 2)}, 2), ElementsAre("io", "j"));
  EXPECT_THAT(chosen({tiles}, 2), ElementsAre("io"));
}

} // namespace
} // namespace einjit::plan
