// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unrolled loops whose accesses are transposed in registers: every shape and type beside the interpreter, no element
// touched that is not the loop's, and how many instructions it takes.
#include "CodeGen/Execution.h"
#include "CodeGen/Size.h"
#include <cstring>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <sys/mman.h>
#include <unistd.h>

namespace einjit::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

struct Kind {
  std::string_view type;
  int lanes;
};

/// Each with other vectors, more and fewer lanes than a machine vector has, powers of two and not.
const Kind kinds[] = {{"f32", 16}, {"f64", 16}, {"u8", 16}, {"bool", 8}, {"bf16", 32},
                      {"c64", 8},  {"c128", 4}, {"i32", 6}, {"i64", 2},  {"u8", 64}};

/// One runnable target for each width of vectors.
const std::vector<Target> &widths() {
  static const std::vector<Target> targets = [] {
    std::vector<Target> list;
    std::set<std::pair<std::int64_t, bool>> seen;
    for (const Target &target : runnableTargets())
      if (seen.insert({target.vectorBits, target.maskedVectors}).second) list.push_back(target);
    return list;
  }();
  return targets;
}

void expectLikeInterpreterForWidths(const loop::Kernel &kernel) {
  const std::vector<Memory> arguments = argumentsOf(kernel);
  std::vector<Memory> expected = arguments;
  runInterpreted(kernel, expected);
  expectResults(kernel, arguments, expected, widths());
}

/// Two transpositions in tiles of lanes x 16: one reads blocks, one writes them. Whether a tile is whole only the loops
/// around it know.
std::string tiled(const Kind &kind, int rows, int columns) {
  return fmt::format("kernel @k(in %a: {0}[{1},{2}], out %read: {0}[{2},{1}], out %written: {0}[{1},{2}]) {{\n"
                     "  for r in 0..{3} {{ for c in 0..{4} {{\n"
                     "    unroll x in 0..min(16, {2} - 16*c) {{\n"
                     "      {5} lanes if lane < {1} - {5}*r: %read[16*c + x,{5}*r + lane] = %a[{5}*r + lane,16*c + x]\n"
                     "    }}\n"
                     "    unroll x in 0..min(16, {2} - 16*c) {{\n"
                     "      {5} lanes if lane < {1} - {5}*r: %written[{5}*r + lane,16*c + x] ="
                     " %read[16*c + x,{5}*r + lane]\n"
                     "    }}\n"
                     "  }} }}\n"
                     "}}",
                     kind.type, rows, columns, (rows - 1) / kind.lanes + 1, (columns - 1) / 16 + 1, kind.lanes);
}

/// Memory between two pages that nobody may touch.
class GuardedPages {
public:
  explicit GuardedPages(std::size_t bytes) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    inside_ = (bytes + page_ - 1) / page_ * page_;
    void *all = mmap(nullptr, inside_ + 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) throw std::bad_alloc();
    start_ = static_cast<std::byte *>(all);
    mprotect(start_, page_, PROT_NONE);
    mprotect(start_ + page_ + inside_, page_, PROT_NONE);
  }
  ~GuardedPages() { munmap(start_, inside_ + 2 * page_); }
  GuardedPages(const GuardedPages &) = delete;
  GuardedPages &operator=(const GuardedPages &) = delete;
  std::byte *first() { return start_ + page_; }
  std::byte *last(std::size_t bytes) { return start_ + page_ + inside_ - bytes; }

private:
  std::size_t page_, inside_;
  std::byte *start_;
};

/// The kernel must do what is expected on memory that begins, and ends, where a page begins that nobody may touch.
void expectInsidePages(const loop::Kernel &kernel, const std::vector<Memory> &arguments,
                       const std::vector<Memory> &expected, const Target &target) {
  std::vector<std::unique_ptr<GuardedPages>> pages;
  std::vector<std::vector<void *>> runs(2);
  for (const Memory &memory : arguments) {
    const std::size_t bytes = memory.size() * byteSize(memory.dtype());
    for (bool atEnd : {false, true}) {
      pages.push_back(std::make_unique<GuardedPages>(bytes));
      std::byte *place = atEnd ? pages.back()->last(bytes) : pages.back()->first();
      runs[atEnd].push_back(std::memcpy(place, memory.data(), bytes));
    }
  }
  runCompiled(kernel, runs, target);
  for (const std::vector<void *> &run : runs) {
    std::vector<Memory> actual = arguments;
    for (std::size_t i = 0; i < run.size(); ++i)
      std::memcpy(actual[i].data(), run[i], actual[i].size() * byteSize(actual[i].dtype()));
    expectSame(actual, expected);
  }
}

