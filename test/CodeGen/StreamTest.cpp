// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Outs that are written past the caches, where they begin at whole lines.
#include "CodeGen/Execution.h"
#include <cstring>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Whole vectors, masked ones, reversed ones, transposed ones, single elements, and rows that begin inside a line.
std::string everyStore(std::string_view type) {
  return fmt::format(
      "kernel @k(in %a: {0}[37,64], out stream %out: {0}[37,64], out stream %odd: {0}[37,61],\n"
      "          out %plain: {0}[37]) {{\n"
      "  parallel i in 0..37 {{\n"
      "    unroll v in 0..3 {{ prefetch %out[i,16*v] 16 lanes: %out[i,16*v + lane] = %a[i,16*v + lane] }}\n"
      "    16 lanes if lane < 15: %out[i,lane + 48] = %a[i,lane + 48]\n"
      "    %out[i,63] = %a[i,63]\n"
      "    for v in 0..3 {{ 16 lanes: %odd[i,16*v + lane] = %a[i,16*v + lane] }}\n"
      "    8 lanes: %odd[i,-lane + 55] = %a[i,lane + 1]\n"
      "    5 lanes: %odd[i,lane + 56] = %a[i,lane]\n"
      "    %plain[i] = %a[i,0]\n"
      "  }}\n"
      "}}",
      type);
}

/// Memory that begins `offset` bytes behind a line.
std::byte *placeIn(std::vector<std::byte> &bytes, const Memory &memory, std::size_t offset) {
  const std::size_t size = memory.size() * byteSize(memory.dtype());
  bytes.assign(size + 128, std::byte{});
  auto *start = bytes.data();
  start += (64 - reinterpret_cast<std::uintptr_t>(start) % 64) % 64 + offset;
  std::memcpy(start, memory.data(), size);
  return start;
}

TEST(Stream, AlignedOrNot) {
  for (std::string_view type : {"f32", "f64", "u8", "bf16", "c64", "c128", "bool"}) {
    const loop::Kernel kernel = kernelOf(everyStore(type));
    const std::vector<Memory> arguments = argumentsOf(kernel);
    std::vector<Memory> expected = arguments;
    runInterpreted(kernel, expected);
    for (const Target &target : runnableTargets())
      for (std::int64_t threads : {1, 2}) {
        SCOPED_TRACE(testing::Message() << target.name << ", " << type << ", threads " << threads);
        std::vector<std::vector<std::byte>> memory(3 * arguments.size());
        std::vector<std::vector<void *>> runs(3);
        for (std::size_t run = 0; run < runs.size(); ++run)
          for (std::size_t i = 0; i < arguments.size(); ++i) {
            const bool isAligned = run == 0 || (run == 1 && i != 1);
            runs[run].push_back(placeIn(memory[run * arguments.size() + i], arguments[i], isAligned ? 0 : 16));
          }
        runCompiled(kernel, runs, target, threads);
        for (const std::vector<void *> &run : runs) {
          std::vector<Memory> actual = arguments;
          for (std::size_t i = 0; i < run.size(); ++i)
            std::memcpy(actual[i].data(), run[i], actual[i].size() * byteSize(actual[i].dtype()));
          expectSame(actual, expected);
        }
      }
  }
}

TEST(Assembly, WholeVectorsAreStreamed) {
  const auto rows = [](std::string_view out, int width, int lanes) {
    return fmt::format("kernel @k(in %a: f32[64,{1}], out {0} %out: f32[64,{1}]) {{\n"
                       "  for i in 0..64 {{\n"
                       "    prefetch %out[i,0]\n"
                       "    {2} lanes: %out[i,lane] = neg(%a[i,lane])\n"
                       "    {2} lanes if lane < {2} - 1: %out[i,lane + {2}] = neg(%a[i,lane + {2}])\n"
                       "  }}\n"
                       "}}",
                       out, width, lanes);
  };
  const std::string streamed = assemblyFor(rows("stream", 32, 16), "znver4");
  EXPECT_EQ(lines(streamed, {"vmovntps", "%zmm"}), 1) << streamed;
  EXPECT_EQ(lines(streamed, {"sfence"}), 1) << streamed;
  EXPECT_EQ(lines(streamed, {"prefetch"}), 1) << streamed;
  EXPECT_EQ(lines(streamed, {"vmovups\t%zmm", "{%k"}), 2) << streamed; // with and without streaming
  EXPECT_THAT(assemblyFor(rows("stream", 16, 8), "haswell"), AllOf(HasSubstr("vmovntps\t%ymm"), HasSubstr("sfence")));
  EXPECT_THAT(assemblyFor(rows("stream", 8, 4), "x86-64-v2"), AllOf(HasSubstr("movntps\t%xmm"), HasSubstr("sfence")));
  EXPECT_THAT(assemblyFor(rows("stream", 33, 16), "znver4"), Not(HasSubstr("vmovnt")));
  EXPECT_THAT(assemblyFor(rows("", 32, 16), "znver4"), AllOf(Not(HasSubstr("vmovnt")), Not(HasSubstr("sfence"))));
}

TEST(Assembly, PrefetchesGoToL1OrL2) {
  const std::string text = "kernel @k(in %a: f32[64], out %out: f32[]) {\n"
                           "  prefetch %a[0]\n"
                           "  prefetch %a[16] to L2\n"
                           "  prefetch %a[32] to L2\n"
                           "  %out[] = %a[0]\n"
                           "}";
  const std::string assembly = assemblyFor(text, "znver4");
  EXPECT_EQ(lines(assembly, {"prefetcht0"}), 1) << assembly;
  EXPECT_EQ(lines(assembly, {"prefetcht1"}), 2) << assembly;
}

} // namespace
} // namespace einjit::test
