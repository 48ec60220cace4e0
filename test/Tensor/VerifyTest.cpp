// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The goldens hold what a text can get wrong; the tests below build what no text can say.
#include "Tensor/Kernel.h"
#include "support/Golden.h"
#include <functional>
#include <gmock/gmock.h>
#include <limits>

namespace einjit::tensor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string complaints(const test::Golden &golden) {
  const auto kernel = parseKernel(golden.input);
  if (!kernel) return render(kernel.errors(), golden.input);
  std::string lines;
  for (const std::string &line : verify(*kernel)) lines += line + "\n";
  return lines.empty() ? "ok" : lines;
}

TEST(TensorVerify, Goldens) { test::checkGoldens("Tensor/Verify", complaints); }

/// A well-formed kernel to spoil: values %a, %c, %0, the last a generic op.
Kernel sample() {
  auto kernel = parseKernel("kernel @k(%a: f32[4,3]) -> f32[4] {\n"
                            "  %c = constant f32[4] (1, 2, 3, 4)\n"
                            "  %0 = [i:4] add over [k:3] of %a[i,k] then mul(acc, %c[i])\n"
                            "  return %0\n}");
  EXPECT_TRUE(kernel);
  return *kernel;
}

Generic &opOf(Kernel &kernel) { return std::get<Generic>(kernel.values[2].def); }

std::vector<std::string> verifySpoilt(const std::function<void(Kernel &)> &spoil) {
  Kernel kernel = sample();
  EXPECT_THAT(verify(kernel), IsEmpty());
  spoil(kernel);
  return verify(kernel);
}

TEST(TensorVerify, NamesAreWellFormedAndUnique) {
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { kernel.name = "1k"; }), ElementsAre("'1k' does not name a kernel"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { kernel.values[0].name = "a b"; }),
              ElementsAre("'a b' does not name a value"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { kernel.values[1].name = "a"; }), ElementsAre("a second value 'a'"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).parallel[0].name = "k"; }),
              ElementsAre("%0: a second iterator 'k'"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).parallel[0].name = "7"; }),
              ElementsAre("%0: '7' does not name an iterator"));
}

TEST(TensorVerify, ExtentsAreNotNegative) {
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).parallel[0].extent = -1; }),
              ElementsAre("%0: iterator 'i' has the extent -1"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { kernel.values[1].type.shape = {-4}; }),
              testing::Contains("%c: it has the extent -4"));
}

TEST(TensorVerify, ValuesAreDefinedBeforeTheyAreRead) {
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).operands[0].value = ValueId(2); }),
              ElementsAre("%0: operand 0 is value 2, which is not defined before"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { kernel.results.push_back(ValueId(3)); }),
              ElementsAre("result %?3 is not a value"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { kernel.results.clear(); }), ElementsAre("the kernel has no result"));
  EXPECT_THAT(
      verifySpoilt([](Kernel &kernel) { kernel.values.push_back({"b", TensorType{DType::F32, {}}, Parameter{}}); }),
      ElementsAre("%b: a parameter behind other values"));
}

TEST(TensorVerify, IndicesAreCanonicalAndOverTheOpsIterators) {
  const std::vector<Affine> malformed = {
      {{{2, 1}}, 0},         // no such iterator
      {{{0, 0}}, 0},         // coefficient 0
      {{{1, 1}, {0, 1}}, 0}, // not ascending
      {{{0, 1}, {0, 1}}, 0}, // twice
  };
  for (const Affine &index : malformed)
    EXPECT_THAT(verifySpoilt([&](Kernel &kernel) { opOf(kernel).operands[0].indices[0] = index; }),
                ElementsAre("%0: operand 0 has a malformed index"));
}

TEST(TensorVerify, IndicesThatMightOverflowAreRefused) {
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max() / 2;
  for (const Affine &index : {Affine{{{0, huge}}, 0}, Affine{{{0, -huge}}, 0}, Affine{{{0, huge / 2}}, huge},
                              Affine{{{0, huge / 3}, {1, huge}}, 0}})
    EXPECT_THAT(verifySpoilt([&](Kernel &kernel) { opOf(kernel).operands[0].indices[0] = index; }),
                ElementsAre(testing::EndsWith("index 0 overflows")));
}

TEST(TensorVerify, OperandsAreUsedAndDistinct) {
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).operands.push_back(opOf(kernel).operands[1]); }),
              ElementsAre("%0: %c[i] is an operand twice"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).operands.push_back({ValueId(1), {Affine::number(0)}}); }),
              ElementsAre("%0: %c[0] is an operand, but not used"));
}

TEST(TensorVerify, ExpressionsAreTyped) {
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).body.nodes.clear(); }),
              ElementsAre("%0: body: the expression is empty"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).body.nodes[0].type = DType::F64; }),
              ElementsAre("%0: body: node 0: it is f32, but is said to be f64"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).body.nodes[0].kind = scalar::Operand{5}; }),
              ElementsAre("%0: body: node 0: operand 5 of 2"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).body.nodes[0].kind = scalar::Accumulator{}; }),
              ElementsAre("%0: body: node 0: there is no accumulator here"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { opOf(kernel).body.nodes[0].kind = scalar::Literal{Scalar(1.0)}; }),
              ElementsAre("%0: body: node 0: it is f64, but is said to be f32"));
}

TEST(TensorVerify, AppliedOpsHaveTheirArgumentsBeforeThem) {
  const auto spoilEpilogue = [](auto change) {
    return verifySpoilt([&](Kernel &kernel) {
      change(opOf(kernel).reduction->epilogue->nodes,
             std::get<scalar::Apply>(opOf(kernel).reduction->epilogue->nodes[2].kind));
    });
  };
  EXPECT_THAT(spoilEpilogue([](auto &, scalar::Apply &apply) { apply.arguments.pop_back(); }),
              testing::Contains("%0: epilogue: node 2: mul takes 2 arguments, not 1"));
  EXPECT_THAT(spoilEpilogue([](auto &, scalar::Apply &apply) { apply.arguments[1] = scalar::NodeId(2); }),
              testing::Contains("%0: epilogue: node 2: argument 2 does not stand before it"));
  EXPECT_THAT(spoilEpilogue([](auto &, scalar::Apply &apply) { apply.op = ScalarOp::And; }),
              ElementsAre("%0: epilogue: node 2: and does not take the types of its arguments"));
  EXPECT_THAT(spoilEpilogue([](auto &nodes, scalar::Apply &) { nodes.push_back(nodes[0]); }),
              ElementsAre("%0: epilogue: node 2: nothing uses it"));
}

TEST(TensorVerify, TypesAreThoseOfTheDefinitions) {
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { kernel.values[2].type.shape = {5}; }),
              ElementsAre("%0: it is f32[4], but is said to be f32[5]"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { kernel.values[1].type.strides = {2}; }),
              testing::Contains("%c: only parameters and results that are computed have strides"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { std::get<Constant>(kernel.values[1].def).elements[2] = Scalar(true); }),
              ElementsAre("%c: an element is bool, the constant f32"));
  EXPECT_THAT(verifySpoilt([](Kernel &kernel) { kernel.values[0].type.strides = {1}; }),
              ElementsAre("%a: it has 1 strides and 2 axes"));
}

} // namespace
} // namespace einjit::tensor
