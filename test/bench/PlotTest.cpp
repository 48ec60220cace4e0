// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plot.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Plot, LinearTicksAreRoundAndCoverTheRange) {
  EXPECT_THAT(linearTicks(0, 176, 5), ElementsAre(0, 50, 100, 150, 200));
  EXPECT_THAT(linearTicks(1, 130, 12), ElementsAre(0, 20, 40, 60, 80, 100, 120, 140));
  EXPECT_THAT(linearTicks(0, 0.5, 5), ElementsAre(0, testing::DoubleEq(0.1), testing::DoubleEq(0.2),
                                                  testing::DoubleEq(0.3), testing::DoubleEq(0.4), 0.5));
  EXPECT_THAT(linearTicks(3, 3, 5).size(), testing::Ge(2U)) << "one value has a range, too";
}

TEST(Plot, LogarithmicTicksAreFewEnough) {
  EXPECT_THAT(logarithmicTicks(3, 40), ElementsAre(2, 5, 10, 20, 50));
  EXPECT_THAT(logarithmicTicks(1, 10000), ElementsAre(1, 10, 100, 1000, 10000));
  EXPECT_THAT(logarithmicTicks(2, 2), ElementsAre(2, 5)) << "one value has a range, too";
}

std::string number(double value) { return fmt::format("<{:g}>", value); }

const Plot plot{"i,i-> & more",
                "n",
                {{"time", true, {{"a", {{1, 1}, {3, 100}}}}, number},
                 {"rate", false, {{"b", {{1, 0}, {3, 50}}}, {"limit", {{1, 50}, {3, 50}}, true}}, number}}};

TEST(Plot, PlacesPointsByTheScaleOfTheirPanel) {
  const std::string svg = svgText(plot);
  // x from 110 to 930; the first panel's y from 314 up to 64, logarithmic, the second's from 610 up to 360.
  EXPECT_THAT(svg, HasSubstr(R"(<polyline points="110.0,314.0 930.0,64.0" class="line")"));
  EXPECT_THAT(svg, HasSubstr(R"(<polyline points="110.0,610.0 930.0,360.0" class="line")"));
  EXPECT_THAT(svg, HasSubstr(R"(<polyline points="110.0,360.0 930.0,360.0" class="line bound")"));
}

TEST(Plot, EscapesTextAndSaysTheValuesOfMarks) {
  const std::string svg = svgText(plot);
  EXPECT_THAT(svg, HasSubstr(">i,i-&gt; &amp; more</text>"));
  EXPECT_THAT(svg, HasSubstr("<title>3: &lt;100&gt;</title>"));
  EXPECT_THAT(svg, Not(HasSubstr("<10>")));
}

TEST(Plot, APanelWithoutPointsHasAxes) {
  const std::string svg = svgText({"", "n", {{"time", true, {}, number}}});
  EXPECT_THAT(svg, HasSubstr("class=\"frame\""));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

} // namespace
} // namespace einjit::bench
