// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which scratch buffers share a place. That kernels whose buffers do compute what the interpreter does, in which no
// buffer shares anything, is the other half.
#include "CodeGen/Layout.h"
#include "CodeGen/Execution.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>
#include <sstream>

namespace einjit::test {
namespace {

/// Offsets of the scratch buffers by the names' order, `shared` or `slot n`, and the arena's parts.
std::string places(const std::string &body, std::int64_t threads = 1) {
  const loop::Kernel kernel = kernelOf("kernel @k(in %a: f32[64,64], out %out: f32[64,64]) {" + body + "}");
  const auto layout = codegen::layOut(kernel, threads);
  EXPECT_TRUE(layout);
  if (!layout) return {};
  std::string text;
  for (std::size_t i = 0; i < kernel.buffers.size(); ++i) {
    if (const auto &offset = layout->shared[i]) text += kernel.buffers[i].name + " " + std::to_string(*offset) + ", ";
    if (const auto &offset = layout->slot[i])
      text += kernel.buffers[i].name + " slot " + std::to_string(*offset) + ", ";
  }
  const codegen::ScratchLayout &arena = layout->arena;
  return text + std::to_string(arena.sharedBytes) + " + " + std::to_string(arena.slots) + "*" +
         std::to_string(arena.slotBytes);
}

TEST(Layout, OneAfterTheOther) {
  EXPECT_EQ(places("scratch %x: f32[16] scratch %y: f32[16] scratch %z: f32[16]"
                   " 16 lanes: %x[lane] = %a[0,lane]"
                   " 16 lanes: %y[lane] = %x[lane]" // x ends where y begins: both are needed
                   " 16 lanes: %z[lane] = %y[lane]"
                   " 16 lanes: %out[0,lane] = %z[lane]"),
            "x 0, y 64, z 0, 128 + 0*0");
}

TEST(Layout, WhatALoopNeedsAllItsIterationsNeed) {
  EXPECT_EQ(places("scratch %x: f32[1] scratch %y: f32[1] %x[0] = f32(1)"
                   " for i in 0..4 { %out[0,i] = %x[0] %y[0] = f32(2) %out[1,i] = %y[0] }"),
            "x 0, y 64, 128 + 0*0");
  EXPECT_EQ(places("for i in 0..4 { scratch %x: f32[1] scratch %y: f32[1]"
                   " %x[0] = f32(1) %out[0,i] = %x[0] %y[0] = f32(2) %out[1,i] = %y[0] }"),
            "x 0, y 0, 64 + 0*0")
      << "each iteration has its own";
}

TEST(Layout, SmallOnesShareTheGapThatALargeOneLeaves) {
  EXPECT_EQ(places("scratch %s: f32[16] scratch %large: f32[64] scratch %t: f32[32]"
                   " %large[0] = f32(1) %out[0,0] = %large[0]"
                   " %s[0] = f32(1) %t[0] = %s[0] %out[0,1] = add(%s[0], %t[0])"),
            "s 128, large 0, t 0, 256 + 0*0");
}

TEST(Layout, ThreadsHaveSlots) {
  const std::string body = "scratch %x: f32[16] %x[0] = f32(1)"
                           " parallel i in 0..4 { scratch %p: f32[16] %p[0] = %x[0] %out[0,i] = %p[0] }"
                           " parallel i in 0..4 { scratch %q: f32[16] %q[0] = f32(1) %out[1,i] = %q[0] }";
  EXPECT_EQ(places(body, 4), "x 0, p slot 0, q slot 0, 64 + 4*64");
  EXPECT_EQ(places(body, 1), "x 0, p 64, q 0, 128 + 0*0");
}

TEST(Layout, IsDescribed) {
  const loop::Kernel kernel = kernelOf("kernel @k(out %out: f32[4]) { scratch %x: f32[20] %x[0] = f32(1)"
                                       " parallel i in 0..4 { scratch %p: f64[16] %p[0] = f64(%x[0])"
                                       " %out[i] = f32(%p[0]) } }");
  EXPECT_EQ(codegen::scratchText(kernel, 4), "# 640 bytes of scratch, 128 shared and 128 for each of 4 threads: %x 128 "
                                             "at 0, %p 128 at slot + 0\n");
  EXPECT_EQ(codegen::scratchText(kernelOf("kernel @k() { }"), 4), "");
  EXPECT_EQ(codegen::largestScratch(kernel, 1), "128 bytes for %x, a f32[20]");

  std::string many;
  for (char c = 'a'; c <= 'j'; ++c) {
    const std::string name = std::string("%") + c;
    many += "scratch " + name + ": f32[1] " + name + "[0] = f32(1) ";
  }
  EXPECT_THAT(codegen::scratchText(kernelOf("kernel @k() {" + many + "}"), 1),
              testing::EndsWith("%h 64 at 0 and 2 smaller ones\n"));
}

/// What LLVM is told that the first access through this pointer does not overlap.
std::string notOverlapping(const std::string &llvm, const std::string &pointer) {
  const auto capture = [&](const std::string &pattern) {
    std::smatch match;
    EXPECT_TRUE(std::regex_search(llvm, match, std::regex(pattern))) << pattern << "\n" << llvm;
    return match.empty() ? std::string() : match[1].str();
  };
  std::string names;
  std::istringstream scopes(capture("\n" + capture("ptr %" + pointer + ",.*!noalias (![0-9]+)") + " = !\\{(.*)\\}"));
  for (std::string scope; std::getline(scopes, scope, ',');) {
    std::erase(scope, ' ');
    names += capture("\n" + scope + " = distinct .*!\"(.*)\"") + " ";
  }
  return names;
}

TEST(Layout, LlvmKnowsWhatSharesAPlace) {
  const auto llvm = [](const std::string &last) {
    return codegen::text(
        *codegen::generate(kernelOf("kernel @k(in %a: f32[4], out %out: f32[4]) {"
                                    " scratch %x: f32[4] scratch %y: f32[4] 4 lanes: %x[lane] = %a[lane]"
                                    " 4 lanes: %out[lane] = %x[-lane + 3] 4 lanes: %y[lane] = %a[lane]"
                                    " 4 lanes: %out[lane] = " +
                                    last + " }"),
                           hostTarget()));
  };
  EXPECT_EQ(notOverlapping(llvm("%y[-lane + 3]"), "y"), "inputs out ");
  EXPECT_EQ(notOverlapping(llvm("add(%x[lane], %y[-lane + 3])"), "y"), "inputs out x ");
}

TEST(Layout, SharedPlacesComputeWhatOwnPlacesDo) {
  expectLikeInterpreter(R"(
      kernel @k(in %a: f32[8,16], out %out: f32[8,16], out %more: f32[8,16]) {
        for i in 0..8 {
          scratch %x: f32[16]
          scratch %y: f32[16]
          16 lanes: %x[lane] = add(%a[i,lane], f32(1))
          16 lanes: %out[i,lane] = mul(%x[-lane + 15], f32(2))
          16 lanes: %y[lane] = mul(%a[i,-lane + 15], f32(3))
          16 lanes: %more[i,lane] = %y[-lane + 15]
        }
        parallel i in 0..8 {
          scratch %u: f32[16]
          scratch %v: f32[16]
          16 lanes: %u[lane] = %out[i,lane]
          16 lanes: %out[i,lane] = %u[-lane + 15]
          16 lanes: %v[lane] = %more[i,lane]
          16 lanes: %more[i,lane] = %v[-lane + 15]
        }
      })");
}

} // namespace
} // namespace einjit::test
