// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Temporaries: how much they take, and what a limit changes.
#include "Driver/Caught.h"
#include "Loop/Kernel.h"
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Options limitedTo(std::optional<std::int64_t> bytes) {
  Options options;
  options.target = "haswell"; // plans differ from machine to machine
  options.memoryLimit = bytes;
  return options;
}

/// The fastest order has an intermediate of 8000 bytes, the other one of 1920.
Kernel chain(std::optional<std::int64_t> limit) {
  const TensorType a{DType::F32, {2, 20}}, b{DType::F32, {20, 1000}}, c{DType::F32, {1000, 24}};
  return compile("ab,bc,cd->ad", {a, b, c}, limitedTo(limit));
}

TEST(MemoryLimit, AContractionTakesTheFastestOrderThatKeepsIt) {
  EXPECT_EQ(chain({}).cost().scratchBytes, 8000);
  EXPECT_EQ(chain(8000).cost().scratchBytes, 8000);
  EXPECT_EQ(chain(7999).cost().scratchBytes, 1920);
  EXPECT_EQ(chain(1919).cost().scratchBytes, 0) << "all at once";
  EXPECT_EQ(chain(0).cost().scratchBytes, 0);
  EXPECT_EQ(chain(-1).cost().scratchBytes, 0);
}

TEST(MemoryLimit, TheReportIsOfTheOrderThatWasTaken) {
  EXPECT_THAT(chain({}).text(Stage::TensorOpt), HasSubstr("the largest value between them 8000 bytes"));
  EXPECT_THAT(chain(7999).text(Stage::TensorOpt), HasSubstr("the largest value between them 1920 bytes"));
  EXPECT_THAT(chain(0).text(Stage::TensorOpt), StartsWith("kernel"));
}

TEST(MemoryLimit, WhatCannotKeepItIsRefused) {
  const auto normalized = [](std::int64_t limit) {
    return compileProgram("y = exp(x); y / y.sum()", {{"x", {DType::F32, {1000}}, {}}}, limitedTo(limit));
  };
  EXPECT_EQ(normalized(4096).cost().scratchBytes, 4096);
  EXPECT_EQ(test::kindOf([&] { normalized(4095); }), "memory-limit");
}

TEST(MemoryLimit, IsNotKeptAtAnyPrice) {
  const TensorType square{DType::F32, {200, 200}};
  const auto product = [&](std::int64_t limit) {
    return compile("ab,bc,cd->ad", {square, square, square}, limitedTo(limit));
  };
  EXPECT_GE(product(std::int64_t{1} << 20).cost().scratchBytes, 200 * 200 * 4);
  EXPECT_EQ(test::kindOf([&] { product(1000); }), "memory-limit") << "all at once takes 150 times the arithmetic";
}

TEST(MemoryLimit, CountsAllThreads) {
  Options options = limitedTo({});
  options.threads = 3;
  const auto rows = [&] {
    return compileProgram("y = exp(x); y / y.sum(1, keepdim=True)", {{"x", {DType::F32, {999, 1000}}, {}}}, options);
  };
  const std::int64_t needed = rows().cost().scratchBytes;
  options.memoryLimit = needed;
  EXPECT_EQ(rows().cost().scratchBytes, needed);
  options.memoryLimit = needed - 1;
  EXPECT_EQ(test::kindOf([&] { rows(); }), "memory-limit");
}

TEST(Temporaries, ThoseOfDifferentTimesShareMemory) {
  std::string text = "x";
  for (int i = 0; i < 6; ++i) text = "(" + text + " @ w)";
  const TensorType square{DType::F32, {16, 16}};
  const Kernel kernel = compileProgram(text, {{"x", square, {}}, {"w", square, {}}}, limitedTo({}));
  EXPECT_LE(kernel.cost().scratchBytes, 2 * 16 * 16 * 4) << kernel.text(Stage::Loop);
}

TEST(Temporaries, AreListedBeforeTheLoops) {
  const std::string text = chain({}).text(Stage::Loop);
  EXPECT_THAT(text, StartsWith("# 8000 bytes of scratch: %t0 8000 at 0\nkernel @kernel("));
  EXPECT_TRUE(loop::parseKernel(text)) << "it is a comment";
  EXPECT_THAT(compile("i->i", {{DType::F32, {3}}}, limitedTo({})).text(Stage::Loop), StartsWith("kernel"));
}

} // namespace
} // namespace einjit
