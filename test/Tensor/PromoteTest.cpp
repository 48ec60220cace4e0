// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Types.h"
#include <gtest/gtest.h>
#include <sstream>

namespace einjit::tensor {
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

} // namespace
} // namespace einjit::tensor
