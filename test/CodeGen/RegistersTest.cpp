// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registers across loops, masks on registers, and folding lanes.
#include "CodeGen/Execution.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <limits>

namespace einjit::test {
namespace {

TEST(Registers, TileOfAProduct) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[3,20], in %b: f32[20,16], out %out: f32[3,16]) {
      registers %acc: <8 x f32>[3,2]
      unroll i in 0..3 { unroll j in 0..2 { 8 lanes: %acc[i,j] = f32(0) } }
      for k in 0..20 {
        unroll i in 0..3 { unroll j in 0..2 {
          8 lanes: %acc[i,j] = add(mul(%a[i,k], %b[k,8*j + lane]), %acc[i,j])
        } }
      }
      unroll i in 0..3 { unroll j in 0..2 { 8 lanes: %out[i,8*j + lane] = %acc[i,j] } }
    })");
}

TEST(Registers, CarriedThroughNestedLoops) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: i64[5,6,4], out %out: i64[5,4], out %total: i64[]) {
      registers %sum: i64[]
      registers %untouched: i64[2]
      %sum[] = i64(100)
      unroll u in 0..2 { %untouched[u] = i64(7) }
      for i in 0..5 {
        registers %row: <4 x i64>[2]
        unroll u in 0..2 { 4 lanes: %row[u] = i64(0) }
        for j in 0..3 {
          unroll u in 0..2 { 4 lanes: %row[u] = add(%row[u], %a[i,2*j + u,lane]) }
          %sum[] = add(%sum[], %untouched[1])
          for z in 0..2 { %sum[] = add(mul(%sum[], i64(3)), %a[i,j,z]) }
        }
        4 lanes: %out[i,lane] = add(%row[0], %row[1])
      }
      %total[] = add(%sum[], %untouched[0])
    })");
}

TEST(Registers, MaskedLanesKeepTheirValue) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[40], out %out: f32[3,16]) {
      registers %r: <16 x f32>[]
      16 lanes: %r[] = f32(-1)
      for i in 0..3 {
        16 lanes if lane < 40 - 16*i: %r[] = %a[16*i + lane]
        16 lanes: %out[i,lane] = %r[]
      }
      16 lanes if lane < 5: %r[] = f32(9)
      16 lanes: %out[1,lane] = %r[]
    })");
}

// Of %r[0] five lanes are all there is; of %r[1] a shorter store leaves some that others have written.
TEST(Registers, MasksOfDifferentLengths) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[16], out %out: f32[3,2,16]) {
      registers %r: <16 x f32>[2]
      unroll j in 0..2 { 16 lanes if lane < 8*j + 5: %r[j] = f32(1) }
      for i in 0..3 {
        unroll j in 0..2 { 16 lanes if lane < 5 - 2*j: %r[j] = add(%r[j], %a[lane]) }
        unroll j in 0..2 { 16 lanes if lane < 8*j + 5: %out[i,j,lane] = %r[j] }
      }
    })");
}

TEST(Registers, FlagsAndScalars) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[3,8], out %out: bool[8], out %any: bool[]) {
      registers %seen: <8 x bool>[]
      registers %some: bool[]
      8 lanes: %seen[] = bool(false)
      %some[] = bool(false)
      for i in 0..3 {
        8 lanes: %seen[] = or(%seen[], gt(%a[i,lane], f32(8)))
        %some[] = or(%some[], lt(%a[i,i], f32(0)))
      }
      8 lanes: %out[lane] = and(%seen[], %some[])
      %any[] = %some[]
    })");
}

struct Fold {
  ScalarOp op;
  DType type;
};

/// A whole vector, an odd number of lanes, constant and dynamic masks (the last of them empty), into memory and into a
/// register that starts with something else than the identity.
std::string foldText(const Fold &fold) {
  const std::string_view type = name(fold.type), op = name(fold.op);
  const std::string start = str(convert(true, fold.type));
  return fmt::format("kernel @k(in %a: {0}[48], out %out: {0}[9]) {{\n"
                     "  registers %r: {0}[]\n"
                     "  %r[] = {0}({2})\n"
                     "  16 lanes reduce {1}: %r[] = %a[lane]\n"
                     "  %out[0] = %r[]\n"
                     "  for i in 0..3 {{ 13 lanes if lane < 10 - 5*i reduce {1}: %r[] = %a[2*lane + i] }}\n"
                     "  %out[1] = %r[]\n"
                     "  unroll i in 0..4 {{ 8 lanes if lane < 9 - 3*i reduce {1}: %out[i + 2] = %a[lane + i] }}\n"
                     "  for i in 0..2 {{ 16 lanes if lane < 3*i reduce {1}: %out[i + 6] = %a[-lane + 40] }}\n"
                     "  4 lanes reduce {1}: %out[8] = %a[5]\n"
                     "}}",
                     type, op, start);
}

