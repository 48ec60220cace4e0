// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Spellings.h"
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::bench {
namespace {

using testing::HasSubstr;

Case matmul() { return caseFromArguments("ij,jk->ik", {"f32[2,3]", "f32[3,4]"}); }

TEST(Spellings, RenameAndSwapAndMeanTheSame) {
  const std::vector<Spelling> spellings = spellingsOf(matmul(), 20, 7);
  ASSERT_EQ(spellings.size(), 21U);
  EXPECT_EQ(spellings.front().text, "ij,jk->ik");
  bool swapped = false;
  for (const Spelling &spelling : spellings) {
    const Einsum einsum = parseEinsum(spelling.text).value();
    const auto first = std::ranges::find(spelling.operands, 0U) - spelling.operands.begin();
    const std::string &a = einsum.operands[static_cast<std::size_t>(first)],
                      &b = einsum.operands[static_cast<std::size_t>(1 - first)];
    EXPECT_EQ(a[1], b[0]) << spelling.text;
    EXPECT_EQ(einsum.output, std::string({a[0], b[1]})) << spelling.text;
    swapped |= first == 1;
  }
  EXPECT_TRUE(swapped);
  EXPECT_EQ(spellingsOf(matmul(), 20, 7).back().text, spellings.back().text) << "drawn again the same";
}

TEST(Spellings, AScalarOperandStays) {
  const Case which = caseFromArguments("i,->i", {"f32[2]", "f32[]"});
  for (const Spelling &spelling : spellingsOf(which, 5, 1))
    EXPECT_EQ(parseEinsum(spelling.text).value().operands.size(), 2U) << spelling.text;
}

TEST(Spellings, TheSpreadIsThatOfTheLeastTimes) {
  const SpellingSpread even{"even", {{"ij->i", 1, {2, 9}}, {"ab->a", 1, {2.0625, 2.5}}}};
  const SpellingSpread uneven{"uneven", {{"i->i", 1, {2, 9}}, {"a->a", 1, {3, 4}}}};
  EXPECT_EQ(uneven.spread(), 1.5);
  EXPECT_EQ(rowText(uneven), "uneven                           2 s         3 s    1.500*  a->a\n");
  EXPECT_THAT(summaryText({even, uneven}),
              HasSubstr("above 1.05: 1 of 2\n  uneven                     1.500  i->i takes "
                        "2 s, a->a takes 3 s\n  even "));
}

TEST(Spellings, MeasuresThemAll) {
  const SpellingSpread spread = measureSpellings(matmul(), 3, 1, 0);
  ASSERT_EQ(spread.timings.size(), 4U);
  EXPECT_GE(spread.spread(), 1);
}

} // namespace
} // namespace einjit::bench
