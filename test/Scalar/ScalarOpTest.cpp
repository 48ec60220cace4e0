// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/ScalarOp.h"
#include "Scalar/Evaluate.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <limits>
#include <set>

namespace einjit {
namespace {

constexpr ScalarOp allOps[] = {
#define SCALAR_OP(Op, text, arity, typing) ScalarOp::Op,
#include "Scalar/ScalarOps.def"
#undef SCALAR_OP
};

/// `f32 f64` …: the types T for which the op takes `arity` arguments of type T, with the result's type where it
/// differs.
std::string uniformTypes(ScalarOp op) {
  std::string text;
  for (DType type : allDTypes) {
    const auto result = resultType(op, std::vector<DType>(arity(op), type));
    if (!result) continue;
    text += fmt::format("{}{}", text.empty() ? "" : " ", name(type));
    if (*result != type) text += fmt::format("->{}", name(*result));
  }
  return text;
}

TEST(ScalarOp, NamesReadBackAndDiffer) {
  std::set<std::string_view> names;
  for (ScalarOp op : allOps) {
    EXPECT_EQ(parseScalarOp(name(op)), op);
    EXPECT_TRUE(names.insert(name(op)).second) << name(op);
    EXPECT_FALSE(parseDType(name(op))) << "casts are printed as types, so no op may be called like one";
  }
  EXPECT_FALSE(parseScalarOp("plus"));
}

TEST(ScalarOp, ResultTypes) {
  std::string table;
  for (ScalarOp op : allOps) table += fmt::format("{}/{}: {}\n", name(op), arity(op), uniformTypes(op));
  EXPECT_EQ(table, R"(add/2: i8 u8 i32 i64 f32 f64 c64 c128
sub/2: i8 u8 i32 i64 f32 f64 c64 c128
mul/2: i8 u8 i32 i64 f32 f64 c64 c128
div/2: f32 f64 c64 c128
fma/3: f32 f64 c64 c128
neg/1: i8 u8 i32 i64 f32 f64 c64 c128
abs/1: i8 u8 i32 i64 f32 f64 c64->f32 c128->f64
sqrt/1: f32 f64 c64 c128
real/1: c64->f32 c128->f64
imag/1: c64->f32 c128->f64
conj/1: c64 c128
complex/2: f32->c64 f64->c128
min/2: i8 u8 i32 i64 f32 f64
max/2: i8 u8 i32 i64 f32 f64
floor/1: f32 f64
ceil/1: f32 f64
round/1: f32 f64
trunc/1: f32 f64
exp/1: f32 f64
exp2/1: f32 f64
expm1/1: f32 f64
log/1: f32 f64
log2/1: f32 f64
log1p/1: f32 f64
sin/1: f32 f64
cos/1: f32 f64
tan/1: f32 f64
asin/1: f32 f64
acos/1: f32 f64
atan/1: f32 f64
sinh/1: f32 f64
cosh/1: f32 f64
tanh/1: f32 f64
erf/1: f32 f64
atan2/2: f32 f64
pow/2: i8 u8 i32 i64 f32 f64
floordiv/2: i8 u8 i32 i64 f32 f64
rem/2: i8 u8 i32 i64 f32 f64
and/2: bool i8 u8 i32 i64
or/2: bool i8 u8 i32 i64
xor/2: bool i8 u8 i32 i64
not/1: bool i8 u8 i32 i64
shl/2: i8 u8 i32 i64
shr/2: i8 u8 i32 i64
lt/2: bool i8->bool u8->bool i32->bool i64->bool f32->bool f64->bool
le/2: bool i8->bool u8->bool i32->bool i64->bool f32->bool f64->bool
gt/2: bool i8->bool u8->bool i32->bool i64->bool f32->bool f64->bool
ge/2: bool i8->bool u8->bool i32->bool i64->bool f32->bool f64->bool
eq/2: bool i8->bool u8->bool i32->bool i64->bool f32->bool f64->bool c64->bool c128->bool
ne/2: bool i8->bool u8->bool i32->bool i64->bool f32->bool f64->bool c64->bool c128->bool
select/3: bool
cast/1: 
)");
}

TEST(ScalarOp, MixedArgumentsFitOnlySelect) {
  for (DType a : allDTypes)
    for (DType b : allDTypes) {
      const bool mixed = a != b;
      for (ScalarOp op : allOps) EXPECT_FALSE(mixed && arity(op) == 2 && resultType(op, std::vector{a, b})) << name(op);
      EXPECT_FALSE(mixed && resultType(ScalarOp::Fma, std::vector{a, a, b}));
      EXPECT_FALSE(mixed && resultType(ScalarOp::Select, std::vector{DType::Bool, a, b}));
      EXPECT_EQ(resultType(ScalarOp::Select, std::vector{a, b, b}), a == DType::Bool ? std::optional(b) : std::nullopt);
    }
}

TEST(ScalarOp, TheNumberOfArgumentsMustFit) {
  for (ScalarOp op : allOps)
    for (DType type : allDTypes) {
      EXPECT_FALSE(resultType(op, std::vector(arity(op) + 1, type)));
      EXPECT_FALSE(resultType(op, std::vector(arity(op) - 1, type)));
    }
}

TEST(ScalarOp, ReducersAndTheirIdentities) {
  std::string table;
  for (ScalarOp op : allOps)
    for (DType type : allDTypes)
      if (canReduce(op, type)) table += fmt::format("{} {}: {}\n", name(op), name(type), str(identity(op, type)));
  EXPECT_EQ(table, R"(add i8: 0
add u8: 0
add i32: 0
add i64: 0
add f32: 0
add f64: 0
add c64: 0+0j
add c128: 0+0j
mul i8: 1
mul u8: 1
mul i32: 1
mul i64: 1
mul f32: 1
mul f64: 1
mul c64: 1+0j
mul c128: 1+0j
min i8: 127
min u8: 255
min i32: 2147483647
min i64: 9223372036854775807
min f32: inf
min f64: inf
max i8: -128
max u8: 0
max i32: -2147483648
max i64: -9223372036854775808
max f32: -inf
max f64: -inf
and bool: true
or bool: false
)");
  EXPECT_THROW(identity(ScalarOp::Sub, DType::I32), std::logic_error);
  EXPECT_THROW(identity(ScalarOp::Add, DType::Bool), std::logic_error);
}

TEST(ScalarOp, IdentitiesLeaveValuesAlone) {
  for (ScalarOp op : allOps)
    for (DType type : allDTypes) {
      if (!canReduce(op, type)) continue;
      const Scalar unit = identity(op, type);
      EXPECT_EQ(dtypeOfScalar(unit), type);
      for (std::int64_t number : {-5, 0, 1, 77}) {
        const Scalar value = convert(number, type);
        EXPECT_TRUE(identical(scalar::evaluate(op, type, std::vector{unit, value}), value));
        EXPECT_TRUE(identical(scalar::evaluate(op, type, std::vector{value, unit}), value));
      }
    }
}

} // namespace
} // namespace einjit
