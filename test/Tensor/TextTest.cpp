// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each golden is a kernel's text and its normal form, or the errors it gets. A normal form is a fixed point.
#include "Tensor/Kernel.h"
#include "support/Golden.h"
#include <gtest/gtest.h>

namespace einjit::tensor {
namespace {

std::string normalise(const test::Golden &golden) {
  const auto kernel = parseKernel(golden.input);
  if (!kernel) return render(kernel.errors(), golden.input);
  const std::string text = print(*kernel);
  const auto again = parseKernel(text);
  if (!again) return "the printed text does not parse:\n" + render(again.errors(), text);
  EXPECT_EQ(print(*again), text);
  EXPECT_TRUE(*again == *kernel) << "read back as another kernel";
  return text;
}

TEST(TensorText, Goldens) { test::checkGoldens("Tensor/Text", normalise); }

TEST(TensorText, EveryPrefixOfAKernelIsRefusedWithoutHarm) {
  const std::string text = "exact kernel @k(%a: f32[2,3] strides [1,2], %b: i32[]) -> (f32[2], bool[]) {\n"
                           "  %0 = constant f32[2] (1, nan)\n"
                           "  %1 = [i:2] add over [k:3] of mul(%a[i,k], %a[i,2]) then mul(acc, %0[i])\n"
                           "  %2 = [] lt(%b[], i32(3))\n"
                           "  return %1, %2\n}";
  ASSERT_TRUE(parseKernel(text));
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto kernel = parseKernel(text.substr(0, length));
    ASSERT_FALSE(kernel) << text.substr(0, length);
    EXPECT_EQ(kernel.errors().front().kind, DiagnosticKind::StageSyntax);
    EXPECT_FALSE(kernel.errors().front().labels.empty());
  }
}

TEST(TensorText, EveryCharacterMayBeWrong) {
  const std::string text = "kernel @k(%a: f32[4]) -> f32[2] { %0 = [i:2] add over [k:2] of %a[i + 2*k] then add(acc, "
                           "acc) %1 = constant i32[1] (7) return %0 }";
  ASSERT_TRUE(parseKernel(text));
  for (std::size_t at = 0; at < text.size(); ++at)
    for (char wrong : {'%', '[', ']', ')', '9', 'x', '-', ' ', ':', '\0', '\xff'}) {
      std::string changed = text;
      changed[at] = wrong;
      if (const auto kernel = parseKernel(changed)) verify(*kernel);
    }
}

TEST(TensorText, MalformedKernelsStillPrint) {
  Kernel kernel;
  kernel.results = {ValueId(3)};
  Generic op{{{"i", 2}}, {}, {{ValueId(7), {Affine::variable(9)}}}, scalar::identityExpr(DType::F32)};
  kernel.values = {{"0", TensorType{DType::F32, {2}}, op}, {"p", TensorType{DType::F32, {}}, Parameter{}}};
  EXPECT_EQ(print(kernel), "kernel @kernel() -> ? {\n"
                           "  %0 = [i:2] %?7[?9]\n"
                           "  %p = parameter f32[]\n"
                           "  return %?3\n}\n");
}

TEST(TensorKernel, ConstantsCompareBitForBit) {
  const Constant nan{{Scalar(__builtin_nanf(""))}}, zero{{Scalar(0.0F)}}, minusZero{{Scalar(-0.0F)}};
  EXPECT_EQ(nan, nan);
  EXPECT_FALSE(zero == minusZero);
  EXPECT_FALSE(zero == (Constant{{Scalar(0.0)}}));
  EXPECT_FALSE(zero == (Constant{{Scalar(0.0F), Scalar(0.0F)}}));
}

TEST(TensorKernel, ParametersAreTheValuesInFront) {
  EXPECT_EQ(Kernel().parameterCount(), 0U);
  const auto kernel = parseKernel("kernel @k(%a: f32[], %b: f32[]) -> f32[] { %0 = [] %a[] return %0 }");
  ASSERT_TRUE(kernel);
  EXPECT_EQ(kernel->parameterCount(), 2U);
}

TEST(TensorKernel, ResultTypeIsOfTheFinalExpression) {
  const auto kernel = parseKernel(
      "kernel @k(%a: f32[2,3]) -> bool[2] { %0 = [i:2] add over [k:3] of %a[i,k] then lt(acc, f32(0)) return %0 }");
  ASSERT_TRUE(kernel);
  EXPECT_EQ(resultType(std::get<Generic>(kernel->values[1].def)), (TensorType{DType::Bool, {2}}));
}

} // namespace
} // namespace einjit::tensor
