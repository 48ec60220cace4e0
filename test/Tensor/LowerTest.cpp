// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Goldens of the lowering: einsum strings and programs become tensor IR, or get errors with carets.
#include "Tensor/Spelling.h"
#include "support/Golden.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::tensor {
namespace {

/// The spelling as a comment, and what it becomes.
std::string lowered(const test::Spelling &spelling) {
  const auto result = test::lower(spelling);
  if (!result) return render(result.errors(), spelling.text) + "\n";
  const std::string text = print(result->kernel);
  EXPECT_THAT(verify(result->kernel), testing::IsEmpty()) << text;
  const auto again = parseKernel(text);
  EXPECT_TRUE(again && print(*again) == text) << text;
  return text;
}

std::string lowerAll(const test::Golden &golden, bool einsums) {
  std::string text;
  for (test::Spelling &spelling : test::spellings(golden.input)) {
    spelling.isEinsum = einsums;
    if (!text.empty()) text += "--\n";
    text += "# " + spelling.text.substr(0, spelling.text.find('\n')) + "\n" + lowered(spelling);
  }
  return text;
}

TEST(Lower, Einsums) {
  test::checkGoldens("Tensor/Lower/Einsums", [](const test::Golden &golden) { return lowerAll(golden, true); });
}

TEST(Lower, Programs) {
  test::checkGoldens("Tensor/Lower/Programs", [](const test::Golden &golden) { return lowerAll(golden, false); });
}

} // namespace
} // namespace einjit::tensor
