// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Outputs in the memory of inputs: the code does what the interpreter does on memory of its own.
#include "CodeGen/Execution.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

/// The last input and the output in one place, compared with the interpreter's output.
void expectInPlace(std::string_view text) {
  const loop::Kernel kernel = kernelOf(text);
  std::vector<Memory> expected = argumentsOf(kernel);
  runInterpreted(kernel, expected);
  const std::size_t out = expected.size() - 1, in = kernel.buffers[out].over->index();
  for (const Target &target : runnableTargets()) {
    std::vector<Memory> arguments = argumentsOf(kernel);
    std::vector<void *> buffers;
    for (Memory &memory : arguments) buffers.push_back(memory.data());
    buffers[out] = buffers[in];
    runCompiled(kernel, std::vector<std::vector<void *>>{buffers}, target);
    EXPECT_TRUE(arguments[in].guardsIntact());
    for (std::size_t i = 0; i < expected[out].size(); ++i)
      ASSERT_TRUE(identical(arguments[in].at(i), expected[out].at(i))) << target.name << ", element " << i;
  }
}

TEST(InPlace, UnrolledLanesWithATail) {
  expectInPlace(R"(
kernel @k(in %a: f32[4,37], in %c: f32[4,37], out %out: f32[4,37] over %c) {
  unroll i in 0..4 {
    unroll v in 0..3 {
      16 lanes if lane < -16*v + 37: %out[i,16*v + lane] = add(mul(%c[i,16*v + lane], %c[i,16*v + lane]), %a[i,16*v + lane])
    }
  }
})");
}

TEST(InPlace, BlocksThatAreTransposed) {
  expectInPlace(R"(
kernel @k(in %a: f32[16,16], in %c: f32[16,16] strides [1,16], out %out: f32[16,16] strides [1,16] over %c) {
  unroll x in 0..16 {
    16 lanes: %out[x,lane] = sub(%c[x,lane], %a[x,lane])
  }
})");
}

TEST(InPlace, SumsThatAreAdded) {
  expectInPlace(R"(
kernel @k(in %a: f32[8,5], in %b: f32[5,16], in %c: f32[8,16] strides [16,-1], out %out: f32[8,16] strides [16,-1] over %c) {
  for i in 0..8 {
    registers %acc: <16 x f32>[]
    16 lanes: %acc[] = f32(0)
    for k in 0..5 {
      16 lanes: %acc[] = add(%acc[], mul(%a[i,k], %b[k,lane]))
    }
    16 lanes: %out[i,lane] = add(%acc[], %c[i,lane])
  }
})");
}

/// An input in whose place nothing is computed never changes; the other may.
TEST(InPlace, OnlyOtherInputsAreInvariant) {
  const std::string in = "kernel @k(in %c: f32[8], out %out: f32[8]",
                    body = ") { 8 lanes: %out[lane] = neg(%c[lane]) }";
  const Target target = *findTarget("haswell");
  const auto textOf = [&](const std::string &text) {
    auto module = codegen::generate(kernelOf(text), target, 1);
    EXPECT_TRUE(module);
    return codegen::text(*module);
  };
  const std::string invariant = "= load <8 x float>, ptr";
  const auto loadOf = [&](const std::string &text) {
    const std::size_t begin = text.find(invariant);
    EXPECT_NE(begin, std::string::npos) << text;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  EXPECT_THAT(loadOf(textOf(in + body)), testing::HasSubstr("!invariant.load"));
  EXPECT_THAT(loadOf(textOf(in + " over %c" + body)), testing::Not(testing::HasSubstr("!invariant.load")));
}

} // namespace
} // namespace einjit::test
