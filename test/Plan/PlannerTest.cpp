// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Goldens of the planner: a kernel, and the schedules it gets for the targets that `# run:` names. A schedule changes
// whenever the planner learns something; what must always hold is below.
#include "Plan/Plans.h"
#include "support/Golden.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace einjit {
namespace {

using testing::IsEmpty;

std::string schedules(const test::Golden &golden) {
  const tensor::Kernel kernel = test::canonicalKernel(golden.input);
  EXPECT_EQ(print(kernel), golden.input) << "a golden's input is canonical";
  std::string text;
  std::istringstream words(golden.arguments);
  std::int64_t threads = 1;
  for (std::string name; words >> name;) {
    if (name.starts_with("threads=")) {
      threads = std::stoll(name.substr(8));
      continue;
    }
    const auto found = findTarget(name);
    if (!found) {
      ADD_FAILURE() << "no target is named " << name;
      continue;
    }
    const Target &target = *found;
    const loop::Schedule schedule = planKernel(kernel, target, {threads});
    const loop::Kernel loops = test::planned(kernel, target, schedule);
    EXPECT_THAT(verify(loops), IsEmpty()) << print(schedule) << print(loops);
    text += "# " + name + "\n" + print(schedule);
  }
  return text;
}

TEST(Planner, Goldens) { test::checkGoldens("Plan/Schedules", schedules); }

/// Kernels with extents to fill in: N runs over many, the others are fixed.
struct Family {
  const char *name, *text;
};
constexpr Family families[] = {
    {"WeightedSum", "kernel @k(%a: {0}[3,5,{1}], %b: {0}[3,5]) -> {0}[3,{1}] {{"
                    "  %0 = [i:3, j:{1}] add over [k:5] of mul(%a[i,k,j], %b[i,k]) return %0 }}"},
    {"MatmulWide", "kernel @k(%a: {0}[7,4], %b: {0}[4,{1}]) -> {0}[7,{1}] {{"
                   "  %0 = [i:7, j:{1}] add over [k:4] of mul(%a[i,k], %b[k,j]) return %0 }}"},
    {"MatmulTall", "kernel @k(%a: {0}[{1},4], %b: {0}[4,33]) -> {0}[{1},33] {{"
                   "  %0 = [i:{1}, j:33] add over [k:4] of mul(%a[i,k], %b[k,j]) return %0 }}"},
    {"MatmulOfShortRows", "kernel @k(%a: {0}[3,{1},4], %b: {0}[4,2]) -> {0}[3,{1},2] {{"
                          "  %0 = [g:3, i:{1}, j:2] add over [k:4] of mul(%a[g,i,k], %b[k,j]) return %0 }}"},
    {"MatmulTransposed", "kernel @k(%a: {0}[{1},19], %b: {0}[6,19]) -> {0}[{1},6] {{"
                         "  %0 = [i:{1}, j:6] add over [k:19] of mul(%a[i,k], %b[j,k]) return %0 }}"},
    {"MatmulConverted", "kernel @k(%a: bf16[{1},19], %b: bf16[19,{1}]) -> {0}[{1},{1}] {{"
                        "  %0 = [i:{1}, j:{1}] add over [k:19] of mul({0}(%a[i,k]), {0}(%b[k,j])) return %0 }}"},
    {"MatmulOfBytes",
     "kernel @k(%a: u8[5,{1}], %b: i8[{1},37]) -> {0}[5,37] {{"
     "  %0 = [i:5, j:37] add over [k:{1}] of mul(i32(%a[i,k]), i32(%b[k,j])) then {0}(acc) return %0 }}"},
    {"MatmulOfBytesTransposed", "kernel @k(%a: i8[19,40], %b: i8[{1},19]) -> {0}[40,{1}] {{"
                                "  %0 = [i:40, j:{1}] add over [k:19] of mul(i32(%a[k,i]), i32(%b[j,k])) then {0}(acc)"
                                "  return %0 }}"},
    {"Dot", "kernel @k(%a: {0}[{1}], %b: {0}[{1}]) -> {0}[] {{"
            "  %0 = [] add over [k:{1}] of mul(%a[k], %b[k]) return %0 }}"},
    {"RowSums", "kernel @k(%a: {0}[5,{1}]) -> {0}[5] {{ %0 = [i:5] add over [k:{1}] of %a[i,k] return %0 }}"},
    {"ColumnSums", "kernel @k(%a: {0}[5,{1}]) -> {0}[{1}] {{ %0 = [i:{1}] add over [k:5] of %a[k,i] return %0 }}"},
    {"Transpose", "kernel @k(%a: {0}[9,{1}]) -> {0}[{1},9] {{ %0 = [i:{1}, j:9] %a[j,i] return %0 }}"},
    {"Elementwise", "kernel @k(%a: {0}[{1}], %b: {0}[{1}]) -> {0}[{1}] {{ %0 = [i:{1}] add(%a[i], %b[i]) return %0 }}"},
    {"Centred", "kernel @k(%a: {0}[4,{1}]) -> {0}[4,{1}] {{"
                "  %0 = [i:4] add over [k:{1}] of %a[i,k] %1 = [m:4, n:{1}] sub(%a[m,n], %0[m]) return %1 }}"},
};

class PlannedLoops : public testing::TestWithParam<Family> {};

/// Extents around vectors and tiles, for every target: plans are never refused, their loops are well-formed in their
/// final form, and what they keep in registers fits there.
TEST_P(PlannedLoops, AreFinalAndFitTheRegisters) {
  for (const Target &target : presetTargets())
    for (std::int64_t extent = 0; extent <= 67; ++extent)
      for (const char *dtype : {"f32", "f64", "c64"}) {
        const std::string text = fmt::format(fmt::runtime(GetParam().text), dtype, extent);
        const tensor::Kernel kernel = test::canonicalKernel(text);
        const loop::Schedule schedule = planKernel(kernel, target);
        const loop::Kernel loops = test::planned(kernel, target, schedule);
        ASSERT_THAT(verify(loops), IsEmpty()) << target.name << "\n" << print(schedule) << print(loops);
        ASSERT_LE(test::registersCarried(loops, target), target.vectorRegisters) << target.name << "\n"
                                                                                 << print(schedule) << print(loops);
      }
}

INSTANTIATE_TEST_SUITE_P(Planner, PlannedLoops, testing::ValuesIn(families),
                         [](const auto &info) { return std::string(info.param.name); });

// Loops in another order would have to show that they write each element once.
TEST(Planner, ResultsInMemoryOfAnotherShapeAreNotReordered) {
  for (const Target &target : presetTargets())
    for (std::int64_t n = 1; n <= 20; ++n) {
      const tensor::Kernel kernel = test::canonicalKernel(fmt::format(R"(
        kernel @k(%a: f64[9,2,2], %b: f64[{0},2]) -> f64[{1}] {{
          %0 = [i:9, j:2, n:{0}] add over [k:2] of mul(%a[i,j,k], %b[n,k])
          %1 = reshape f64[{1}] (%0)
          return %1
        }})",
                                                                      n, 18 * n));
      const loop::Schedule schedule = planKernel(kernel, target);
      EXPECT_THAT(verify(test::planned(kernel, target, schedule)), IsEmpty()) << target.name << "\n" << print(schedule);
    }
}

