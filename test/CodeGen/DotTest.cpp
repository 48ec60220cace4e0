// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unrolled loops that add four products of bytes: of all signs and widths, in all orders of memory, with masks.
#include "CodeGen/Execution.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace einjit::test {
namespace {

/// Bytes of all values, the extreme ones often.
void fillWithBytes(Memory &memory, std::mt19937 &random) {
  for (std::size_t i = 0; i < memory.size(); ++i) {
    const int extremes[] = {-128, 127, 255, 128, 0, -1};
    const int value = random() % 3 == 0 ? extremes[random() % 6] : static_cast<int>(random() % 256);
    if (memory.dtype() == DType::I8) memory.set(i, static_cast<std::int8_t>(value));
    if (memory.dtype() == DType::U8) memory.set(i, static_cast<std::uint8_t>(value));
  }
}

void expectDots(const std::string &text) {
  SCOPED_TRACE(text);
  const loop::Kernel kernel = kernelOf(text);
  std::vector<Memory> memory = argumentsOf(kernel);
  std::mt19937 random(7);
  for (Memory &argument : memory) fillWithBytes(argument, random);
  expectLikeInterpreter(kernel, memory);
}

/// Sums of `lanes` columns over 12 k for three rows. `a` and `b` are the types and accesses of the operands.
std::string dots(int lanes, std::string_view a, std::string_view readA, std::string_view b, std::string_view readB,
                 std::string_view mask = "") {
  return fmt::format("kernel @k(in %a: {1}, in %b: {3}, out %out: i32[3,{0}]) {{\n"
                     "  registers %acc: <{0} x i32>[3]\n"
                     "  unroll i in 0..3 {{ {0} lanes: %acc[i] = i32(7) }}\n"
                     "  for k in 0..3 {{ unroll i in 0..3 {{ unroll s in 0..4 {{\n"
                     "    {0} lanes{5}: %acc[i] = add(%acc[i], mul(i32(%a[{2}]), i32(%b[{4}])))\n"
                     "  }} }} }}\n"
                     "  unroll i in 0..3 {{ {0} lanes: %out[i,lane] = %acc[i] }}\n"
                     "}}",
                     lanes, a, readA, b, readB, mask);
}

TEST(Dot, OfAllSignsAndWidths) {
  for (int lanes : {2, 4, 8, 16, 32})
    for (std::string a : {"i8", "u8"})
      for (std::string b : {"i8", "u8"})
        expectDots(dots(lanes, a + "[3,12]", "i,4*k + s", fmt::format("{}[12,{}]", b, lanes), "4*k + s,lane"));
}

TEST(Dot, InAllOrdersOfMemory) {
  for (std::string type : {"i8", "u8"}) {
    const std::string a = type + "[3,12]";
    expectDots(dots(8, a, "i,4*k + s", type + "[3,8,4]", "k,lane,s"));          // side by side
    expectDots(dots(8, a, "i,4*k + s", type + "[3,4,8]", "k,s,lane"));          // rows that follow one another
    expectDots(dots(8, a, "i,4*k + s", type + "[3,4,11]", "k,s,lane + 3"));     // rows apart
    expectDots(dots(8, a, "i,4*k + s", type + "[3,4,11]", "k,s,-lane + 9"));    // backwards
    expectDots(dots(8, a, "i,4*k + s", type + "[12,17]", "4*k + s,2*lane"));    // lanes apart
    expectDots(dots(8, type + "[12,3]", "4*k + s,i", "i8[3,8,4]", "k,lane,s")); // the broadcast operand apart
    expectDots(dots(8, a, "i,-4*k - s + 11", "u8[3,8,4]", "k,lane,s"));         // and backwards
    expectDots(dots(8, type + "[3,4,8]", "k,s,lane", "u8[3,8,4]", "k,lane,s")); // lanes in both
    expectDots(dots(8, type + "[12]", "4*k + s", "u8[12]", "4*k + s"));         // and in none
  }
}

/// Bytes taken as of the other sign, and their highest bits flipped.
TEST(Dot, OfBytesThatAreTakenAsOthers) {
  const auto replaced = [](std::string text, const std::string &what, const std::string &by) {
    return text.replace(text.find(what), what.size(), by);
  };
  const std::string plain = dots(8, "i8[3,12]", "i,4*k + s", "i8[3,4,8]", "k,s,lane");
  expectDots(replaced(plain, "i32(%a[i,4*k + s])", "i32(u8(%a[i,4*k + s]))"));
  const std::string flipped = replaced(plain, "i32(%b[k,s,lane])", "i32(u8(xor(%b[k,s,lane], i8(-128))))");
  expectDots(flipped);
  expectDots(replaced(plain, "i32(%b[k,s,lane])", "i32(xor(%b[k,s,lane], i8(-128)))"));
  expectDots(replaced(plain, "i32(%b[k,s,lane])", "i32(u8(xor(%b[k,s,lane], i8(-127))))")); // none
  const std::string assembly = assemblyFor(flipped, "znver4");
  EXPECT_EQ(lines(assembly, {"vpdpbusd", "%ymm"}), 3) << assembly;
}

TEST(Dot, OfSomeLanes) {
  for (std::string type : {"i8", "u8"})
    for (const char *mask : {" if lane < 3", " if lane < 5*k", " if lane < 0"}) {
      expectDots(dots(8, "i8[3,12]", "i,4*k + s", type + "[3,4,8]", "k,s,lane", mask));
      expectDots(dots(16, "u8[3,12]", "i,4*k + s", type + "[3,16,4]", "k,lane,s", mask));
      expectDots(dots(16, "u8[3,12]", "i,4*k + s", type + "[12,16]", "4*k + s,lane", mask));
    }
}

/// As the last columns of a panel are: lanes behind them are there, but hold nothing.
TEST(Dot, OfSomeLanesOfAPanel) {
  const std::string text =
      "kernel @k(in %a: i8[3,12], in %b: i8[12,13], out %out: i32[3,13]) {\n"
      "  scratch %p: i8[3,4,16]\n"
      "  for k in 0..3 { for s in 0..4 { 16 lanes if lane < 13: %p[k,s,lane] = %b[4*k + s,lane] } }\n"
      "  registers %acc: <16 x i32>[3]\n"
      "  unroll i in 0..3 { 16 lanes if lane < 13: %acc[i] = i32(7) }\n"
      "  for k in 0..3 { unroll i in 0..3 { unroll s in 0..4 {\n"
      "    16 lanes if lane < 13: %acc[i] = add(%acc[i], mul(i32(%a[i,4*k + s]), i32(%p[k,s,lane])))\n"
      "  } } }\n"
      "  unroll i in 0..3 { 16 lanes if lane < 13: %out[i,lane] = %acc[i] }\n"
      "}";
  expectDots(text);
  const std::string assembly = assemblyFor(text, "znver4");
  EXPECT_EQ(lines(assembly.substr(assembly.rfind(".LBB")), {"vinsert"}), 0) << assembly;
  EXPECT_EQ(lines(assembly, {"vpermb"}), 1) << assembly;
}

TEST(Dot, IsOneInstruction) {
  const std::string mixed = dots(16, "u8[3,12]", "i,4*k + s", "i8[3,4,16]", "k,s,lane");
  const std::string assembly = assemblyFor(mixed, "znver4");
  EXPECT_EQ(lines(assembly, {"vpdpbusd", "%zmm"}), 3) << assembly;
  EXPECT_EQ(lines(assembly, {"vpermb"}), 1) << assembly;
  EXPECT_EQ(lines(assembly, {"vpbroadcastd", "(%rcx"}), 3) << assembly;
  EXPECT_EQ(lines(assembly, {"%rsp"}), 0) << assembly;
  const std::string equal = assemblyFor(dots(16, "i8[3,12]", "i,4*k + s", "i8[3,4,16]", "k,s,lane"), "znver4");
  EXPECT_EQ(lines(equal, {"vpdpbusd", "%zmm"}), 4) << equal;
  for (const char *target : {"skylake-avx512", "haswell"}) {
    const int width = std::string_view(target) == "haswell" ? 8 : 16;
    const std::string pairs =
        assemblyFor(dots(width, "i8[3,12]", "i,4*k + s", fmt::format("i8[3,4,{}]", width), "k,s,lane"), target);
    EXPECT_EQ(lines(pairs, {"vpmaddwd"}), 6) << pairs;
    EXPECT_EQ(lines(pairs, {"vpmulld"}), 0) << pairs;
  }
}

const char *const neon = R"(target neon {
  triple aarch64-unknown-linux-gnu
  cpu neoverse-n1
  vector-registers 32
})";

TEST(Dot, WithoutInstructionsIsALoop) {
  EXPECT_THAT(assemblyFor(dots(4, "u8[3,12]", "i,4*k + s", "i8[3,4,4]", "k,s,lane"), neon),
              testing::Not(testing::HasSubstr("dpbusd")));
}

} // namespace
} // namespace einjit::test
