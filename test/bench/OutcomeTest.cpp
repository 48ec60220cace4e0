// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Outcome.h"
#include "CompileReport.h"
#include "Report.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

Outcome outcome(const std::string &id, double seconds, double roofSeconds) {
  Outcome outcome;
  outcome.id = id;
  outcome.group = "matmul";
  outcome.program = "ik,kj->ij";
  outcome.inputs = {{"0", "f32[4,4]"}, {"1", "f32[4,4]"}};
  outcome.flops = 1024 * roofSeconds;
  outcome.bytes = 128;
  outcome.compile = {.parse = 0.125, .machine = 0.25};
  outcome.codeBytes = 2048;
  outcome.einjit = {"einjit", 2, {seconds, seconds, 4 * seconds}};
  outcome.peers = {{"slow", 1, {8 * seconds}}, {"fast", 1, {2 * seconds}}};
  outcome.roof = {1024, 1e12};
  return outcome;
}

Outcome failure(const std::string &id, bool skipped) {
  Outcome outcome;
  outcome.id = id;
  outcome.group = "matmul";
  outcome.program = "x +";
  outcome.error = "error: unexpected end";
  outcome.skipped = skipped;
  return outcome;
}

Outcome onlyCompiled(const std::string &id, double seconds, std::int64_t codeBytes) {
  Outcome outcome;
  outcome.id = id;
  outcome.program = "ij->ji";
  outcome.compile.machine = seconds;
  outcome.codeBytes = codeBytes;
  return outcome;
}

TEST(Outcome, StandsByItsMedianBesideTheBestPeerAndTheRoof) {
  const Outcome a = outcome("a", 0.5, 0.25);
  EXPECT_EQ(a.einjit.median(), 0.5);
  EXPECT_EQ(a.bestPeer()->name, "fast");
  EXPECT_EQ(a.ratio(), 2);
  EXPECT_EQ(a.roofFraction(), 0.5);
  EXPECT_TRUE(a.computeBound());
}

TEST(Outcome, TheRoofIsTheLongerTime) {
  Outcome a = outcome("a", 0.5, 0.25);
  a.roof.bytes = 256;
  EXPECT_EQ(a.roofSeconds(), 0.5);
  EXPECT_FALSE(a.computeBound());
}

TEST(Outcome, GeometricMean) {
  EXPECT_DOUBLE_EQ(geometricMean({0.5, 2, 8}), 2);
  EXPECT_EQ(geometricMean({}), 0);
}

TEST(OutcomeJson, ReadsBackWhatItWrites) {
  const Results results{
      2, "a processor", {{"fast", "1.0"}}, {outcome("a", 0.5, 0.25), failure("b", false), failure("c", true)}};
  EXPECT_EQ(fromJson(toJson(results)), results);
}

TEST(OutcomeJson, ReadsBackCasesThatWereOnlyCompiled) {
  const Results results{1, "p", {}, {onlyCompiled("a", 0.5, 1024)}};
  EXPECT_EQ(fromJson(toJson(results)), results);
}

TEST(OutcomeJson, ReadsRunsFromBeforeStagesWereKept) {
  Outcome old = outcome("a", 0.5, 0.25);
  old.compile = {};
  old.codeBytes = 0;
  EXPECT_EQ(fromJson(toJson({1, "p", {}, {old}})).cases.front(), old);
}

TEST(OutcomeJson, RefusesOtherTexts) {
  EXPECT_THROW(fromJson("{"), std::runtime_error);
  EXPECT_THROW(fromJson("{}"), std::runtime_error);
  EXPECT_THROW(fromJson(R"({"threads": 1, "processor": "p", "peers": {}, "cases": [{"id": 3}]})"), std::runtime_error);
}

TEST(Report, ComparesCasesThatBothRunsMeasured) {
  const Results saved{
      1, "p", {}, {outcome("a", 0.5, 0.25), outcome("b", 0.5, 0.25), outcome("gone", 1, 1), failure("c", false)}};
  const Results now{
      1, "p", {}, {outcome("a", 0.25, 0.25), outcome("b", 0.125, 0.125), outcome("c", 1, 1), failure("gone", false)}};
  EXPECT_EQ(comparisonText(saved, now), R"(
since the saved run            speed   roof before  roof now  roof ratio
a                              2.000         0.500     1.000       2.000
b                              4.000         0.500     1.000       2.000
geometric mean of 2            2.828                               2.000
only in the saved run: gone
only in this run: c
)");
}

