// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Print.h"
#include "support/Golden.h"
#include <gtest/gtest.h>

namespace einjit::loop {
namespace {

TEST(LoopText, Goldens) {
  test::checkGoldens("Loop/Text", [](const test::Golden &golden) {
    const Result<Kernel> kernel = parseKernel(golden.input);
    if (!kernel) return render(kernel.errors(), golden.input);
    const std::string text = print(*kernel);
    const Result<Kernel> again = parseKernel(text);
    EXPECT_EQ(again ? print(*again) : render(again.errors(), text), text);
    return text;
  });
}

std::string nest(int depth) {
  std::string text = "kernel @deep() {\n";
  for (int i = 0; i < depth; ++i) text += "for i" + std::to_string(i) + " in 0..2 {\n";
  return text + std::string(static_cast<std::size_t>(depth) + 1, '}');
}

TEST(LoopText, NestingIsLimited) {
  EXPECT_TRUE(parseKernel(nest(256)));
  const Result<Kernel> tooDeep = parseKernel(nest(257));
  ASSERT_FALSE(tooDeep);
  EXPECT_EQ(tooDeep.errors()[0].message, "more than 256 loops inside each other");
  EXPECT_FALSE(parseKernel(nest(100'000)));
}

TEST(LoopText, EveryPrefixOfAKernelIsRefused) {
  const std::string text = "kernel @k(in %a: f32[8] strides [2], out %o: f32[8]) {\n"
                           "  const %c: f32[2] (1, 2)\n"
                           "  registers %r: <4 x f32>[2]\n"
                           "  for i in 0..min(2, -1*i + 2) {\n"
                           "    4 lanes if lane < 3 reduce add: %o[i] = fma(%a[4*i + lane], f32(2), %r[0])\n"
                           "    prefetch %a[i] to L2\n"
                           "  }\n"
                           "}";
  EXPECT_TRUE(parseKernel(text));
  for (std::size_t length = 0; length < text.size(); ++length)
    EXPECT_FALSE(parseKernel(std::string_view(text).substr(0, length))) << length;
}

/// out[i,j] = a[i] * a[i], its variables numbered the other way round and its operand listed twice.
Kernel unusuallyNumbered() {
  Kernel kernel;
  kernel.buffers = {{"a", Storage::In, {DType::F32, {2}}}, {"out", Storage::Out, {DType::F32, {2, 3}}}};
  const VarId inner = kernel.var("j"), outer = kernel.var("i");
  const Affine i = Affine::variable(outer.value), j = Affine::variable(inner.value);
  scalar::ExprBuilder builder;
  const auto first = builder.operand(0, DType::F32), second = builder.operand(1, DType::F32);
  const auto product = builder.apply(ScalarOp::Mul, {first, second});
  const Access a{BufferId(0), {i}};
  const Store store{{BufferId(1), {i + j - j, j + i - i}}, {a, a}, builder.take(product)};
  const Prefetch prefetch{{BufferId(0), {j + i * 3}}};
  kernel.body = {{For{outer, LoopKind::Serial, 2, {}, {{For{inner, LoopKind::Serial, 3, {}, {{store}, {prefetch}}}}}}}};
  return kernel;
}

TEST(LoopText, DoesNotDependOnNumbers) {
  const std::string expected = "kernel @kernel(in %a: f32[2], out %out: f32[2,3]) {\n"
                               "  for i in 0..2 {\n"
                               "    for j in 0..3 {\n"
                               "      %out[i,j] = mul(%a[i], %a[i])\n"
                               "      prefetch %a[3*i + j]\n"
                               "    }\n"
                               "  }\n"
                               "}\n";
  EXPECT_EQ(print(unusuallyNumbered()), expected);
  const Result<Kernel> read = parseKernel(expected);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->vars, (std::vector<std::string>{"i", "j"}));
  EXPECT_EQ(print(*read), expected);
}

TEST(LoopText, SubtreesAreEqualAsTheyPrint) {
  const Result<Kernel> a = parseKernel(nest(3)), b = parseKernel(nest(3)), c = parseKernel(nest(2));
  EXPECT_EQ(*a, *b);
  EXPECT_NE(*a, *c);
}

} // namespace
} // namespace einjit::loop
