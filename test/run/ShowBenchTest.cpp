// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tool.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace einjit::test;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::vector<std::string> stages = {"source", "ast",  "tensor",   "tensor-opt", "schedule",
                                         "loop",   "llvm", "llvm-opt", "asm"};

std::string show(const std::string &stage) {
  const Ran ran = run({"show", "bce,bc->be", "f32[8,16,32]", "f32[8,16]", "--stage=" + stage});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.err, IsEmpty());
  return ran.out;
}

TEST(Show, EveryStageHasAText) {
  for (const std::string &stage : stages) EXPECT_FALSE(show(stage).empty()) << stage;
  EXPECT_EQ(show("source"), "bce,bc->be\n");
  EXPECT_THAT(show("llvm"), HasSubstr("define "));
  EXPECT_THAT(show("dot"), HasSubstr("digraph"));
}

TEST(Show, AllIsEachUnderItsHeadingInOrder) {
  std::string expected;
  for (const std::string &stage : stages) expected += "== " + stage + " ==\n" + show(stage);
  EXPECT_EQ(show("all"), expected);
}

TEST(Show, TypesTakeNoMemory) {
  const Ran ran = run({"show", "ij,jk->ik", "f32[1000000,1000000]", "f32[1000000,8]", "--stage=tensor"});
  EXPECT_EQ(ran.code, 0) << ran.err;
}

TEST(Bench, JsonHasItsFields) {
  const Ran ran = run({"bench", "ij,jk->ik", "f32[16,16]", "f32[16,16]", "--json", "--seconds=0.02"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = nlohmann::json::parse(ran.out);
  for (const char *field : {"compile_ms", "code_bytes", "runs", "median_s", "min_s", "flops", "bytes", "gflops", "gbps",
                            "peak_gflops", "stream_gbps", "roof_fraction"})
    EXPECT_GT(json.at(field).get<double>(), 0) << field;
  EXPECT_EQ(json.at("flops"), 2 * 16 * 16 * 16);
  EXPECT_EQ(json.at("bytes"), 3 * 16 * 16 * 4);
  EXPECT_EQ(json.at("scratch_bytes"), 0);
  EXPECT_EQ(json.at("threads"), 1);
  EXPECT_THAT(json.at("bound"), testing::AnyOf("compute", "memory"));
  EXPECT_LE(json.at("min_s").get<double>(), json.at("median_s").get<double>());
}

TEST(Bench, CodeForAnotherMachineIsRefusedOrRuns) {
  for (const char *target : {"generic", "haswell", "skylake-avx512", "znver5"}) {
    const Ran ran = run({"bench", "x * 2", "x=f32[8]", "--seconds=0.01", std::string("--target=") + target});
    EXPECT_THAT(ran.code, testing::AnyOf(0, 1)) << target << ran.err;
    if (ran.code == 1) {
      EXPECT_THAT(ran.err, HasSubstr("error: this machine cannot run")) << target;
    }
  }
}

TEST(Bench, TextNamesTheRoof) {
  const Ran ran = run({"bench", "x * 2", "x=f32[1000]", "--seconds=0.02"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("GFLOP/s"));
  EXPECT_THAT(ran.out, HasSubstr("roof"));
}

} // namespace
