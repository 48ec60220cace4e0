// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the machine code of register tiles and of the shapes around them must and must not contain.
#include "CodeGen/Execution.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tuple>

namespace einjit::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A product of `rows` rows by `vectors` vectors, kept in registers over k.
std::string tile(int rows, int vectors, int lanes, DType type = DType::F32) {
  return fmt::format("kernel @k(in %a: {4}[{0},64], in %b: {4}[64,{3}], out %out: {4}[{0},{3}]) {{\n"
                     "  registers %acc: <{2} x {4}>[{0},{1}]\n"
                     "  unroll i in 0..{0} {{ unroll j in 0..{1} {{ {2} lanes: %acc[i,j] = {4}({5}) }} }}\n"
                     "  for k in 0..64 {{ unroll i in 0..{0} {{ unroll j in 0..{1} {{\n"
                     "    {2} lanes: %acc[i,j] = fma(%a[i,k], %b[k,{2}*j + lane], %acc[i,j])\n"
                     "  }} }} }}\n"
                     "  unroll i in 0..{0} {{ unroll j in 0..{1} {{ {2} lanes: %out[i,{2}*j + lane] = %acc[i,j] }} }}\n"
                     "}}",
                     rows, vectors, lanes, vectors * lanes, name(type), isComplex(type) ? "0+0j" : "0");
}

TEST(Assembly, Avx512TileStaysInRegisters) {
  for (const char *target : {"znver4", "znver5", "skylake-avx512"})
    for (auto [rows, vectors] : {std::pair(14, 2), std::pair(12, 2), std::pair(9, 3), std::pair(6, 4)}) {
      const std::string assembly = assemblyFor(tile(rows, vectors, 16), target);
      EXPECT_EQ(lines(assembly, {"vfmadd", "%zmm"}), rows * vectors) << target << assembly;
      EXPECT_EQ(lines(assembly, {"%rsp"}), 0) << target << assembly;
    }
}

TEST(Assembly, Avx2TileStaysInRegisters) {
  for (const char *target : {"haswell", "znver3"}) {
    const std::string assembly = assemblyFor(tile(6, 2, 8), target);
    EXPECT_EQ(lines(assembly, {"vfmadd", "%ymm"}), 12) << target << assembly;
    EXPECT_EQ(lines(assembly, {"%rsp"}), 0) << target << assembly;
  }
}

/// Rows of 24 side by side in vectors of 16, stored row by row.
constexpr const char *rowsSideBySide = R"(
    kernel @k(in %a: f32[4,48], in %b: f32[40,4], in %c: f32[40,48], out %out: f32[2,4,24]) {
      parallel once in 0..1 {
        registers %acc: <16 x f32>[4,3]
        unroll i in 0..4 { unroll v in 0..3 { 16 lanes: %acc[i,v] = %a[i,16*v + lane] } }
        for k in 0..40 { unroll i in 0..4 { unroll v in 0..3 {
          16 lanes: %acc[i,v] = fma(%b[k,i], %c[k,16*v + lane], %acc[i,v])
        } } }
        scratch %rows: f32[4,48]
        unroll i in 0..4 { unroll v in 0..3 { 16 lanes: %rows[i,16*v + lane] = %acc[i,v] } }
        unroll r in 0..2 { unroll i in 0..4 { unroll p in 0..3 {
          8 lanes: %out[r,i,8*p + lane] = %rows[i,24*r + 8*p + lane]
        } } }
      }
    })";

TEST(Assembly, PartsOfVectorsAreStoredFromRegisters) {
  const std::string assembly = assemblyFor(rowsSideBySide, "skylake-avx512");
  EXPECT_EQ(lines(assembly, {"%rsp"}), 0) << assembly;
}

TEST(Assembly, PartsOfVectorsAreWhatWasStored) { expectLikeInterpreter(rowsSideBySide); }

// Of what is not whole pieces some parts stay in memory, on the stack.
TEST(Assembly, PartsAcrossVectorsAreWhatWasStored) {
  expectLikeInterpreter(R"(
      kernel @k(in %a: f32[3,30], out %out: f32[3,3,10], out %last: f32[3]) {
        for j in 0..2 {
          scratch %rows: f32[3,30]
          unroll i in 0..3 { unroll v in 0..4 {
            8 lanes if lane < -8*v + 30: %rows[i,8*v + lane] = mul(%a[i,8*v + lane], f32(2))
          } }
          unroll r in 0..3 { unroll i in 0..3 { unroll p in 0..2 {
            8 lanes if lane < -8*p + 10: %out[r,i,8*p + lane] = %rows[i,10*r + 8*p + lane]
          } } }
          unroll i in 0..3 { %last[i] = %rows[i,29] }
        }
      })");
}

/// The text of the loop that adds up a tile.
std::string loopOver(const std::string &assembly) {
  const std::size_t begin = assembly.find(".LBB0_1:");
  return assembly.substr(begin, assembly.find("\tjl\t", begin) - begin);
}