// Where E and F end the rows and columns of a tile is not known before it runs.
TEST(Transpose, AllRemainders) {
  for (const Kind &kind : kinds) {
    const int step = kind.type == "f32" ? 1 : 5, tiles = 33 / kind.lanes + 1, ends = 33 / step + 1;
    expectLikeInterpreterForWidths(
        kernelOf(fmt::format("kernel @k(in %a: {0}[34,34], out %out: {0}[{4},{4},34,34]) {{\n"
                             "  for e in 0..{4} {{ for f in 0..{4} {{ for r in 0..{2} {{ for c in 0..3 {{\n"
                             "    unroll x in 0..min(16, {3}*f - 16*c) {{\n"
                             "      {1} lanes if lane < {3}*e - {1}*r:\n"
                             "        %out[e,f,16*c + x,{1}*r + lane] = %a[{1}*r + lane,16*c + x]\n"
                             "    }}\n"
                             "  }} }} }} }}\n"
                             "}}",
                             kind.type, kind.lanes, tiles, step, ends)));
  }
}

TEST(Transpose, TouchesNothingElse) {
  for (const Kind &kind : kinds)
    for (auto [rows, columns] : {std::pair(1, 2), std::pair(5, 7), std::pair(16, 16), std::pair(21, 33)}) {
      const loop::Kernel kernel = kernelOf(tiled(kind, rows, columns));
      const std::vector<Memory> arguments = argumentsOf(kernel);
      std::vector<Memory> expected = arguments;
      runInterpreted(kernel, expected);
      for (const Target &target : widths()) {
        SCOPED_TRACE(testing::Message() << target.name << "\n" << loop::print(kernel));
        expectInsidePages(kernel, arguments, expected, target);
      }
    }
}

/// Rows one behind the other, of which several make a vector.
TEST(Transpose, AdjacentRows) {
  for (const Kind &kind : kinds)
    for (int columns : {2, 3, 4, 8, 16}) {
      const loop::Kernel kernel = kernelOf(
          fmt::format("kernel @k(in %a: {0}[{2},{3}], out %read: {0}[3,{3},{1}], out %written: {0}[{2},{3}]) {{\n"
                      "  for r in 0..3 {{\n"
                      "    unroll x in 0..{3} {{ {1} lanes: %read[r,x,lane] = %a[{1}*r + lane,x] }}\n"
                      "    unroll x in 0..{3} {{ {1} lanes: %written[{1}*r + lane,x] = %read[r,x,lane] }}\n"
                      "  }}\n"
                      "}}",
                      kind.type, kind.lanes, 3 * kind.lanes, columns));
      const std::vector<Memory> arguments = argumentsOf(kernel);
      std::vector<Memory> expected = arguments;
      runInterpreted(kernel, expected);
      for (const Target &target : widths()) {
        SCOPED_TRACE(testing::Message() << target.name << "\n" << loop::print(kernel));
        expectInsidePages(kernel, arguments, expected, target);
      }
    }
}

