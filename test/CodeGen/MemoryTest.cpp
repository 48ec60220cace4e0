// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loads and stores: each way lanes can lie in memory, under each kind of mask, for each element type.
#include "CodeGen/Execution.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

/// Copies `%a[read]` to `%out[written]`, both of 128 elements, for i in 0..3 with 16 lanes.
std::string copy(DType type, std::string_view read, std::string_view written, std::string_view mask) {
  return fmt::format("kernel @k(in %a: {0}[128], out %out: {0}[128]) {{ for i in 0..3 {{\n"
                     "  16 lanes {3}: %out[{2}] = %a[{1}]\n}} }}\n",
                     name(type), read, written, mask);
}

class Copies : public testing::TestWithParam<DType> {};

TEST_P(Copies, EveryLayoutUnderEveryMask) {
  const std::string_view places[] = {"16*i + lane", "-16*i - lane + 60", "32*i + 2*lane", "-3*lane + i + 100"};
  const std::string_view masks[] = {
      "", "if lane < 8", "if lane < 11", "if lane < 12", "if lane < 35 - 16*i", "if lane < 9*i - 9"};
  for (std::string_view mask : masks) {
    for (std::string_view read : places) expectLikeInterpreter(copy(GetParam(), read, "16*i + lane", mask));
    for (std::string_view written : places) expectLikeInterpreter(copy(GetParam(), "3*i + lane", written, mask));
    expectLikeInterpreter(copy(GetParam(), "5*i", "16*i + lane", mask));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Copies, testing::ValuesIn(allDTypes),
                         [](const auto &type) { return std::string(name(type.param)); });

TEST(Memory, AnyNumberOfLanes) {
  for (int lanes : {2, 3, 5, 7, 12, 16, 31, 64, 100})
    expectLikeInterpreter(fmt::format("kernel @k(in %a: f32[200], out %out: f32[200]) {{\n"
                                      "  {0} lanes: %out[lane] = add(%a[lane], %a[-lane + 150])\n"
                                      "  {0} lanes if lane < {1}: %out[lane + 100] = %a[lane]\n"
                                      "}}",
                                      lanes, lanes / 2 + 1));
}

TEST(Memory, MaskBoundsBeyond32Bits) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[16], out %out: f32[3,16]) {
      for i in 0..3 {
        16 lanes if lane < 4294967299*i - 4294967296: %out[i,lane] = %a[lane]
        16 lanes if lane < 8589934597 - 4294967296*i: %out[i,lane] = neg(%a[lane])
      }
    })");
}

TEST(Memory, StridedAndNegativeLayouts) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[8,16] strides [1,8], in %b: f64[8,16] strides [-32,-2], out %out: f32[8,16] strides [-16,1],
              out %z: f64[8,16] strides [16,-1]) {
      for i in 0..8 {
        16 lanes: %out[i,lane] = add(%a[i,lane], f32(%b[i,lane]))
        16 lanes: %z[i,lane] = %b[-i + 7,-lane + 15]
      }
    })");
}

TEST(Memory, SharedByAllLanes) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[8,16] strides [1,0], in %s: f32[], out %out: f32[8,16]) {
      for i in 0..8 { 16 lanes: %out[i,lane] = mul(add(%a[i,lane], %s[]), sqrt(abs(%s[]))) }
    })");
}

TEST(Memory, ConstantsOfTheKernel) {
  for (std::string_view type : {"f32", "f64", "i32", "i64", "i8"})
    expectLikeInterpreter(fmt::format("kernel @k(in %a: {0}[4], out %out: {0}[4], out %p: bool[2]) {{\n"
                                      "  const %c: {0}[2,4] (1, 2, 3, 4, -5, 6, -7, 8)\n"
                                      "  const %f: bool[2] (true, false)\n"
                                      "  const %none: i32[0] ()\n"
                                      "  4 lanes: %out[lane] = mul(%a[lane], add(%c[1,lane], %c[0,-lane + 3]))\n"
                                      "  2 lanes: %p[lane] = not(%f[lane])\n"
                                      "}}",
                                      type));
}

TEST(Memory, PrefetchMayLeaveTheBuffer) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[64], out %out: f32[64]) {
      for i in 0..4 {
        prefetch %a[1000000*i + 64]
        prefetch %a[-100000*i]
        16 lanes: %out[16*i + lane] = %a[16*i + lane]
      }
    })");
}

TEST(Memory, ScratchIsMemory) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[4,16], in %m: bool[16], out %out: f32[4,16], out %flags: bool[4,16]) {
      scratch %t: f32[16,4]
      scratch %u: bool[16]
      16 lanes: %u[lane] = not(%m[lane])
      for i in 0..4 { 16 lanes: %t[lane,i] = %a[i,lane] }
      for i in 0..4 {
        scratch %row: f32[16]
        16 lanes: %row[lane] = neg(%t[lane,i])
        16 lanes: %out[i,lane] = select(%u[lane], %row[-lane + 15], f32(0))
        16 lanes: %flags[i,lane] = %u[-lane + 15]
      }
    })");
}

// A masked store waits for every line that the whole vector would touch.
TEST(Assembly, KnownLanesAreStoredAsShorterRegisters) {
  const auto stores = [](int lanes) {
    return assemblyFor(fmt::format("kernel @k(in %a: f32[16], out %out: f32[16]) {{\n"
                                   "  16 lanes if lane < {}: %out[lane] = sqrt(%a[lane])\n"
                                   "}}",
                                   lanes),
                       "znver4");
  };
  using testing::AllOf, testing::HasSubstr, testing::Not;
  EXPECT_THAT(stores(8), AllOf(HasSubstr("vmovups\t%ymm"), Not(HasSubstr("vmovups\t%zmm"))));
  EXPECT_THAT(stores(12), AllOf(HasSubstr("vmovups\t%ymm"), HasSubstr("vextractf32x4\t$2, %zmm")));
  EXPECT_THAT(stores(14), HasSubstr("vmovups\t%zmm"));
}

} // namespace
} // namespace einjit::test
