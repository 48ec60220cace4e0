// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <einjit/Type.h>
#include <gtest/gtest.h>
#include <limits>

namespace einjit {
namespace {

using Shape = std::vector<std::int64_t>;

TEST(DType, NamesReadBack) {
  for (DType type : allDTypes) EXPECT_EQ(parseDType(name(type)), type);
  EXPECT_EQ(name(DType::F32), "f32");
  EXPECT_FALSE(parseDType("f8"));
  EXPECT_FALSE(parseDType(""));
}

TEST(DType, SizesAreTheMachines) {
  const auto fit = []<class... T>() { return ((byteSize(dtypeOf<T>) == sizeof(T)) && ...); };
  EXPECT_TRUE((fit.operator()<bool, std::int8_t, std::uint8_t, std::int32_t, std::int64_t, Half, BFloat16, float,
                              double, std::complex<float>, std::complex<double>>()));
}

TEST(DType, ElementTypesAreItsInverse) {
  static_assert(dtypeOf<ElementType<DType::Bool>> == DType::Bool && dtypeOf<ElementType<DType::I8>> == DType::I8 &&
                dtypeOf<ElementType<DType::U8>> == DType::U8 && dtypeOf<ElementType<DType::I32>> == DType::I32 &&
                dtypeOf<ElementType<DType::I64>> == DType::I64 && dtypeOf<ElementType<DType::F16>> == DType::F16 &&
                dtypeOf<ElementType<DType::BF16>> == DType::BF16 && dtypeOf<ElementType<DType::F32>> == DType::F32 &&
                dtypeOf<ElementType<DType::F64>> == DType::F64 && dtypeOf<ElementType<DType::C64>> == DType::C64 &&
                dtypeOf<ElementType<DType::C128>> == DType::C128);
}

TEST(TensorType, RowMajorStrides) {
  EXPECT_EQ(rowMajorStrides({}), Shape{});
  EXPECT_EQ(rowMajorStrides({2, 3, 4}), (Shape{12, 4, 1}));
  EXPECT_EQ(rowMajorStrides({2, 0, 4}), (Shape{4, 4, 1}));
  EXPECT_EQ((TensorType{DType::F32, {2, 3}, {}}).stridesOrRowMajor(), (Shape{3, 1}));
  EXPECT_EQ((TensorType{DType::F32, {2, 3}, {1, 2}}).stridesOrRowMajor(), (Shape{1, 2}));
}

TEST(TensorType, KnowsWhetherItIsRowMajor) {
  const auto isRowMajor = [](Shape shape, Shape strides) {
    return TensorType{DType::F32, std::move(shape), std::move(strides)}.isRowMajor();
  };
  EXPECT_TRUE(isRowMajor({}, {}));
  EXPECT_TRUE(isRowMajor({2, 3}, {}));
  EXPECT_TRUE(isRowMajor({2, 3}, {3, 1}));
  EXPECT_FALSE(isRowMajor({2, 3}, {1, 2})) << "transposed";
  EXPECT_FALSE(isRowMajor({2, 3}, {4, 1})) << "with gaps";
  EXPECT_FALSE(isRowMajor({2, 3}, {0, 1})) << "broadcast";
  EXPECT_TRUE(isRowMajor({2, 1, 3}, {3, 77, 1})) << "an axis of extent 1";
  EXPECT_TRUE(isRowMajor({2, 0, 3}, {5, -1, 9})) << "no element";
}

TEST(TensorType, PrintsAndReads) {
  const TensorType types[] = {{DType::F32, {}, {}},
                              {DType::Bool, {0}, {}},
                              {DType::F64, {32, 20, 128}, {}},
                              {DType::I64, {20, 32}, {1, 20}},
                              {DType::I32, {4, 5}, {-5, 0}}};
  const char *texts[] = {"f32[]", "bool[0]", "f64[32,20,128]", "i64[20,32] strides [1,20]", "i32[4,5] strides [-5,0]"};
  for (std::size_t i = 0; i < std::size(types); ++i) {
    EXPECT_EQ(str(types[i]), texts[i]);
    EXPECT_EQ(parseTensorType(texts[i]), types[i]);
  }
  EXPECT_EQ(str({DType::F32, {2, 3}, {3, 1}}), "f32[2,3]");
  EXPECT_EQ(parseTensorType("  f32 [ 2 ,3 ]strides[ 1, 2 ] "), (TensorType{DType::F32, {2, 3}, {1, 2}}));
}

TEST(TensorType, RefusesMalformedText) {
  for (const char *text : {"", "f32", "f32[", "f32[2", "f32[2,", "f32[2,]", "f32[,2]", "f32[-1]", "f32[2]]", "f33[2]",
                           "[2]", "f32[2] strides", "f32[2] strides [1,2]", "f32[2] # comment",
                           "f32[99999999999999999999]", "f32[2] stride [1]", "f32[1.5]", "f32(2)"})
    EXPECT_FALSE(parseTensorType(text)) << text;
}

TEST(TensorType, CountsElementsBelowTheLimit) {
  const auto count = [](DType type, Shape shape) { return elementCount({type, std::move(shape), {}}); };
  constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(count(DType::F32, {}), 1);
  EXPECT_EQ(count(DType::F32, {2, 3, 4}), 24);
  EXPECT_EQ(count(DType::F32, {max, 0, max}), 0);
  EXPECT_EQ(count(DType::Bool, {(1LL << 62) - 1}), (1LL << 62) - 1);
  EXPECT_FALSE(count(DType::Bool, {1LL << 62}));
  EXPECT_FALSE(count(DType::F32, {1LL << 60}));
  EXPECT_EQ(count(DType::F32, {(1LL << 60) - 1}), (1LL << 60) - 1);
  EXPECT_FALSE(count(DType::F64, {1LL << 32, 1LL << 32}));
  EXPECT_FALSE(count(DType::F64, {max, max, max}));
}

} // namespace
} // namespace einjit