TEST(Assembly, AdjacentRowsAreWholeVectors) {
  const std::string text = assemblyFor("kernel @k(in %a: f32[64,4], out stream %out: f32[64,4]) {\n"
                                       "  for r in 0..4 {\n"
                                       "    scratch %s: f32[4,16]\n"
                                       "    unroll x in 0..4 { 16 lanes: %s[x,lane] = %a[16*r + lane,x] }\n"
                                       "    unroll x in 0..4 { 16 lanes: %out[16*r + lane,x] = neg(%s[x,lane]) }\n"
                                       "  }\n"
                                       "}",
                                       "skylake-avx512");
  EXPECT_EQ(lines(text, {"vmovups\t", "), %zmm"}), 2 * 4) << text; // streamed and not
  EXPECT_EQ(lines(text, {"vmovntps\t%zmm"}), 4) << text;
  EXPECT_EQ(lines(text, {"vpermt2ps\t"}) + lines(text, {"vunpck"}), 2 * 2 * 8) << text;
  EXPECT_THAT(text, Not(ContainsRegex("vinsert|vextract|vpermps")));
}

/// Rows of whole lines are streamed, those of parts of lines are not.
TEST(Assembly, TransposedRowsOfLinesAreStreamed) {
  const auto kernel = [](int columns) {
    return fmt::format("kernel @k(in %a: f64[8,64], out stream %out: f64[8,64]) {{\n"
                       "  for c in 0..{0} {{\n"
                       "    scratch %s: f64[{1},8]\n"
                       "    unroll x in 0..{1} {{ 8 lanes: %s[x,lane] = %a[lane,{1}*c + x] }}\n"
                       "    unroll x in 0..{1} {{ 8 lanes: %out[lane,{1}*c + x] = neg(%s[x,lane]) }}\n"
                       "  }}\n"
                       "}}",
                       64 / columns, columns);
  };
  EXPECT_EQ(lines(assemblyFor(kernel(8), "skylake-avx512"), {"vmovntps\t%zmm"}) +
                lines(assemblyFor(kernel(8), "skylake-avx512"), {"vmovntpd\t%zmm"}),
            8);
  EXPECT_THAT(assemblyFor(kernel(4), "skylake-avx512"), Not(HasSubstr("vmovnt")));
}

TEST(Transpose, AllKnownExtents) {
  for (const auto &[type, lanes] : {Kind{"f32", 16}, Kind{"f32", 8}, Kind{"f64", 4}}) {
    std::string text =
        fmt::format("kernel @k(in %a: {0}[33,33], out %r: {0}[34,33,{1}], out %w: {0}[34,{1},33]) {{\n", type, lanes);
    for (int columns = 2; columns <= 33; columns += 1 + columns / 12) {
      const int rows = columns * 5 % lanes + 1;
      text += fmt::format("  unroll x in 0..{0} {{\n"
                          "    {2} lanes if lane < {1}: %r[{0},x,lane] = %a[lane,x]\n"
                          "    {2} lanes if lane < {1}: %w[{0},lane,x] = %a[x,lane]\n"
                          "  }}\n",
                          columns, rows, lanes);
    }
    expectLikeInterpreterForWidths(kernelOf(text + "}"));
  }
}

// An iteration may read what another has written, and write what another has written: then nothing is moved.
TEST(Transpose, IterationsThatDependOnEachOther) {
  for (std::string_view body : {
           "8 lanes: %o[x + 16*lane] = add(%o[x + 16*lane + 1], %a[x + 20*lane])",
           "8 lanes: %o[x + 16*lane + 1] = add(%o[x + 16*lane], %a[x + 20*lane])",
           "8 lanes: %o[x + 3*lane] = %a[x + 20*lane]",
           "8 lanes: %o[x + 3*lane] = %a[8*x + lane]",
           "8 lanes: %o[x + 16*lane] = %a[8*x + lane] 8 lanes: %o[x + 16*lane + 1] = %a[8*x + lane + 3]",
           "8 lanes: %o[x + 16*lane] = %a[8*x + lane] 8 lanes: %p[lane + 8*x] = %o[x + 16*lane]",
           "8 lanes: %p[lane + 8*x] = %a[x + 16*lane] 8 lanes reduce add: %p[x] = %a[x + 17*lane]",
           "8 lanes: %r[x] = %a[x + 3*lane] 8 lanes: %p[lane + 8*x] = mul(%r[x], %a[x + 2*lane])",
           "8 lanes if lane < 7 - x: %p[lane + 8*x] = %a[x + 16*lane]",
           "8 lanes if lane < 5: %p[lane + 8*x] = %a[x + 16*lane] 8 lanes: %o[lane + 8*x] = %a[x + 16*lane]",
       })
    expectLikeInterpreterForWidths(kernelOf(fmt::format("kernel @k(in %a: f32[200], out %o: f32[200],"
                                                        " out %p: f32[200]) {{\n"
                                                        "  registers %r: <8 x f32>[9]\n"
                                                        "  unroll x in 0..9 {{ {} }}\n"
                                                        "}}",
                                                        body)));
}

