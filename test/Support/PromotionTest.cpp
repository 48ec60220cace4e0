// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <einjit/Promotion.h>
#include <gtest/gtest.h>
#include <sstream>

namespace einjit {
namespace {

/// np.result_type of two arrays, with i32 where NumPy says int16, and bf16 beside what NumPy has.
constexpr const char *table = R"(
  .     bool  i8    u8    i32   i64   f16   bf16  f32   f64   c64   c128
  bool  bool  i8    u8    i32   i64   f16   bf16  f32   f64   c64   c128
  i8    i8    i8    i32   i32   i64   f16   bf16  f32   f64   c64   c128
  u8    u8    i32   u8    i32   i64   f16   bf16  f32   f64   c64   c128
  i32   i32   i32   i32   i32   i64   f64   f64   f64   f64   c128  c128
  i64   i64   i64   i64   i64   i64   f64   f64   f64   f64   c128  c128
  f16   f16   f16   f16   f64   f64   f16   f32   f32   f64   c64   c128
  bf16  bf16  bf16  bf16  f64   f64   f32   bf16  f32   f64   c64   c128
  f32   f32   f32   f32   f64   f64   f32   f32   f32   f64   c64   c128
  f64   f64   f64   f64   f64   f64   f64   f64   f64   f64   c128  c128
  c64   c64   c64   c64   c128  c128  c64   c64   c64   c128  c64   c128
  c128  c128  c128  c128  c128  c128  c128  c128  c128  c128  c128  c128
)";

TEST(Promote, IsNumPysTable) {
  std::istringstream words(table);
  std::string word;
  words >> word;
  for (DType column : allDTypes) {
    words >> word;
    ASSERT_EQ(word, name(column));
  }
  for (DType row : allDTypes) {
    words >> word;
    ASSERT_EQ(word, name(row));
    for (DType column : allDTypes) {
      words >> word;
      EXPECT_EQ(name(promote(row, column)), word) << name(row) << " with " << name(column);
    }
  }
}

TEST(Promote, OfSeveralInAnyOrder) {
  const auto expectCommon = [](std::vector<DType> types, DType common) {
    std::sort(types.begin(), types.end());
    do {
      EXPECT_EQ(promote(types), common) << name(types[0]) << " first";
    } while (std::next_permutation(types.begin(), types.end()));
  };
  expectCommon({DType::I8, DType::U8, DType::F16}, DType::F16); // np.result_type says so
  expectCommon({DType::I8, DType::U8, DType::F32, DType::Bool}, DType::F32);
  expectCommon({DType::I8, DType::U8, DType::C64}, DType::C64);
  expectCommon({DType::I8, DType::U8, DType::I64}, DType::I64);
  expectCommon({DType::I32, DType::F16, DType::C64}, DType::C128);
  expectCommon({DType::F16, DType::BF16, DType::U8}, DType::F32);
  EXPECT_EQ(promote(std::vector<DType>()), DType::Bool);
}

TEST(Promote, WhileCompiling) {
  static_assert(promote(DType::I32, DType::F32) == DType::F64);
  static_assert(promote({DType::I8, DType::U8, DType::F32}) == DType::F32);
}

} // namespace
} // namespace einjit
