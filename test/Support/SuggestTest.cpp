// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Suggest.h"
#include <gtest/gtest.h>

namespace einjit {
namespace {

TEST(Suggest, FindsTheNearestName) {
  EXPECT_EQ(closest("unsqeeze", {"squeeze", "unsqueeze", "sum"}), "unsqueeze");
  EXPECT_EQ(closest("smu", {"min", "sum"}), "sum"); // a swap of neighbours is one edit
  EXPECT_EQ(closest("att", {"emb", "atte"}), "atte");
}

TEST(Suggest, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(closest("softmax", {"sum", "prod"}), "");
  EXPECT_EQ(closest("x", {"y", "z"}), "");
  EXPECT_EQ(closest("sum", {}), "");
  EXPECT_EQ(closest(std::string(1000, 'a'), {std::string(999, 'a')}), "");
}

} // namespace
} // namespace einjit