// Each lane's parts are in a register each: four multiply-adds, two shuffles for each vector of %b, and each part of %a
// is broadcast by a load.
TEST(Assembly, ComplexTileIsFourMultiplyAdds) {
  struct Case {
    const char *target, *vector;
    int rows, vectors, lanes;
    DType type;
  };
  for (const Case &c :
       {Case{"znver4", "%zmm", 6, 2, 16, DType::C64}, Case{"skylake-avx512", "%zmm", 12, 1, 8, DType::C128},
        Case{"haswell", "%ymm", 5, 1, 8, DType::C64}, Case{"haswell", "%ymm", 2, 2, 4, DType::C128}}) {
    const std::string assembly = assemblyFor(tile(c.rows, c.vectors, c.lanes, c.type), c.target),
                      loop = loopOver(assembly);
    EXPECT_EQ(lines(loop, {"vfmadd", c.vector}) + lines(loop, {"vfnmadd", c.vector}), 4 * c.rows * c.vectors) << loop;
    EXPECT_EQ(lines(loop, {"vbroadcasts", "(%"}), 2 * c.rows) << loop;
    EXPECT_LE(lines(loop, {"vperm"}) + lines(loop, {"vunpck"}) + lines(loop, {"vshuf"}), 4 * c.vectors) << loop;
    EXPECT_EQ(lines(assembly, {"%rsp"}), 0) << c.target << assembly;
  }
}

TEST(Assembly, WithoutFmaNoLibraryIsCalled) {
  for (const char *target : {"generic", "x86-64-v2"})
    EXPECT_THAT(assemblyFor(tile(2, 2, 4), target),
                AllOf(HasSubstr("mulps"), HasSubstr("addps"), Not(HasSubstr("call")), Not(HasSubstr("ymm"))));
}

TEST(Assembly, ExactIsNotContracted) {
  EXPECT_THAT(assemblyFor("kernel @k(in %a: f32[16], out %out: f32[16]) {"
                          " 16 lanes: %out[lane] = add(mul(%a[lane], %a[lane]), %out[lane]) }",
                          "znver4"),
              AllOf(HasSubstr("vmulps"), HasSubstr("vaddps"), Not(HasSubstr("vfmadd"))));
}

TEST(Assembly, TailsAreMaskedByMaskRegisters) {
  EXPECT_THAT(assemblyFor("kernel @k(in %a: f32[37], out %out: f32[37]) { for i in 0..3 {"
                          " 16 lanes if lane < 37 - 16*i: %out[16*i + lane] = neg(%a[16*i + lane]) } }",
                          "skylake-avx512"),
              AllOf(HasSubstr("{%k1} {z}"), HasSubstr("%zmm"), Not(HasSubstr("call"))));
}

// A masked load or store waits for every line that the whole vector would touch.
TEST(Assembly, KnownLanesAreInShortRegisters) {
  const auto moved = [](int lanes) {
    return assemblyFor(fmt::format("kernel @k(in %a: f32[64,32], out %out: f32[16]) {{\n"
                                   "  registers %acc: <16 x f32>[]\n"
                                   "  16 lanes if lane < {0}: %acc[] = f32(0)\n"
                                   "  for i in 0..64 {{ 16 lanes if lane < {0}: %acc[] = add(%acc[], %a[i,lane]) }}\n"
                                   "  16 lanes if lane < {0}: %out[lane] = %acc[]\n"
                                   "}}",
                                   lanes),
                       "znver4");
  };
  for (const auto &[lanes, from, to] :
       {std::tuple(3, "%xmm1 {%k1} {z}", "%xmm0, (%rax) {%k1}"), std::tuple(4, "%xmm1\n", "%xmm0, (%rax)\n"),
        std::tuple(6, "%ymm1 {%k1} {z}", "%ymm0, (%rax) {%k1}"), std::tuple(8, "%ymm1\n", "%ymm0, (%rax)\n"),
        std::tuple(9, "%zmm1 {%k1} {z}", "%zmm0, (%rax) {%k1}")})
    EXPECT_THAT(moved(lanes), AllOf(HasSubstr(from), HasSubstr(to)));
}

// The lanes that a tile's last vectors leave out are never read: a masked load is all that a mask takes in the loop.
TEST(Assembly, MaskedTilesKeepNoLanes) {
  const std::string text = R"(
    kernel @k(in %a: f32[10,64], in %b: f32[64,31], out %out: f32[10,31]) {
      registers %acc: <16 x f32>[10,2]
      unroll i in 0..10 { unroll j in 0..2 { 16 lanes if lane < 31 - 16*j: %acc[i,j] = f32(0) } }
      for k in 0..64 { unroll i in 0..10 { unroll j in 0..2 {
        16 lanes if lane < 31 - 16*j: %acc[i,j] = fma(%a[i,k], %b[k,16*j + lane], %acc[i,j])
      } } }
      unroll i in 0..10 { unroll j in 0..2 { 16 lanes if lane < 31 - 16*j: %out[i,16*j + lane] = %acc[i,j] } }
    })";
  const std::string loop = loopOver(assemblyFor(text, "znver4"));
  EXPECT_EQ(lines(loop, {"vfmadd"}), 20) << loop;
  EXPECT_EQ(lines(loop, {"%k"}), 1) << loop;
  EXPECT_EQ(lines(loop, {"vmovaps"}), 0) << loop;
}

