// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Errors.h"
#include <cstdint>
#include <einjit/Tensor.h>
#include <gtest/gtest.h>
#include <limits>

using namespace einjit;
using namespace einjit::test;

namespace {

TEST(AnyTensor, MemoryIsZeroAndAligned) {
  for (std::int64_t extent : {1, 7, 1000, 300'000}) {
    AnyTensor tensor(TensorType{DType::F64, {extent}});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.data()) % 64, 0U);
    auto *elements = static_cast<double *>(tensor.data());
    EXPECT_EQ(std::count(elements, elements + extent, 0.0), extent);
  }
}

TEST(AnyTensor, ScalarsHaveOneElementAndEmptyTensorsNone) {
  EXPECT_EQ(AnyTensor(TensorType{DType::I32, {}}).size(), 1);
  AnyTensor empty(TensorType{DType::F32, {3, 0, 5}});
  EXPECT_EQ(empty.size(), 0);
  EXPECT_NE(empty.data(), nullptr);
}

TEST(AnyTensor, CopiesAreDeep) {
  Tensor<std::int32_t> original({2, 2}, {1, 2, 3, 4});
  Tensor<std::int32_t> copy = original;
  copy(1, 1) = 40;
  EXPECT_EQ(original(1, 1), 4);
  EXPECT_EQ(copy(0, 1), 2);
  original = copy;
  EXPECT_EQ(original(1, 1), 40);
  EXPECT_NE(original.data(), copy.data());
}

TEST(AnyTensor, DefaultConstructedCanBeCopiedAndAssigned) {
  AnyTensor none, copy = none;
  EXPECT_EQ(copy.data(), nullptr);
  copy = AnyTensor(TensorType{DType::Bool, {3}});
  copy = none;
  EXPECT_EQ(copy.size(), 0);
}

TEST(AnyTensor, OfWhichNothingIsLeftIsEmpty) {
  Tensor<double> moved({3}, {1, 2, 3});
  const Tensor<double> taken = std::move(moved);
  EXPECT_EQ(taken(2), 3);
  EXPECT_EQ(moved.size(), 0);
  EXPECT_EQ(moved.begin(), moved.end());
  EXPECT_EQ(moved.data(), nullptr);
  const Tensor<double> none, copy = none;
  for (const Tensor<double> *tensor : {&std::as_const(moved), &none, &copy}) EXPECT_EQ(str(tensor->type()), "f64[]");
  moved = taken;
  EXPECT_EQ(moved(2), 3);
}

TEST(AnyTensor, IsViewedAsTheElementsThatItHas) {
  AnyTensor tensor(TensorType{DType::F32, {2, 3}});
  tensor.view<float>()(1, 2) = 7;
  const AnyTensor &fixed = tensor;
  const TensorView<const float, 2> view = fixed.view<float, 2>();
  EXPECT_EQ(view(1, 2), 7);
  EXPECT_EQ(tensor.view<const float>()(1, 2), 7);
  expectError([&] { tensor.view<double>(); }, "argument-mismatch", "elements of type f32, not f64");
  expectError([&] { fixed.view<float, 1>(); }, "rank-mismatch", "rank 1 cannot have 2 axes", ErrorCategory::Shape);
}

TEST(AnyTensor, StridesOfTheTypeAreNotKept) {
  const AnyTensor tensor(TensorType{DType::F32, {2, 3}, {1, 2}});
  EXPECT_TRUE(tensor.type().strides.empty());
}

TEST(AnyTensor, MoreThanTheMachineHasIsAnError) {
  constexpr std::int64_t huge = std::int64_t{1} << 40;
  expectError([] { AnyTensor(TensorType{DType::F64, {huge, 1 << 16}}); }, "out-of-memory", "f64[1099511627776,65536]");
  expectError([] { AnyTensor(TensorType{DType::F64, {huge, huge, huge}}); }, "out-of-memory", "larger than any memory");
  expectError([] { AnyTensor(TensorType{DType::Bool, {std::numeric_limits<std::int64_t>::max()}}); }, "out-of-memory",
              "larger than any memory");
}

TEST(AnyTensor, NegativeExtentsAreAnError) {
  expectError([] { AnyTensor(TensorType{DType::F32, {2, -1}}); }, "bad-shape", "f32[2,-1] has a negative extent",
              ErrorCategory::Shape);
  expectError([] { AnyTensor(TensorType{DType::F32, {0, -1}}); }, "bad-shape", "negative", ErrorCategory::Shape);
}

TEST(Tensor, ElementsMustBeAsManyAsTheShapeSays) {
  expectError([] { Tensor<float>({2, 2}, {1, 2, 3}); }, "argument-mismatch", "f32[2,2] has 4 elements, not 3");
}

TEST(Tensor, OfAnEmptyListOfExtentsHasOneElement) {
  Tensor<float> dynamic({});
  EXPECT_EQ(dynamic.size(), 1);
  dynamic() = 2;
  EXPECT_EQ((Tensor<float, 0>({})()), 0);
  EXPECT_EQ((Tensor<float, 0>({}, {3})()), 3);
  EXPECT_EQ(str(Tensor<float>{{2, 3}}.type()), "f32[2,3]");
}

TEST(Tensor, TakesBoolsThatAreBits) {
  const Tensor<bool> tensor({3}, std::vector<bool>{true, false, true});
  EXPECT_EQ(std::vector<bool>(tensor.begin(), tensor.end()), (std::vector<bool>{true, false, true}));
}

float firstOf(const TensorView<const float> &view) { return *view.data(); }

TEST(Tensor, OfAKnownRankIsPassedAsAViewOfAny) {
  Tensor<float, 2> tensor({1, 2}, {3, 4});
  EXPECT_EQ(firstOf(tensor), 3);
  EXPECT_EQ(firstOf(std::as_const(tensor)), 3);
  TensorView<float> view = tensor;
  view(0, 1) = 5;
  EXPECT_EQ(tensor(0, 1), 5);
}

TEST(Tensor, TakesOverOnlyItsOwnElementType) {
  Tensor<double> taken(AnyTensor(TensorType{DType::F64, {4}}));
  EXPECT_EQ(taken.size(), 4);
  expectError([] { Tensor<double> wrong(AnyTensor(TensorType{DType::F32, {4}})); }, "argument-mismatch",
              "f32[4] has elements of type f32, not f64");
}

} // namespace
