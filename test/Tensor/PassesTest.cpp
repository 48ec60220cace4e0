// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each golden of a pass is a kernel before and after it. All passes keep what every golden's kernel computes.
#include "Tensor/Passes/Passes.h"
#include "Tensor/Numbers.h"
#include "support/Golden.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::tensor {
namespace {

struct NamedPass {
  const char *function, *flag;
};
constexpr NamedPass namedPasses[] = {
#define TENSOR_PASS(function, flag, summary) {#function, flag},
#include "Tensor/Passes/Passes.def"
#undef TENSOR_PASS
};

std::string folderOf(const NamedPass &pass) { return std::string("Tensor/Passes/") + pass.function; }

/// The well-formed kernel of a golden's input.
Kernel kernelOf(const test::Golden &golden) {
  const auto kernel = parseKernel(golden.input);
  EXPECT_TRUE(kernel) << (kernel ? "" : render(kernel.errors(), golden.input));
  if (!kernel) return {};
  EXPECT_THAT(verify(*kernel), testing::IsEmpty()) << golden.input;
  return *kernel;
}

/// `# run: l2=BYTES` is for a machine with such a cache.
PassOptions optionsOf(const test::Golden &golden) {
  PassOptions options;
  if (golden.arguments.starts_with("l2=")) options.rates.l2Bytes = std::stod(golden.arguments.substr(3));
  return options;
}

/// The text of what the pass makes of a kernel, which must be well-formed, read back the same, and compute the same.
std::string run(const Pass &pass, const Kernel &before, const PassOptions &options) {
  const Kernel after = pass.run(before, options);
  const std::string text = print(after);
  EXPECT_THAT(verify(after), testing::IsEmpty()) << text;
  const auto again = parseKernel(text);
  EXPECT_TRUE(again && print(*again) == text) << text;
  EXPECT_EQ(test::numbersOf(after), test::numbersOf(before)) << text;
  return text;
}

class PassGoldens : public testing::TestWithParam<NamedPass> {};

TEST_P(PassGoldens, Match) {
  const Pass *pass = findPass(GetParam().flag);
  ASSERT_NE(pass, nullptr);
  test::checkGoldens(folderOf(GetParam()),
                     [&](const test::Golden &golden) { return run(*pass, kernelOf(golden), optionsOf(golden)); });
}

/// A golden named `keeps-…` shows what the pass leaves alone.
TEST_P(PassGoldens, ShowWhatChangesAndWhatDoesNot) {
  std::size_t kept = 0, changed = 0;
  for (const test::Golden &golden : test::goldens(folderOf(GetParam()))) {
    const bool same = golden.expected == print(kernelOf(golden));
    EXPECT_EQ(same, golden.name.starts_with("keeps-")) << golden.path;
    ++(same ? kept : changed);
  }
  EXPECT_GE(kept, 1U);
  EXPECT_GE(changed, 2U);
}

/// Running a pass again changes nothing.
TEST_P(PassGoldens, AreFixedPoints) {
  for (const test::Golden &golden : test::goldens(folderOf(GetParam()))) {
    const Pass *pass = findPass(GetParam().flag);
    const Kernel once = pass->run(kernelOf(golden), optionsOf(golden));
    EXPECT_EQ(print(pass->run(once, optionsOf(golden))), print(once)) << golden.path;
  }
}

TEST_P(PassGoldens, ComputeTheSameAfterEveryPass) {
  for (const test::Golden &golden : test::goldens(folderOf(GetParam()))) {
    SCOPED_TRACE(golden.path);
    const Kernel kernel = kernelOf(golden);
    for (const Pass &pass : passes()) run(pass, kernel, optionsOf(golden));
    run({"canonicalize", "", canonicalize}, kernel, optionsOf(golden));
  }
}

INSTANTIATE_TEST_SUITE_P(Tensor, PassGoldens, testing::ValuesIn(namedPasses),
                         [](const auto &info) { return std::string(info.param.function); });

TEST(Passes, AreFoundByTheirFlags) {
  for (const Pass &pass : passes()) {
    EXPECT_EQ(findPass(pass.name), &pass);
    EXPECT_FALSE(pass.summary.empty()) << pass.name;
  }
  EXPECT_EQ(findPass("fold"), nullptr);
  EXPECT_EQ(findPass(""), nullptr);
}

} // namespace
} // namespace einjit::tensor
