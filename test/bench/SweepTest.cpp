// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Sweep.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::bench {
namespace {

using testing::HasSubstr;

SweepOptions optionsFor(const std::string &range, const std::string &fixed = "") {
  SweepOptions options;
  options.einsum = "ij,jk->ik";
  options.range = range;
  options.fixed = fixed;
  options.secondsEach = 0;
  return options;
}

std::vector<std::int64_t> sizes(const std::string &range) {
  std::vector<std::int64_t> sizes;
  for (const auto &[n, which] : sweepCases(optionsFor(range))) sizes.push_back(n);
  return sizes;
}

SweepPoint point(std::int64_t n, double seconds) {
  SweepPoint point{n, {}};
  point.outcome.flops = 1e9;
  point.outcome.einjit = {"einjit", 1, {seconds, 2 * seconds, 3 * seconds}};
  point.outcome.roof = {4e9, 1e12};
  return point;
}

std::vector<SweepPoint> uneven() {
  std::vector<SweepPoint> points = {point(7, 0.5), point(8, 1), point(9, 1.25), point(10, 1), point(11, 2)};
  compareWithLarger(points);
  return points;
}

TEST(Sweep, ReadsRangesWithAndWithoutAStep) {
  EXPECT_EQ(sizes("3..5"), (std::vector<std::int64_t>{3, 4, 5}));
  EXPECT_EQ(sizes("64..200:64"), (std::vector<std::int64_t>{64, 128, 192}));
  for (const char *wrong : {"", "5", "5..3", "0..3", "1..x", "1..3:0", "1..3:", "a..3"})
    EXPECT_THROW(sizes(wrong), std::runtime_error) << wrong;
}

TEST(Sweep, AllIndicesHaveTheSizeButThoseThatAreFixed) {
  const auto cases = sweepCases(optionsFor("5..5", "j=64,k=2"));
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(str(cases[0].second.inputs[0].type), "f32[5,64]");
  EXPECT_EQ(str(cases[0].second.inputs[1].type), "f32[64,2]");
  EXPECT_THROW(sweepCases(optionsFor("5..5", "j")), std::runtime_error);
  EXPECT_THROW(sweepCases(optionsFor("5..5", "j=0")), std::runtime_error);
}

TEST(Sweep, ComparesWithTheFastestLargerSize) {
  std::vector<double> ratios;
  for (const SweepPoint &point : uneven()) ratios.push_back(point.toLarger);
  EXPECT_EQ(ratios, (std::vector<double>{1, 1, 1.25, 1, 1}));
}

TEST(Sweep, NamesTheCliffs) {
  const std::string text = sweepText(uneven());
  EXPECT_THAT(text, HasSubstr("    9      1.25 s       2.5 s      0.4 GFLOP/s   0.10       1.25 *\n"));
  EXPECT_THAT(text, HasSubstr(R"(
largest time over that of a larger size: 1.250; above 1.15: 1 of 5
  n = 9       1.250  1.25 s, but n = 10 takes 1 s
)"));
}

TEST(Sweep, PlotsTimeRateAndCliffs) {
  const Plot plot = sweepPlot(optionsFor("7..11"), uneven());
  EXPECT_EQ(plot.title, "ij,jk->ik, f32, 1 thread");
  ASSERT_EQ(plot.panels.size(), 3U);
  EXPECT_EQ(plot.panels[1].label, "GFLOP/s");
  EXPECT_EQ(plot.panels[1].series[0].points[1].y, 0.5) << "the median";
  EXPECT_EQ(plot.panels[1].series[1].points[1].y, 4) << "the roof";
  EXPECT_EQ(plot.panels[2].series[0].points[2].y, 1.25);
}

TEST(Sweep, MeasuresEverySize) {
  const std::vector<SweepPoint> points = measureSweep(optionsFor("2..4"));
  ASSERT_EQ(points.size(), 3U);
  for (const SweepPoint &point : points) {
    EXPECT_GT(point.outcome.einjit.min(), 0);
    EXPECT_GT(point.outcome.roofFraction(), 0);
    EXPECT_GE(point.toLarger, 1);
  }
}

} // namespace
} // namespace einjit::bench
