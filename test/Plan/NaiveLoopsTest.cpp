// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Goldens of naive loops: a kernel of tensor IR and the plainest loop IR for it.
#include "Plan/NaiveLoops.h"
#include "Plan/Plans.h"
#include "support/Golden.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit {
namespace {

TEST(NaiveLoops, Goldens) {
  test::checkGoldens("Plan/NaiveLoops", [](const test::Golden &golden) {
    const auto kernel = tensor::parseKernel(golden.input);
    if (!kernel) return render(kernel.errors(), golden.input);
    EXPECT_THAT(verify(*kernel), testing::IsEmpty());
    const loop::Kernel loops = naiveLoops(*kernel, {golden.arguments == "contract"});
    const std::string text = print(loops);
    EXPECT_THAT(verify(loops, loop::Form::Building), testing::IsEmpty()) << text;
    const auto again = loop::parseKernel(text);
    EXPECT_TRUE(again && print(*again) == text) << text;
    return text;
  });
}

} // namespace
} // namespace einjit