// Nothing else writes %s, so its sum need not be read again for each row.
TEST(Assembly, InvariantLoadsLeaveTheLoop) {
  const std::string assembly = assemblyFor(R"(
    kernel @k(in %a: f32[64,16], out %out: f32[64,16]) {
      scratch %s: f32[2]
      unroll i in 0..2 { %s[i] = %a[i,0] }
      for i in 0..64 { 16 lanes: %out[i,lane] = mul(%a[i,lane], add(%s[0], %s[1])) }
    })",
                                           "znver4");
  EXPECT_EQ(lines(assembly.substr(assembly.rfind(".LBB")), {"vmulps"}), 0);
  const std::size_t loop = assembly.find(".LBB0_1:");
  EXPECT_EQ(lines(assembly.substr(loop), {"vaddss"}), 0) << assembly;
  EXPECT_EQ(lines(assembly.substr(loop), {"vbroadcastss"}), 0) << assembly;
}

// Of an inner loop's addresses all that it does not change is outside of it, and what it changes is added up.
TEST(Assembly, InnerLoopsMultiplyNothing) {
  const std::string assembly = assemblyFor(R"(
    kernel @k(in %a: f32[9,64,24], in %b: f32[9,64,40], out %out: f32[9,16]) {
      for i in 0..9 {
        registers %acc: <16 x f32>[]
        16 lanes: %acc[] = f32(0)
        for k in 0..64 { 16 lanes: %acc[] = fma(%a[i,k,3], %b[i,k,lane + 5], %acc[]) }
        16 lanes: %out[i,lane] = %acc[]
      }
    })",
                                           "znver4");
  const std::size_t loop = assembly.rfind(".LBB", assembly.find("vfmadd"));
  const std::string body = assembly.substr(loop, assembly.find("\tj", loop) - loop);
  EXPECT_EQ(lines(body, {"imul"}), 0) << body;
  EXPECT_EQ(lines(body, {"lea"}), 0) << body;
  EXPECT_LE(lines(body, {"add"}), 3) << body;
}

// Long code is emitted as blocks that go on in each other (startBlock).
TEST(Assembly, BlocksThatGoOnInEachOtherAreOne) {
  const std::string assembly = assemblyFor(R"(
    kernel @k(in %a: f32[64,16], out %out: f32[16,1000]) {
      unroll i in 0..64 { 16 lanes: %out[lane,15*i] = neg(%a[i,lane]) }
    })",
                                           "znver4");
  EXPECT_GE(lines(assembly, {", ", "(%r"}), 64 * 16) << assembly;
  EXPECT_EQ(lines(assembly, {"\tj"}), 0) << assembly;
  EXPECT_EQ(lines(assembly, {".LBB0_"}), 0) << assembly;
}

// They are cut for the scheduler, which leaves no trace.
TEST(Assembly, LongBlocksHaveNoLabelsInside) {
  const std::string assembly = assemblyFor("kernel @k(in %a: f32[400], in %b: f32[400], out %out: f32[400]) {\n"
                                           "  unroll i in 0..400 { %out[i] = mul(%a[i], %b[i]) }\n"
                                           "}",
                                           "znver4");
  EXPECT_GT(lines(assembly, {"vmulss"}), 256) << assembly;
  EXPECT_EQ(lines(assembly, {"tmp"}), 0) << assembly;
}

TEST(Assembly, ParallelLoopsCallTheRuntime) {
  const std::string text = "kernel @k(in %a: f32[64,16], out %out: f32[64,16]) {"
                           " parallel i in 0..64 { 16 lanes: %out[i,lane] = %a[i,lane] } }";
  EXPECT_THAT(assemblyFor(text, "znver4", 4), HasSubstr("einjitParallelFor@PLT"));
  EXPECT_THAT(assemblyFor(text, "znver4", 1), Not(HasSubstr("einjitParallelFor")));
}

const char *const neon = R"(target neon {
  triple aarch64-unknown-linux-gnu
  cpu neoverse-n1
  vector-registers 32
  fused-multiply-add true
})";

TEST(Assembly, OtherArchitecturesAreOneTargetAway) {
  const std::string assembly = assemblyFor(tile(8, 2, 4), neon);
  EXPECT_EQ(lines(assembly, {"fmla", ".4s"}), 16) << assembly;
  EXPECT_EQ(lines(assembly, {"[sp"}), 0) << assembly;

  const std::string block = assemblyFor("kernel @k(in %a: f32[64,64], out %out: f32[64,64]) {"
                                        " unroll x in 0..4 { 4 lanes: %out[x,lane] = %a[lane,x] } }",
                                        neon);
  EXPECT_EQ(lines(block, {"\tldr\tq"}), 4) << block;
  EXPECT_EQ(lines(block, {"\tzip1"}) + lines(block, {"\tzip2"}) + lines(block, {"\tst2"}), 8) << block;
}

} // namespace
} // namespace einjit::test