TEST(Planner, ExactReductionsKeepTheirOrder) {
  const tensor::Kernel kernel = test::canonicalKernel("exact kernel @k(%a: f32[5,640]) -> f32[5] {"
                                                      "  %0 = [i:5] add over [k:640] of %a[i,k] return %0 }");
  const loop::Schedule schedule = planKernel(kernel, *findTarget("haswell"));
  for (const loop::Step &step : schedule.steps)
    EXPECT_FALSE(std::holds_alternative<loop::Privatize>(step.action)) << print(schedule);
}

TEST(Planner, OneThreadPlansNoParallelLoops) {
  const tensor::Kernel kernel = test::canonicalKernel("kernel @k(%a: f32[4096,4096]) -> f32[4096] {"
                                                      "  %0 = [i:4096] add over [k:4096] of %a[i,k] return %0 }");
  const auto parallelSteps = [&](std::int64_t threads) {
    std::size_t count = 0;
    for (const loop::Step &step : planKernel(kernel, *findTarget("haswell"), {threads}).steps)
      count += std::holds_alternative<loop::Parallelize>(step.action) ? 1U : 0U;
    return count;
  };
  EXPECT_EQ(parallelSteps(1), 0U);
  EXPECT_EQ(parallelSteps(2), 1U);
}

TEST(Planner, EmptyKernelsNeedNoPlan) {
  const tensor::Kernel kernel =
      test::canonicalKernel("kernel @k(%a: f32[0,4]) -> f32[0,4] { %0 = [i:0, j:4] neg(%a[i,j]) return %0 }");
  EXPECT_TRUE(planKernel(kernel, *findTarget("generic")).steps.empty());
}

} // namespace
} // namespace einjit
