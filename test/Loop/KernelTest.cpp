// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Kernel.h"
#include <gtest/gtest.h>

namespace einjit::loop {
namespace {

Kernel twoBuffers() {
  Kernel kernel;
  kernel.buffers = {{"a", Storage::In, {DType::F32, {4, 8}}},
                    {"b", Storage::In, {DType::F32, {4, 8}, {-1, 4}}},
                    {"out", Storage::Out, {DType::F32, {}}},
                    {"c", Storage::Const, {DType::F32, {1}}, 1, {1.0f}}};
  return kernel;
}

TEST(LoopKernel, FindsAndAddsNames) {
  Kernel kernel = twoBuffers();
  EXPECT_EQ(kernel.argumentCount(), 3u);
  EXPECT_EQ(kernel.findBuffer("out"), BufferId(2));
  EXPECT_EQ(kernel.findBuffer("none"), std::nullopt);
  EXPECT_EQ(kernel.findVar("i"), std::nullopt);
  const VarId i = kernel.var("i");
  EXPECT_NE(kernel.var("j"), i);
  EXPECT_EQ(kernel.var("i"), i);
  EXPECT_EQ(kernel.findVar("i"), i);
}

TEST(LoopKernel, OffsetsFollowStrides) {
  Kernel kernel = twoBuffers();
  const std::uint32_t i = kernel.var("i").value;
  const std::vector<Affine> indices = {Affine::variable(i) + Affine::number(1), Affine::variable(laneVariable, 2)};
  const Access rowMajor{BufferId(0), indices}, strided{BufferId(1), indices};

  const Affine offset = linearOffset(kernel, rowMajor);
  EXPECT_EQ(offset.coefficient(i), 8);
  EXPECT_EQ(offset.constant, 8);
  EXPECT_EQ(laneStride(kernel, rowMajor), 2);

  EXPECT_EQ(linearOffset(kernel, strided).coefficient(i), -1);
  EXPECT_EQ(linearOffset(kernel, strided).constant, -1);
  EXPECT_EQ(laneStride(kernel, strided), 8);
}

TEST(LoopKernel, AScalarHasOffsetZero) {
  const Kernel kernel = twoBuffers();
  EXPECT_EQ(linearOffset(kernel, {BufferId(2), {}}), Affine::number(0));
}

} // namespace
} // namespace einjit::loop