TEST(Report, SaysWhenTheSavedRunIsOfAnotherKind) {
  EXPECT_THAT(comparisonText({1, "p", {}, {}}, {2, "p", {}, {}}), HasSubstr("had 1 threads, this one 2"));
  EXPECT_THAT(comparisonText({1, "p", {}, {}}, {1, "q", {}, {}}), HasSubstr("another processor"));
}

TEST(Report, SumsUpByClassAndNamesTheWorst) {
  const std::string text =
      summaryText({1, "p", {}, {outcome("a", 0.5, 0.25), outcome("b", 0.5, 0.0625), failure("c", false)}});
  EXPECT_THAT(text, HasSubstr("matmul                       2     0.250           2.000  in 2\n"));
  EXPECT_THAT(text, HasSubstr("farthest from the roof\n  b "));
  EXPECT_THAT(text, HasSubstr("not measured\n  c "));
}

TEST(Report, ListsContestantsTheFastestFirst) {
  EXPECT_EQ(contestantsText(outcome("a", 0.5, 0.25)), R"(
                      median     minimum   time/einjit
einjit                500 ms      500 ms          1.00
fast                     1 s         1 s          2.00
slow                     4 s         4 s          8.00
)");
  EXPECT_EQ(contestantsText(failure("c", false)), "");
}

TEST(Report, ComparesWithOneThread) {
  Outcome small = outcome("small", 0.5, 0.25), large = outcome("large", 0.5, 0.25);
  small.oneThread = Timing{"einjit, 1 thread", 1, {0.5, 0.25, 0.5}};
  large.oneThread = Timing{"einjit, 1 thread", 1, {1, 1, 0.5}};
  large.flops = 2.0 * 128 * 128 * 129;
  EXPECT_EQ(large.speedup(), 2);
  EXPECT_EQ(outcome("alone", 0.5, 0.25).speedup(), 0);
  EXPECT_EQ(fromJson(toJson({2, "p", {}, {large}})).cases.front(), large);
  EXPECT_THAT(headingText(2), HasSubstr("compile ms  1 thread/einjit\n"));
  EXPECT_THAT(headingText(1), HasSubstr("compile ms\n"));
  EXPECT_THAT(rowText(large), testing::EndsWith("             2.00\n"));
  EXPECT_THAT(contestantsText(large), HasSubstr("einjit, 1 thread         1 s      500 ms          2.00\n"));
  EXPECT_THAT(summaryText({2, "p", {}, {small, large, outcome("alone", 0.5, 0.25)}}),
              HasSubstr("speed-up over one thread: geometric mean 1.414 in 2; above 128^3 multiply-adds 2.000 in 1\n"
                        "\nleast speed-up of the large\n  large "));
}

TEST(Report, ACaseWithoutPeersHasNoRatio) {
  Outcome alone = outcome("a", 0.5, 0.25);
  alone.peers.clear();
  EXPECT_EQ(alone.ratio(), 0);
  EXPECT_THAT(summaryText({1, "p", {}, {alone}}), Not(HasSubstr("beside the best peer")));
}

TEST(Report, SaysWhatCompilingTakes) {
  const Results results{
      1, "p", {}, {onlyCompiled("small", 0.001, 512), onlyCompiled("large", 0.0025, 10240), failure("c", false)}};
  EXPECT_EQ(compileHeadingText() + compileRowText(results.cases[1]) + compileRowText(results.cases[2]),
            R"(case                         KiB        ms    parse   tensor     plan     loop     llvm  machine     link
large                       10.0      2.50     0.00     0.00     0.00     0.00     0.00     2.50     0.00
c                       not compiled
)");
  EXPECT_EQ(summaryText(results), R"(
compiling                   median      99th      most
code, KiB                    10.00     10.00     10.00
time, ms                      2.50      2.50      2.50
  parse                       0.00      0.00      0.00
  tensor                      0.00      0.00      0.00
  plan                        0.00      0.00      0.00
  loop                        0.00      0.00      0.00
  llvm                        0.00      0.00      0.00
  machine                     2.50      2.50      2.50
  link                        0.00      0.00      0.00

longest to compile, ms
  large                        2.5  ij->ji
  small                        1.0  ij->ji

most code, KiB
  large                       10.0  ij->ji
  small                        0.5  ij->ji

not measured
  c                       error: unexpected end
)");
}

} // namespace
} // namespace einjit::bench