TEST(Folding, EveryOperatorOnEveryType) {
  for (ScalarOp op : {ScalarOp::Add, ScalarOp::Mul, ScalarOp::Min, ScalarOp::Max, ScalarOp::And, ScalarOp::Or})
    for (DType type : allDTypes)
      if (canReduce(op, type)) expectLikeInterpreter(foldText({op, type}), op == ScalarOp::Mul ? 1e-5 : 0);
}

/// Folds of an unrolled loop, which are folded together: into registers that are known and that are not, in two loops,
/// backwards, and with lanes that take no part.
std::string foldsText(DType type, ScalarOp op, int lanes, int count) {
  return fmt::format("kernel @k(in %a: {0}[{4}], out %out: {0}[5,{3}]) {{\n"
                     "  registers %r: {0}[{3}]\n"
                     "  registers %s: {0}[{3},2]\n"
                     "  registers %v: <{2} x {0}>[{3}]\n"
                     "  unroll i in 0..{3} {{ {2} lanes: %v[i] = %a[i + lane] }}\n"
                     "  unroll i in 0..{3} {{ %r[i] = {0}({5}) }}\n"
                     "  unroll i in 0..{3} {{ {2} lanes reduce {1}: %r[i] = %v[i] }}\n"
                     "  unroll i in 0..{3} {{ %out[0,i] = %r[i] }}\n"
                     "  for x in 0..2 {{ unroll i in 0..{3} {{ {2} lanes reduce {1}: %r[i] = %a[x + i + lane] }} }}\n"
                     "  unroll i in 0..{3} {{ %out[1,i] = %r[i] }}\n"
                     "  unroll i in 0..{3} {{ unroll j in 0..2 {{ %s[i,j] = %a[i + j] }} }}\n"
                     "  for x in 0..2 {{ unroll i in 0..{3} {{ unroll j in 0..2 {{\n"
                     "    {2} lanes if lane < 3*x + i - j reduce {1}: %s[-i + {6},j] = %a[i + j + lane]\n"
                     "  }} }} }}\n"
                     "  unroll i in 0..{3} {{ unroll j in 0..2 {{ %out[j + 2,i] = %s[i,j] }} }}\n"
                     "  unroll i in 0..{3} {{ {2} lanes reduce {1}: %r[0] = %v[i] }}\n"
                     "  unroll i in 0..{3} {{ %out[4,i] = %r[i] }}\n"
                     "}}",
                     name(type), name(op), lanes, count, count + lanes + 2, str(convert(true, type)), count - 1);
}

TEST(Folding, SeveralVectorsTogether) {
  for (DType type : {DType::F32, DType::F64, DType::I32, DType::I64, DType::C64, DType::Bool}) {
    const ScalarOp op = canReduce(ScalarOp::Add, type) ? ScalarOp::Add : ScalarOp::Or;
    for (auto [lanes, count] : {std::pair{2, 3}, {4, 2}, {6, 5}, {8, 9}, {16, 17}, {32, 2}})
      expectLikeInterpreter(foldsText(type, op, lanes, count));
    if (canReduce(ScalarOp::Max, type)) expectLikeInterpreter(foldsText(type, ScalarOp::Max, 16, 6));
  }
}

// 16 vectors become one by 15 additions of two shuffles each, and are stored as one.
TEST(Folding, TakesAnAdditionForEachVector) {
  const std::string assembly = assemblyFor("kernel @k(in %a: f32[16,16], out %out: f32[16]) {\n"
                                           "  registers %r: f32[16]\n"
                                           "  unroll i in 0..16 { %r[i] = f32(0) }\n"
                                           "  unroll i in 0..16 { 16 lanes reduce add: %r[i] = %a[i,lane] }\n"
                                           "  unroll i in 0..16 { %out[i] = %r[i] }\n"
                                           "}",
                                           "skylake-avx512");
  EXPECT_EQ(lines(assembly, {"vaddps"}), 16) << assembly; // one to what the registers held
  EXPECT_EQ(lines(assembly, {"vunpck"}) + lines(assembly, {"vshuf"}) + lines(assembly, {"vinsert"}), 30) << assembly;
  EXPECT_EQ(lines(assembly, {"vmovups", "%zmm", ", (%r"}), 1) << assembly;
}

TEST(Folding, NanWins) {
  const loop::Kernel kernel = kernelOf(R"(
    kernel @k(in %a: f32[16], out %out: f32[2]) {
      %out[0] = f32(-inf)
      16 lanes reduce max: %out[0] = %a[lane]
      %out[1] = f32(inf)
      16 lanes reduce min: %out[1] = %a[lane]
    })");
  std::vector<Memory> memory = argumentsOf(kernel);
  memory[0].set(11, std::numeric_limits<float>::quiet_NaN());
  expectLikeInterpreter(kernel, memory);
}

} // namespace
} // namespace einjit::test
