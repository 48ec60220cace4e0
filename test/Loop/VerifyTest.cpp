// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Kernel.h"
#include "support/Golden.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

namespace einjit::loop {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// `# run: building` verifies between the steps of a schedule.
TEST(LoopVerify, Goldens) {
  test::checkGoldens("Loop/Verify", [](const test::Golden &golden) -> std::string {
    const Result<Kernel> kernel = parseKernel(golden.input);
    if (!kernel) return render(kernel.errors(), golden.input);
    const auto problems = verify(*kernel, golden.arguments == "building" ? Form::Building : Form::Final);
    std::string lines;
    for (const std::string &problem : problems) lines += problem + "\n";
    return lines.empty() ? "well-formed" : lines;
  });
}

// What follows cannot be written as text.

Kernel wellFormed() {
  return *parseKernel("kernel @k(in %a: f32[4], out %o: f32[4]) {"
                      "  const %c: f32[2] (1, 2)"
                      "  registers %r: <4 x f32>[]"
                      "  4 lanes: %r[] = %a[lane]"
                      "  for i in 0..4 { %o[i] = mul(%a[i], %c[1]) }"
                      "}");
}

Buffer &buffer(Kernel &kernel, std::string_view name) { return kernel[*kernel.findBuffer(name)]; }
For &theLoop(Kernel &kernel) { return std::get<For>(kernel.body.back().node); }
Store &scalarStore(Kernel &kernel) { return std::get<Store>(theLoop(kernel).body[0].node); }

std::vector<std::string> verifyChanged(const std::function<void(Kernel &)> &change) {
  Kernel kernel = wellFormed();
  EXPECT_THAT(verify(kernel), IsEmpty());
  change(kernel);
  return verify(kernel);
}

TEST(LoopVerify, Names) {
  EXPECT_THAT(verifyChanged([](Kernel &k) { k.name = "two words"; }),
              ElementsAre("a kernel cannot be called 'two words'"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { k.buffers[0].name = "0"; }), ElementsAre("%0: this is not a name"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { k.buffers[0].name = "o"; }), ElementsAre("two buffers are called %o"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { k.vars[0] = "lane"; }), ElementsAre("a loop cannot be called 'lane'"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { k.vars.push_back("i"); }), ElementsAre("two variables are called 'i'"));
  for (const char *name : {"", ".a", "a.", "a..b", "a b", "é"})
    EXPECT_THAT(verifyChanged([&](Kernel &k) { k.vars[0] = name; }), testing::SizeIs(1)) << name;
}

TEST(LoopVerify, Buffers) {
  const auto verifyBuffer = [](std::string_view name, const std::function<void(Buffer &)> &change) {
    return verifyChanged([&](Kernel &k) { change(buffer(k, name)); });
  };
  EXPECT_THAT(verifyBuffer("a", [](Buffer &b) { b.type.shape[0] = -1; }), ElementsAre("%a: an extent is negative"));
  EXPECT_THAT(verifyBuffer("a", [](Buffer &b) { b.type.strides = {1, 2}; }),
              ElementsAre("%a: there must be as many strides as axes"));
  EXPECT_THAT(verifyBuffer("a", [](Buffer &b) { b.type.shape[0] = std::int64_t{1} << 61; }),
              ElementsAre("%a: it is too large"));
  EXPECT_THAT(verifyBuffer("a", [](Buffer &b) { b.type.strides = {std::numeric_limits<std::int64_t>::min()}; }),
              ElementsAre("%a: its strides reach too far"));
  EXPECT_THAT(verifyBuffer("a", [](Buffer &b) { b.lanes = 4; }), ElementsAre("%a: memory has no lanes"));
  EXPECT_THAT(verifyBuffer("a", [](Buffer &b) { b.elements = {1.0f}; }), ElementsAre("%a: only a const has elements"));
  EXPECT_THAT(verifyBuffer("r", [](Buffer &b) { b.lanes = 0; }), ElementsAre("%r: lanes must be 1 to 1024"));
  EXPECT_THAT(verifyBuffer("c", [](Buffer &b) { b.elements[1] = 2; }), ElementsAre("%c: an element has another type"));
  EXPECT_THAT(verifyBuffer("o", [](Buffer &b) { b.storage = Storage::In; }),
              ElementsAre("store to %o[i]: it is read-only"));
  EXPECT_THAT(verifyBuffer("a", [](Buffer &b) { b.storage = Storage::Scratch; }),
              ElementsAre("%o: inputs come first, then outputs, then the others"));
}

TEST(LoopVerify, IdsInRange) {
  EXPECT_THAT(verifyChanged([](Kernel &k) { theLoop(k).var = VarId(7); }),
              ElementsAre("a loop's variable, #7, does not exist"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { k.body.push_back({Declare{BufferId(9)}}); }),
              ElementsAre("a declared buffer, #9, does not exist"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { scalarStore(k).operands[0].buffer = BufferId(9); }),
              ElementsAre("an accessed buffer, #9, does not exist"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { scalarStore(k).target.indices[0] = Affine::variable(5); }),
              ElementsAre("an index of %o uses variable #5, which does not exist"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { scalarStore(k).operands.pop_back(); }),
              ElementsAre(HasSubstr("operand 1 of 1")));
  EXPECT_THAT(verifyChanged([](Kernel &k) { scalarStore(k).value = {}; }),
              ElementsAre("store to %o[i]: the expression is empty"));
}

TEST(LoopVerify, OneLane) {
  EXPECT_THAT(verifyChanged([](Kernel &k) { scalarStore(k).laneBound = Affine::number(1); }),
              ElementsAre("store to %o[i]: a store of one lane has no lane to mask"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { scalarStore(k).reduce = ScalarOp::Add; }),
              ElementsAre("store to %o[i]: a store of one lane has no lanes to reduce"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { scalarStore(k).lanes = 0; }), ElementsAre("a store has 0 lanes"));
}

TEST(LoopVerify, Declarations) {
  EXPECT_THAT(verifyChanged([](Kernel &k) { k.body.push_back(k.body.front()); }), ElementsAre("%r is declared twice"));
  EXPECT_THAT(verifyChanged([](Kernel &k) { k.body.push_back({Declare{BufferId(0)}}); }),
              ElementsAre("%a is declared, but neither scratch nor registers"));
}

TEST(LoopVerify, MessagesQuoteMalformedKernels) {
  EXPECT_THAT(verifyChanged([](Kernel &k) {
                theLoop(k).var = VarId(7);
                std::get<Store>(k.body[1].node).operands[0].indices.clear();
              }),
              ElementsAre("%a[]: 0 indices for 1 axes", "a loop's variable, #7, does not exist"));
}

} // namespace
} // namespace einjit::loop
