// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Execution.h"
#include "Jit/Jit.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

/// Nests that differ in a number, one after another, of which each reads what the one before has written.
std::string nests(int count, std::string_view kind) {
  std::string text = "kernel @k(in %a: f32[64,64], out %out: f32[64,64]) { scratch %t0: f32[64,64] ";
  for (int i = 1; i < count; ++i) text += fmt::format("scratch %t{}: f32[64,64] ", i);
  for (int i = 0; i < count; ++i)
    text += fmt::format("{0} i{1} in 0..64 {{ for j{1} in 0..2 {{ unroll k{1} in 0..32 {{ "
                        "{2}[i{1},32*j{1} + k{1}] = add({3}[i{1},32*j{1} + k{1}], f32({4})) }} }} }} ",
                        kind, i, i + 1 < count ? fmt::format("%t{}", i) : "%out",
                        i == 0 ? "%a" : fmt::format("%t{}", i - 1), i + 1);
  return text + "}";
}

/// Such nests inside of a loop that they all use, with memory of each iteration's own.
std::string nestsInLoop(int count) {
  std::string text = "kernel @k(in %a: f32[3,64,64], out %out: f32[3,64,64]) { for x in 0..3 { ";
  for (int i = 0; i + 1 < count; ++i) text += fmt::format("scratch %t{}: f32[64,64] ", i);
  for (int i = 0; i < count; ++i) {
    const auto element = [&](std::string_view outer) { return fmt::format("[{1}i{0},32*j{0} + k{0}]", i, outer); };
    text += fmt::format(
        "for i{0} in 0..64 {{ for j{0} in 0..2 {{ unroll k{0} in 0..32 {{ {1} = add({2}, f32({0})) }} }} }} ", i,
        i + 1 < count ? fmt::format("%t{}", i) + element("") : "%out" + element("x,"),
        i == 0 ? "%a" + element("x,") : fmt::format("%t{}", i - 1) + element(""));
  }
  return text + "} }";
}

void expectObjects(const std::string &text, std::size_t files, std::int64_t threads) {
  const loop::Kernel kernel = kernelOf(text);
  const Result<codegen::Objects> made = codegen::compile(kernel, hostTarget(), threads);
  ASSERT_TRUE(made) << render(made.errors(), "");
  EXPECT_EQ(made->files.size(), files) << text;
  const Result<jit::Code> code = jit::Code::load(made->files, made->entry);
  ASSERT_TRUE(code) << render(code.errors(), "");
  std::vector<Memory> actual = argumentsOf(kernel), expected = actual;
  runInterpreted(kernel, expected);
  std::vector<void *> buffers;
  for (Memory &memory : actual) buffers.push_back(memory.data());
  std::vector<std::byte> scratch(static_cast<std::size_t>(made->scratch.totalBytes()) + 64);
  void *aligned = scratch.data();
  std::size_t space = scratch.size();
  std::align(64, space - 64, aligned, space);
  code->entry()(buffers.data(), aligned);
  expectSame(actual, expected);
}

TEST(Halves, ManyNestsAreTwoObjects) {
  for (const char *kind : {"for", "parallel"})
    for (std::int64_t threads : {1, 2}) expectObjects(nests(6, kind), 2, threads);
}

TEST(Halves, LoopsInALoopSeeItsVariable) {
  for (std::int64_t threads : {1, 2}) expectObjects(nestsInLoop(6), 2, threads);
}

TEST(Halves, FewInstructionsAreOneObject) {
  expectObjects("kernel @k(in %a: f32[8], out %out: f32[8]) { for i in 0..8 { %out[i] = %a[i] } }", 1, 1);
}

} // namespace
} // namespace einjit::test
