// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each golden holds spellings of one computation; all must become the same kernel, to the byte.
#include "Tensor/Numbers.h"
#include "Tensor/Passes/Passes.h"
#include "Tensor/Spelling.h"
#include "support/Golden.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::tensor {
namespace {

std::string canonical(const test::Spelling &spelling) {
  const auto lowered = test::lower(spelling);
  if (!lowered) return render(lowered.errors(), spelling.text) + "\n";
  const Kernel kernel = canonicalize(lowered->kernel);
  const std::string text = print(kernel);
  EXPECT_THAT(verify(kernel), testing::IsEmpty()) << text;
  EXPECT_EQ(print(canonicalize(kernel)), text) << "not a fixed point";
  EXPECT_EQ(test::numbersOf(kernel), test::numbersOf(lowered->kernel)) << text;
  return text;
}

std::string canonicalOfAll(const test::Golden &golden) {
  std::string common;
  const std::vector<test::Spelling> all = test::spellings(golden.input);
  EXPECT_GE(all.size(), 2U);
  for (const test::Spelling &spelling : all) {
    const std::string text = canonical(spelling);
    if (common.empty()) common = text;
    EXPECT_EQ(text, common) << spelling.text;
  }
  return common;
}

TEST(Canonicalize, SpellingsMeet) { test::checkGoldens("Tensor/Canonical", canonicalOfAll); }

} // namespace
} // namespace einjit::tensor
