// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Jit/Jit.h"
#include "CodeGen/Execution.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace einjit::test {
namespace {

/// Object code of a kernel that writes `value` to its only argument.
std::vector<char> constantKernel(int value, std::string_view name = "k") {
  const loop::Kernel kernel = kernelOf(fmt::format("kernel @{}(out %o: i32[]) {{ %o[] = i32({}) }}", name, value));
  Result<codegen::Module> module = codegen::generate(kernel, hostTarget());
  return codegen::object(*std::move(module));
}

int call(const jit::Code &code) {
  std::int32_t result = 0;
  void *buffers[] = {&result};
  code.entry()(buffers, nullptr);
  return result;
}

std::string messageOf(const Result<jit::Code> &code) { return code ? "" : code.errors().front().message; }

TEST(Jit, KernelsMayHaveTheSameName) {
  Result<jit::Code> one = jit::Code::load(constantKernel(1), "einjit.k"),
                    two = jit::Code::load(constantKernel(2), "einjit.k");
  ASSERT_TRUE(one && two);
  EXPECT_EQ(call(*one), 1);
  EXPECT_EQ(call(*two), 2);
}

TEST(Jit, MovedCodeStaysLoaded) {
  Result<jit::Code> loaded = jit::Code::load(constantKernel(7), "einjit.k");
  ASSERT_TRUE(loaded);
  jit::Code code = *std::move(loaded);
  jit::Code other = std::move(code);
  EXPECT_EQ(call(other), 7);
}

TEST(Jit, NamesOfTheRuntimeAndTheLibraryAreFree) {
  for (const char *name : {"einjitParallelFor", "memcpy", "main"}) {
    const std::string text =
        fmt::format("kernel @{}(out %o: i32[4]) {{ parallel i in 0..4 {{ %o[i] = i32(3) }} }}", name);
    for (std::int64_t threads : {1, 2}) {
      const loop::Kernel kernel = kernelOf(text);
      std::vector<Memory> memory = argumentsOf(kernel), expected = memory;
      runInterpreted(kernel, expected);
      runCompiled(kernel, memory, hostTarget(), threads);
      expectSame(memory, expected);
    }
  }
}

TEST(Jit, WhatIsNoObjectFileIsRefused) {
  EXPECT_NE(messageOf(jit::Code::load(std::vector<char>{}, "einjit.k")), "");
  const std::vector<char> noise(1000, 'x');
  EXPECT_NE(messageOf(jit::Code::load(noise, "einjit.k")), "");
  std::vector<char> half = constantKernel(1);
  half.resize(half.size() / 2);
  EXPECT_NE(messageOf(jit::Code::load(half, "einjit.k")), "");
}

TEST(Jit, MissingSymbolsAreNamed) {
  EXPECT_THAT(messageOf(jit::Code::load(constantKernel(1), "other")), testing::HasSubstr("other"));
}

TEST(Jit, ManyThreadsCompileLoadAndDrop) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      for (int i = 0; i < 25; ++i) {
        const Result<jit::Code> code = jit::Code::load(constantKernel(100 * t + i), "einjit.k");
        ASSERT_TRUE(code);
        EXPECT_EQ(call(*code), 100 * t + i);
      }
    });
  for (std::thread &thread : threads) thread.join();
}

} // namespace
} // namespace einjit::test
