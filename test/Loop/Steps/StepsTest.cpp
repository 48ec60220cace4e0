// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Goldens of the schedule steps. `# run:` holds the steps, separated by `;`.
#include "Loop/Steps/Step.h"
#include "support/Golden.h"
#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::loop {
namespace {

Schedule scheduleOf(std::string steps) {
  std::replace(steps.begin(), steps.end(), ';', '\n');
  const Result<Schedule> schedule = parseSchedule("schedule {\n" + steps + "\n}");
  EXPECT_TRUE(schedule) << (schedule ? "" : render(schedule.errors(), steps));
  return schedule ? *schedule : Schedule{};
}

/// Applies the steps one by one, each to what its predecessor's text reads back as: the text says all there is.
Result<Kernel> applyThroughText(Kernel kernel, const Schedule &schedule) {
  for (const Step &step : schedule.steps) {
    Result<Kernel> next = apply(std::move(kernel), step);
    if (!next) return next;
    EXPECT_THAT(verify(*next, Form::Building), testing::IsEmpty()) << print(*next);
    next = parseKernel(print(*next));
    if (!next) return next;
    kernel = *std::move(next);
  }
  return kernel;
}

std::string textOf(const Result<Kernel> &result) {
  return result ? print(*result) : fmt::format("{}: {}", name(result.errors()[0].kind), result.errors()[0].message);
}

Result<Kernel> run(const test::Golden &golden) {
  const Result<Kernel> kernel = parseKernel(golden.input);
  if (!kernel) return kernel;
  EXPECT_THAT(verify(*kernel, Form::Building), testing::IsEmpty());
  const Schedule schedule = scheduleOf(golden.arguments);
  Result<Kernel> result = apply(*kernel, schedule);
  EXPECT_EQ(textOf(applyThroughText(*kernel, schedule)), textOf(result));
  return result;
}

constexpr const char *stepNames[] = {
#define STEP(Name, text) #Name,
#include "Loop/Steps/Steps.def"
#undef STEP
};

class StepGoldens : public testing::TestWithParam<const char *> {};

TEST_P(StepGoldens, Match) {
  test::checkGoldens(std::string("Loop/Steps/") + GetParam(),
                     [](const test::Golden &golden) { return textOf(run(golden)); });
}

INSTANTIATE_TEST_SUITE_P(Loop, StepGoldens, testing::ValuesIn(stepNames));
INSTANTIATE_TEST_SUITE_P(Schedule, StepGoldens, testing::Values("Sequences"));

TEST(Schedule, FullSequencesAreFinal) {
  for (const test::Golden &golden : test::goldens("Loop/Steps/Sequences")) {
    const Result<Kernel> kernel = run(golden);
    ASSERT_TRUE(kernel) << golden.name;
    EXPECT_THAT(verify(*kernel, Form::Final), testing::IsEmpty()) << golden.name;
  }
}

TEST(Schedule, EveryStepHasALegalAndARefusedGolden) {
  for (const std::string step : stepNames) {
    const std::vector<test::Golden> all = test::goldens("Loop/Steps/" + step);
    const auto isRefused = [](const test::Golden &golden) { return golden.expected.starts_with("step-refused"); };
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), isRefused)) << step;
    EXPECT_FALSE(std::all_of(all.begin(), all.end(), isRefused)) << step;
  }
}

} // namespace
} // namespace einjit::loop