// The loop along memory may be the outer one of two, whose iterations trade places where none touches another's
// elements.
TEST(Transpose, OuterLoopsOfTwo) {
  for (std::string_view body : {
           "8 lanes: %o[x + 120*y + 11*lane] = %a[8*x + 3*y + lane]",
           "8 lanes if lane < 5: %o[x + 120*y + 11*lane] = %a[x + 40*y + 13*lane]",
           "8 lanes: %o[x + y + 11*lane] = %a[8*x + 3*y + lane]",
           "8 lanes: %o[x + 2*y + 11*lane] = add(%o[x + 2*y + 11*lane + 1], %a[8*x + lane])",
           "8 lanes: %o[x + 11*lane] = add(%a[8*x + 3*y + lane], %a[y])",
       })
    expectLikeInterpreterForWidths(
        kernelOf(fmt::format("kernel @k(in %a: f32[200], out %o: f32[400]) {{\n"
                             "  for i in 0..2 {{ unroll x in 0..9 {{ unroll y in 0..3 {{ {} }} }} }}\n"
                             "}}",
                             body)));
  const std::string assembly = assemblyFor("kernel @k(in %a: f32[16,32], out %o: f32[2,16,16]) {\n"
                                           "  unroll x in 0..16 { unroll y in 0..2 {\n"
                                           "    16 lanes: %o[y,lane,x] = %a[x,16*y + lane] } }\n"
                                           "}",
                                           "skylake-avx512");
  EXPECT_EQ(lines(assembly, {"vextract"}), 0) << assembly;
}

TEST(Transpose, RegistersWrittenUnderRunTimeBounds) {
  expectLikeInterpreter(R"(
    kernel @k(in %a: f32[8,16], out %out: f32[12,12,8], out %sums: f32[12,12]) {
      registers %r: <8 x f32>[8]
      registers %s: f32[]
      for e in 0..12 { for f in 0..12 {
        %s[] = f32(0)
        unroll x in 0..8 { 8 lanes: %r[x] = f32(7) }
        unroll x in 0..min(8, f - 2) { 8 lanes if lane < e - 1: %r[x] = add(%a[lane,x + 3], %r[x]) }
        unroll x in 0..min(8, f - 2) { 8 lanes if lane < e - 1 reduce add: %s[] = %a[lane,x] }
        unroll x in 0..8 { 8 lanes: %out[e,x,lane] = %r[x] }
        %sums[e,f] = %s[]
      } }
    })");
}

/// Random strides of both signs, offsets and bounds.
std::string randomLoop(std::mt19937 &random) {
  const auto draw = [&](std::int64_t from, std::int64_t to) {
    return std::uniform_int_distribution<std::int64_t>(from, to)(random);
  };
  const Kind &kind = kinds[draw(0, std::size(kinds) - 1)];
  const std::int64_t lanes = draw(0, 2) ? kind.lanes : draw(2, 20), extent = draw(2, 20);
  const auto side = [&](std::int64_t stride) {
    const std::int64_t least = std::min<std::int64_t>(0, stride * (lanes - 1));
    return fmt::format("x + {}*lane + {}", stride, draw(0, 3) - least);
  };
  const auto stride = [&] { return (draw(0, 1) ? 1 : -1) * (draw(0, 1) ? draw(2, 5) : draw(20, 25)); };
  const std::string across = fmt::format("{}*x + lane", lanes);
  const std::int64_t direction = draw(0, 2);
  const std::string target = direction ? side(stride()) : across, operand = direction == 1 ? across : side(stride());
  const std::string bound = draw(0, 1) ? fmt::format("{}", extent) : fmt::format("min({}, n - 2)", extent);
  const std::string mask = draw(0, 1)   ? ""
                           : draw(0, 1) ? fmt::format(" if lane < {}", draw(1, lanes))
                                        : " if lane < 2*n - 3";
  const std::string a = fmt::format("%a[{}]", operand), b = fmt::format("%b[{}]", draw(0, 1) ? side(stride()) : across);
  const std::string value =
      kind.type == "bf16" ? a : fmt::format("{}({}, {})", kind.type == "bool" ? "and" : "add", a, b);
  return fmt::format("kernel @k(in %a: {0}[2000], in %b: {0}[2000], out %o: {0}[12,2000]) {{\n"
                     "  for n in 0..12 {{ unroll x in 0..{1} {{ {2} lanes{3}: %o[n,{4}] = {5} }} }}\n"
                     "}}",
                     kind.type, bound, lanes, mask, target, value);
}

