// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Steps/Step.h"
#include "support/Golden.h"
#include <gtest/gtest.h>

namespace einjit::loop {
namespace {

TEST(ScheduleText, Goldens) {
  test::checkGoldens("Loop/ScheduleText", [](const test::Golden &golden) {
    const Result<Schedule> schedule = parseSchedule(golden.input);
    if (!schedule) return render(schedule.errors(), golden.input);
    const std::string text = print(*schedule);
    const Result<Schedule> again = parseSchedule(text);
    EXPECT_EQ(again ? print(*again) : render(again.errors(), text), text);
    return text;
  });
}

TEST(ScheduleText, AReasonStaysOnItsLine) {
  const Schedule schedule{{{Unroll{"i"}, "two\nlines"}, {Unroll{"j"}}}};
  const std::string text = "schedule {\n  unroll i  # two lines\n  unroll j\n}\n";
  EXPECT_EQ(print(schedule), text);
  const Result<Schedule> read = parseSchedule(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->steps[0].reason, "two lines");
  EXPECT_EQ(read->steps[1].reason, "");
}

} // namespace
} // namespace einjit::loop
