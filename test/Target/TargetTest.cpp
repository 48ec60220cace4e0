// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Target/Target.h"
#include "support/Golden.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit {
namespace {

using testing::HasSubstr;

/// The text of a target, as `findTarget` understands it, printed again; or why not.
std::string action(const test::Golden &golden) {
  std::string text = golden.input;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const Result<Target> target = findTarget(text);
  return target ? print(*target) : render(target.errors(), text);
}

TEST(Target, Goldens) { test::checkGoldens("Target/Texts", action); }

TEST(Target, TextsReadBackAsTheSameTarget) {
  std::vector<Target> targets = presetTargets();
  targets.push_back(hostTarget());
  for (const Target &target : targets) {
    const Result<Target> again = parseTarget(print(target));
    ASSERT_TRUE(again) << print(target);
    EXPECT_EQ(*again, target);
    EXPECT_EQ(print(*again), print(target));
  }
}

TEST(Target, EveryPresetIsFoundByName) {
  for (const Target &preset : presetTargets()) {
    const Result<Target> found = findTarget(preset.name);
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, preset);
  }
  EXPECT_EQ(*findTarget("host"), hostTarget());
}

TEST(Target, LanesFillAVectorRegister) {
  EXPECT_EQ(findTarget("znver4")->lanes(4), 16);
  EXPECT_EQ(findTarget("haswell")->lanes(8), 4);
  EXPECT_EQ(findTarget("generic")->lanes(1), 16);
}

TEST(Host, RunsWhatItIs) {
  EXPECT_TRUE(runsOnHost(hostTarget())) << print(hostTarget());
  EXPECT_GE(hostTarget().cores, 1);
  EXPECT_GT(hostTarget().l1Bytes, 0);
}

#if defined(__x86_64__)
TEST(Host, RunsTheLeastOfItsArchitecture) { EXPECT_TRUE(runsOnHost(*findTarget("generic"))); }

TEST(Host, DoesNotRunWhatItLacks) {
  Target target = *findTarget("generic");
  target.features = "+avx512f";
  EXPECT_EQ(runsOnHost(target), bool(__builtin_cpu_supports("avx512f")));
  target.features = "+fma4"; // AMD's from before 2017, on no processor of einjit's list
  EXPECT_EQ(runsOnHost(target), bool(__builtin_cpu_supports("fma4")));
  Target avx2 = *findTarget("haswell");
  EXPECT_EQ(runsOnHost(avx2), bool(__builtin_cpu_supports("avx2")) && bool(__builtin_cpu_supports("fma")));
}

TEST(Host, FeaturesTakenAwayAreNotNeeded) {
  Target target = *findTarget("skylake-avx512");
  target.features = "-avx512f,-avx512cd,-avx512bw,-avx512dq,-avx512vl";
  EXPECT_EQ(runsOnHost(target), runsOnHost(*findTarget("haswell")));
}
#endif

TEST(Host, OtherArchitecturesDoNotRun) {
  Target target = hostTarget();
  target.triple = "riscv64-unknown-linux-gnu";
  EXPECT_FALSE(runsOnHost(target));
  target.triple = "x86_64-pc-windows-msvc";
  EXPECT_FALSE(runsOnHost(target));
}

} // namespace
} // namespace einjit