TEST(Transpose, RandomLoops) {
  std::mt19937 random(7);
  for (int i = 0; i < 40; ++i) expectLikeInterpreterForWidths(kernelOf(randomLoop(random)));
}

/// A transposition in whole blocks.
std::string square(std::string_view type, int lanes, bool writes) {
  return fmt::format("kernel @k(in %a: {0}[64,64], out %out: {0}[64,64]) {{\n"
                     "  unroll x in 0..{1} {{ {1} lanes: %out[{2}] = %a[{3}] }}\n"
                     "}}",
                     type, lanes, writes ? "lane,x" : "x,lane", writes ? "x,lane" : "lane,x");
}

TEST(Assembly, BlocksTakeOneShuffleForEachBit) {
  const auto shuffles = [](const std::string &assembly) {
    return lines(assembly, {"\tvshuf"}) + lines(assembly, {"\tvunpck"}) + lines(assembly, {"\tvpunpck"}) +
           lines(assembly, {"\tvperm"}) + lines(assembly, {"\tvinsert"}) + lines(assembly, {"\tvmovlh"});
  };
  for (bool writes : {false, true}) {
    for (const char *target : {"skylake-avx512", "znver4"}) {
      EXPECT_EQ(shuffles(assemblyFor(square("f32", 16, writes), target)), 64) << target;
      EXPECT_EQ(shuffles(assemblyFor(square("f64", 8, writes), target)), 24) << target;
      EXPECT_EQ(shuffles(assemblyFor(square("u8", 16, writes), target)), 64) << target;
    }
    EXPECT_EQ(shuffles(assemblyFor(square("f32", 8, writes), "haswell")), 24);
    EXPECT_EQ(shuffles(assemblyFor(square("f64", 4, writes), "haswell")), 8);
  }
}

TEST(Assembly, RemaindersOfBlocksAreMasked) {
  const std::string assembly = assemblyFor("kernel @k(in %a: f32[37,46], out %out: f32[46,37]) {\n"
                                           "  for r in 0..3 { unroll x in 0..14 {\n"
                                           "    16 lanes if lane < 37 - 16*r: %out[x,16*r + lane] = %a[16*r + lane,x]\n"
                                           "  } }\n"
                                           "}",
                                           "znver4");
  EXPECT_EQ(lines(assembly, {"vmovups", "{z}", "%zmm"}), 16) << assembly;
  EXPECT_THAT(assembly, AllOf(Not(HasSubstr("gather")), Not(HasSubstr("insertps")), Not(HasSubstr("vmovss"))));
}

TEST(Limits, BlocksAreSmall) {
  for (const char *name : {"skylake-avx512", "haswell"}) {
    const Target target = *findTarget(name);
    const auto estimate = [&](std::string_view text) { return codegen::estimateInstructions(kernelOf(text), target); };
    const std::string blocks = square("f32", 16, false);
    std::string gathers = blocks;
    gathers.replace(gathers.find("%a[lane,x]"), 10, "%a[lane,2*x]");
    EXPECT_LT(3 * estimate(blocks), 2 * estimate(gathers)) << name;
  }
}

} // namespace
} // namespace einjit::test
