// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops: bounds known and unknown, nothing to do, unrolled with a remainder, and parallel ones.
#include "CodeGen/Execution.h"
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

TEST(Loops, NothingToDo) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[0,4], out %out: f32[4], out %none: f32[0,4]) {
      registers %r: f32[]
      %r[] = f32(5)
      for i in 0..0 { 4 lanes: %none[i,lane] = %a[i,lane] }
      for i in 0..0 { %r[] = %a[i,0] }
      unroll i in 0..0 { %r[] = %a[i,0] }
      parallel i in 0..0 { %out[i] = f32(1) }
      4 lanes: %out[lane] = %r[]
      8 lanes if lane < 0: %out[lane] = f32(3)
    })");
}

TEST(Loops, BoundedByAnOuterVariable) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: i32[37], out %out: i32[37], out %counts: i32[4]) {
      registers %n: i32[]
      for o in 0..4 {
        %n[] = i32(0)
        for i in 0..min(16, 37 - 16*o) {
          %out[16*o + i] = add(%a[16*o + i], i32(1))
          %n[] = add(%n[], i32(1))
        }
        %counts[o] = %n[]
      }
    })");
}

TEST(Loops, BoundThatMayBeZeroOrNegative) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f64[8], out %out: f64[8]) {
      registers %s: f64[]
      for o in 0..8 {
        %s[] = f64(-1)
        for i in 0..min(8, 3*o - 9) { %s[] = add(%s[], %a[i]) }
        for i in 0..min(1, o - 5) { %s[] = neg(%s[]) }
        unroll i in 0..min(3, o - 2) { %s[] = add(mul(%s[], f64(2)), %a[i]) }
        %out[o] = %s[]
      }
    })");
}

TEST(Loops, BoundsThatUnrollingMakesKnown) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[37], out %out: f32[37]) {
      unroll o in 0..3 {
        unroll v in 0..min(2, 5 - 2*o) {
          8 lanes if lane < 37 - 16*o - 8*v: %out[16*o + 8*v + lane] = neg(%a[16*o + 8*v + lane])
        }
      }
    })");
}

TEST(Loops, TriangleOfBounds) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[9,9], out %out: f32[9,9]) {
      for i in 0..9 {
        for j in 0..9 { %out[i,j] = f32(0) }
        for j in 0..min(9, i + 1) {
          for k in 0..min(9, j + 1) { %out[i,j] = add(%out[i,j], %a[j,k]) }
        }
      }
    })");
}

TEST(Iota, EveryWayToReadAPosition) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[37], out %plain: i64[3,37], out %masked: f32[37], out %steps: i64[4,8], out %sums: i64[3]) {
      iota %p: i64[37]
      iota %q: i64[3,37]
      iota %one: i64[]
      registers %s: i64[]
      for i in 0..3 {
        %s[] = %one[]
        for j in 0..37 { %plain[i,j] = add(%q[i,j], %p[36 - j]) }
        for o in 0..5 { 8 lanes if lane < 37 - 8*o reduce add: %s[] = %q[i,8*o + lane] }
        %sums[i] = %s[]
      }
      for o in 0..3 {
        unroll v in 0..2 {
          8 lanes if lane < 37 - 16*o - 8*v: %masked[16*o + 8*v + lane] =
            fma(%a[16*o + 8*v + lane], f32(%p[16*o + 8*v + lane]), f32(%p[4*o]))
        }
      }
      8 lanes: %steps[0,lane] = %p[5*lane + 1]
      8 lanes: %steps[1,lane] = %p[-3*lane + 30]
      8 lanes: %steps[2,lane] = %p[7]
      8 lanes: %steps[3,lane] = select(lt(%p[lane], %p[3]), %p[lane], i64(-1))
    })");
}

TEST(Iota, InsideParallelLoops) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: i32[16], out %out: i64[37,16]) {
      iota %p: i64[37,16]
      for once in 0..1 {
        parallel i in 0..37 {
          16 lanes: %out[i,lane] = add(mul(%p[i,lane], %p[once,2]), i64(%a[-lane + 15]))
        }
      }
    })");
}

