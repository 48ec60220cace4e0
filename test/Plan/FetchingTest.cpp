// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which runs of a nest's loops fetch a piece of memory each.
#include "Plan/Fetching.h"
#include <gtest/gtest.h>

namespace einjit::plan {
namespace {

void expectTurns(std::int64_t pieces, const std::vector<std::int64_t> &extents, bool maySplit, PieceTurns expected) {
  const auto turns = choosePieceTurns(pieces, extents, maySplit);
  ASSERT_TRUE(turns);
  EXPECT_EQ(turns->loop, expected.loop);
  EXPECT_EQ(turns->part, expected.part);
  EXPECT_EQ(turns->steps, expected.steps);
}

TEST(PieceTurns, RunsOfTheSum) { expectTurns(48, {8, 6, 48}, false, {2, 48, 48}); }

TEST(PieceTurns, AQuarterOfTheRunsMayBeLeftOver) {
  expectTurns(48, {8, 8, 48}, false, {2, 48, 48});
  EXPECT_FALSE(choosePieceTurns(48, std::vector<std::int64_t>{8, 9, 48}, false));
}

TEST(PieceTurns, RunsOfALoopAroundIt) { expectTurns(8, {8, 16, 48}, false, {1, 16, 768}); }

TEST(PieceTurns, PartsOfTheSum) { expectTurns(24, {2, 6, 24}, false, {2, 12, 12}); }

TEST(PieceTurns, PartsOfAnotherLoopIfItMayBeSplit) {
  EXPECT_FALSE(choosePieceTurns(48, std::vector<std::int64_t>{8, 28, 48}, false));
  expectTurns(48, {8, 28, 48}, true, {1, 4, 192});
}

} // namespace
} // namespace einjit::plan
