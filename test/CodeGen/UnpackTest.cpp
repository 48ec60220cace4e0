// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Contractions whose lanes lie along another axis than the one along which the result is contiguous: what they compute
// is unpacked and transposed in blocks. Naive loops in the interpreter say what is expected.
#include "CodeGen/Execution.h"
#include "Loop/Steps/Step.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

/// adb,cd->cba
std::string naive(std::string_view type, int a, int b, int c) {
  return fmt::format("kernel @k(in %a: {0}[{1},5,{2}], in %b: {0}[{3},5], out %out: {0}[{3},{2},{1}]) {{\n"
                     "  for c in 0..{3} {{ for b in 0..{2} {{ for a in 0..{1} {{\n"
                     "    scratch %acc: {0}[]\n"
                     "    %acc[] = {0}(0)\n"
                     "    for d in 0..5 {{ %acc[] = fma(%b[c,d], %a[a,d,b], %acc[]) }}\n"
                     "    %out[c,b,a] = %acc[]\n"
                     "  }} }} }}\n"
                     "}}",
                     type, a, b, c);
}

/// Lanes of the tile along b, of which %a has rows; blocks of `lanes` by `lanes` elements.
std::string schedule(int lanes, std::string_view rest) {
  return fmt::format("schedule {{\n"
                     "  split a by {0} as ao, ai masked\n"
                     "  order ao, ai, c, b\n"
                     "  unpack %out at ao over ai, c, b as %u by au, cu, bu\n"
                     "  split c by 4 as co, ct even 1\n"
                     "  split b by {0} as bo, bl masked\n"
                     "  order ao, co, ai, bo, d, ct, bl\n"
                     "  keep %acc in registers\n"
                     "  vectorize bl\n"
                     "  unroll ct\n"
                     "  split bu by {0} as buo, but masked\n"
                     "  order cu, buo, but, au\n"
                     "  vectorize au\n"
                     "  unroll but\n"
                     "  {1}\n"
                     "}}",
                     lanes, rest);
}

loop::Kernel scheduled(const loop::Kernel &kernel, const std::string &text) {
  const Result<loop::Schedule> schedule = loop::parseSchedule(text);
  if (!schedule) throw std::logic_error(render(schedule.errors(), text));
  Result<loop::Kernel> result = apply(kernel, *schedule);
  if (!result) throw std::logic_error(render(result.errors(), text));
  EXPECT_THAT(verify(*result), testing::IsEmpty()) << print(*result);
  return *std::move(result);
}

void expectLikeNaive(const std::string &naiveText, const std::string &scheduleText) {
  const loop::Kernel kernel = kernelOf(naiveText), fast = scheduled(kernel, scheduleText);
  const std::vector<Memory> arguments = argumentsOf(kernel);
  std::vector<Memory> expected = arguments, interpreted = arguments;
  runInterpreted(kernel, expected);
  runInterpreted(fast, interpreted);
  SCOPED_TRACE(print(fast));
  expectSame(interpreted, expected);
  expectResults(fast, arguments, expected, runnableTargets());
}

TEST(Unpack, TransposedTiles) {
  expectLikeNaive(naive("f32", 40, 33, 6), schedule(16, "parallelize ao"));
  expectLikeNaive(naive("f32", 17, 7, 1), schedule(16, ""));
  expectLikeNaive(naive("f64", 16, 24, 5), schedule(8, "stream %out"));
}

// The result reads an operand that lies as it does, and may be in its memory; the scratch is wider than both.
TEST(Unpack, EpiloguesInTheCopy) {
  std::string text = naive("f32", 37, 21, 3), steps = schedule(16, "");
  const auto replace = [](std::string &where, std::string_view what, std::string_view by) {
    where.replace(where.find(what), what.size(), by);
  };
  replace(text, "out %out", "in %d: bf16[3,21,37], in %e: f32[21], out %out");
  replace(text, "%out: f32", "%out: bf16");
  replace(text, "= %acc[]", "= bf16(fma(%acc[], %e[b], f32(%d[c,b,a])))");
  replace(steps, "as %u", "as %u of %acc");
  expectLikeNaive(text, steps);
}

TEST(Unpack, LoopsInsideParallelOnes) {
  const std::string text = "schedule {\n"
                           "  split a by 8 as ao, ai masked\n"
                           "  order c, ao, ai, b\n"
                           "  unpack %out at c over ao, ai, b as %u by aou, au, bu\n"
                           "  order aou, bu, au\n"
                           "  parallelize c\n"
                           "  vectorize au\n"
                           "}";
  expectLikeNaive(naive("f32", 21, 9, 4), text);
}

// Threads fill one scratch together, and one of them copies when all are ready.
TEST(Unpack, ParallelLoopsInside) {
  const std::string text = "schedule {\n"
                           "  order a, c, b\n"
                           "  unpack %out over a, c, b as %u by au, cu, bu\n"
                           "  parallelize a\n"
                           "  order cu, bu, au\n"
                           "}";
  expectLikeNaive(naive("f32", 21, 9, 4), text);
}

TEST(Assembly, UnpackedTilesAreTransposedInBlocks) {
  const loop::Kernel kernel = scheduled(kernelOf(naive("f32", 32, 32, 4)), schedule(16, ""));
  const std::string assembly = assemblyFor(print(kernel), "skylake-avx512");
  EXPECT_EQ(lines(assembly, {"\tvunpck"}), 32) << assembly;
  EXPECT_EQ(lines(assembly, {"gather"}) + lines(assembly, {"scatter"}) + lines(assembly, {"vinsertps"}), 0) << assembly;
}

} // namespace
} // namespace einjit::test