TEST(Parallel, RowsWithScratchOfTheirOwn) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[37,16], out %out: f32[37,16]) {
      scratch %shared: f32[16]
      16 lanes: %shared[lane] = %a[0,-lane + 15]
      parallel i in 0..37 {
        scratch %row: f32[16]
        scratch %other: f64[16]
        registers %s: f32[]
        %s[] = f32(0)
        16 lanes: %row[lane] = add(%a[i,lane], %shared[lane])
        16 lanes: %other[lane] = f64(%row[-lane + 15])
        16 lanes reduce add: %s[] = %row[lane]
        16 lanes: %out[i,lane] = add(%s[], f32(%other[lane]))
      }
    })");
}

TEST(Parallel, InsideAndAroundOtherLoops) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: i32[3,4,8], out %out: i32[3,4,8], out %few: i32[3,4]) {
      const %c: i32[2] (10, 20)
      for i in 0..3 {
        parallel j in 0..4 {
          unroll u in 0..2 {
            4 lanes: %out[i,j,4*u + lane] = add(%a[i,j,-lane - 4*u + 7], %c[u])
          }
          parallel k in 0..1 { %few[i,j] = %a[i,j,k] }
        }
        parallel j in 0..min(4, i) { %few[i,j] = neg(%a[i,j,5]) }
      }
      unroll i in 0..2 {
        parallel j in 0..3 { for k in 0..2 { %few[i,j + 1] = add(%few[i,j + 1], %a[k,j,i]) } }
      }
    })");
}

TEST(Parallel, LoopsThatAreSharedAsOne) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: i32[3,5,7,4], out %out: i32[3,5,7,4], out %sums: i32[6,5]) {
      for i in 0..3 {
        parallel j in 0..min(5, i + 3) {
          parallel k in 0..7 { 4 lanes: %out[i,j,k,lane] = add(%a[i,j,k,-lane + 3], %a[i,0,0,lane]) }
        }
      }
      parallel i in 0..3 {
        parallel t in 0..2 {
          parallel j in 0..5 {
            scratch %s: i32[1]
            %s[0] = i32(0)
            for k in 0..7 { %s[0] = add(%s[0], %a[i,j,k,t]) }
            %sums[2*i + t,j] = %s[0]
          }
        }
      }
    })");
}

TEST(Parallel, OnceWithScratch) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[2,16], out %out: f32[2,16]) {
      for i in 0..2 {
        parallel j in 0..1 {
          scratch %t: f32[16]
          16 lanes: %t[lane] = %a[i + j,lane]
          16 lanes: %out[i + j,lane] = %t[-lane + 15]
        }
      }
    })");
}

TEST(Parallel, MoreThreadsThanIterations) {
  const loop::Kernel kernel = kernelOf("kernel @k(in %a: f32[3], out %out: f32[3]) {"
                                       " parallel i in 0..3 { scratch %t: f32[1] %t[0] = %a[i] %out[i] = %t[0] } }");
  for (std::int64_t threads : {1, 2, 3, 7}) {
    std::vector<Memory> memory = argumentsOf(kernel), expected = memory;
    runInterpreted(kernel, expected);
    runCompiled(kernel, memory, hostTarget(), threads);
    expectSame(memory, expected);
  }
}

TEST(Parallel, ScratchIsLaidOutForEachThread) {
  const loop::Kernel kernel =
      kernelOf("kernel @k(out %out: f32[3]) { scratch %s: f64[9] %s[0] = f64(0)"
               " parallel i in 0..3 { scratch %t: f32[1] %t[0] = f32(%s[0]) %out[i] = %t[0] } }");
  const auto layout = [&](std::int64_t threads) { return codegen::generate(kernel, hostTarget(), threads)->scratch(); };
  EXPECT_EQ(layout(1), (codegen::ScratchLayout{192, 0, 0}));
  EXPECT_EQ(layout(3), (codegen::ScratchLayout{128, 64, 3}));
  EXPECT_EQ(layout(3).totalBytes(), 320);
}

} // namespace
} // namespace einjit::test
