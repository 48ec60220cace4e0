// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/Evaluate.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace einjit::scalar {
namespace {

template <class T> constexpr T inf = std::numeric_limits<T>::infinity();
template <class T> constexpr T nan = std::numeric_limits<T>::quiet_NaN();

template <class... Arguments> Scalar call(ScalarOp op, Arguments... arguments) {
  const std::vector<Scalar> values{arguments...};
  std::vector<DType> types;
  for (const Scalar &value : values) types.push_back(dtypeOfScalar(value));
  const auto type = resultType(op, types);
  EXPECT_TRUE(type) << name(op);
  const Scalar result = evaluate(op, type.value_or(DType::F32), values);
  EXPECT_EQ(dtypeOfScalar(result), type) << name(op);
  return result;
}

testing::AssertionResult is(const Scalar &actual, const Scalar &expected) {
  if (identical(actual, expected)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << str(actual) << " is not " << str(expected);
}

template <class T> class Integers : public testing::Test {};
template <class T> class Floats : public testing::Test {};
template <class T> class AllTypes : public testing::Test {};
using IntegerTypes = testing::Types<std::int32_t, std::int64_t>;
TYPED_TEST_SUITE(Integers, IntegerTypes);
using FloatTypes = testing::Types<float, double>;
TYPED_TEST_SUITE(Floats, FloatTypes);
using EveryType = testing::Types<bool, std::int32_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(AllTypes, EveryType);

TYPED_TEST(Integers, Arithmetic) {
  using T = TypeParam;
  EXPECT_TRUE(is(call(ScalarOp::Add, T{7}, T{-9}), T{-2}));
  EXPECT_TRUE(is(call(ScalarOp::Sub, T{7}, T{-9}), T{16}));
  EXPECT_TRUE(is(call(ScalarOp::Mul, T{7}, T{-9}), T{-63}));
  EXPECT_TRUE(is(call(ScalarOp::Neg, T{7}), T{-7}));
  EXPECT_TRUE(is(call(ScalarOp::Abs, T{-7}), T{7}));
  EXPECT_TRUE(is(call(ScalarOp::Min, T{7}, T{-9}), T{-9}));
  EXPECT_TRUE(is(call(ScalarOp::Max, T{7}, T{-9}), T{7}));
}

TYPED_TEST(Integers, ArithmeticWraps) {
  using T = TypeParam;
  constexpr T min = std::numeric_limits<T>::min(), max = std::numeric_limits<T>::max();
  EXPECT_TRUE(is(call(ScalarOp::Add, max, T{1}), min));
  EXPECT_TRUE(is(call(ScalarOp::Sub, min, T{1}), max));
  EXPECT_TRUE(is(call(ScalarOp::Mul, max, T{2}), T{-2}));
  EXPECT_TRUE(is(call(ScalarOp::Mul, min, T{-1}), min));
  EXPECT_TRUE(is(call(ScalarOp::Neg, min), min));
  EXPECT_TRUE(is(call(ScalarOp::Abs, min), min));
}

TYPED_TEST(Floats, Arithmetic) {
  using T = TypeParam;
  EXPECT_TRUE(is(call(ScalarOp::Add, T(0.5), T(2)), T(2.5)));
  EXPECT_TRUE(is(call(ScalarOp::Sub, T(0.5), T(2)), T(-1.5)));
  EXPECT_TRUE(is(call(ScalarOp::Mul, T(0.5), T(-3)), T(-1.5)));
  EXPECT_TRUE(is(call(ScalarOp::Div, T(1), T(-4)), T(-0.25)));
  EXPECT_TRUE(is(call(ScalarOp::Neg, T(0)), T(-0.0)));
  EXPECT_TRUE(is(call(ScalarOp::Abs, T(-0.0)), T(0)));
  EXPECT_TRUE(is(call(ScalarOp::Sqrt, T(6.25)), T(2.5)));
}

TYPED_TEST(Floats, SpecialValuesFollowIeee) {
  using T = TypeParam;
  EXPECT_TRUE(is(call(ScalarOp::Div, T(1), T(0)), inf<T>));
  EXPECT_TRUE(is(call(ScalarOp::Div, T(1), T(-0.0)), -inf<T>));
  EXPECT_TRUE(is(call(ScalarOp::Div, T(0), T(0)), nan<T>));
  EXPECT_TRUE(is(call(ScalarOp::Add, inf<T>, -inf<T>), nan<T>));
  EXPECT_TRUE(is(call(ScalarOp::Mul, std::numeric_limits<T>::max(), T(2)), inf<T>));
  EXPECT_TRUE(is(call(ScalarOp::Sqrt, T(-1)), nan<T>));
  EXPECT_TRUE(is(call(ScalarOp::Sqrt, T(-0.0)), T(-0.0)));
  EXPECT_TRUE(is(call(ScalarOp::Abs, -inf<T>), inf<T>));
}

TYPED_TEST(Floats, FmaRoundsOnce) {
  using T = TypeParam;
  const T epsilon = std::numeric_limits<T>::epsilon();
  const T a = 1 + epsilon;
  EXPECT_TRUE(is(call(ScalarOp::Fma, a, a, -(1 + 2 * epsilon)), epsilon * epsilon));
  EXPECT_TRUE(is(call(ScalarOp::Sub, call(ScalarOp::Mul, a, a), 1 + 2 * epsilon), T(0)));
}

TYPED_TEST(Floats, MinAndMaxPropagateNan) {
  using T = TypeParam;
  for (ScalarOp op : {ScalarOp::Min, ScalarOp::Max}) {
    EXPECT_TRUE(is(call(op, nan<T>, T(1)), nan<T>));
    EXPECT_TRUE(is(call(op, T(1), nan<T>), nan<T>));
    EXPECT_TRUE(is(call(op, nan<T>, -inf<T>), nan<T>));
    EXPECT_TRUE(is(call(op, inf<T>, nan<T>), nan<T>));
  }
}

TYPED_TEST(Floats, MinAndMaxOrderZeros) {
  using T = TypeParam;
  EXPECT_TRUE(is(call(ScalarOp::Min, T(0), T(-0.0)), T(-0.0)));
  EXPECT_TRUE(is(call(ScalarOp::Min, T(-0.0), T(0)), T(-0.0)));
  EXPECT_TRUE(is(call(ScalarOp::Max, T(0), T(-0.0)), T(0)));
  EXPECT_TRUE(is(call(ScalarOp::Max, T(-0.0), T(0)), T(0)));
  EXPECT_TRUE(is(call(ScalarOp::Max, T(-0.0), T(-0.0)), T(-0.0)));
  EXPECT_TRUE(is(call(ScalarOp::Min, T(-3), inf<T>), T(-3)));
  EXPECT_TRUE(is(call(ScalarOp::Max, T(-3), inf<T>), inf<T>));
}

TYPED_TEST(Integers, DivisionIsFloored) {
  using T = TypeParam;
  for (int a = -7; a <= 7; ++a)
    for (int b = -4; b <= 4; ++b) {
      if (b == 0) continue;
      const auto quotient = static_cast<T>(std::floor(static_cast<double>(a) / b));
      EXPECT_TRUE(is(call(ScalarOp::FloorDiv, T(a), T(b)), quotient)) << a << " // " << b;
      EXPECT_TRUE(is(call(ScalarOp::Rem, T(a), T(b)), T(a - b * quotient))) << a << " % " << b;
    }
}

TYPED_TEST(Integers, NoDivisionTraps) {
  using T = TypeParam;
  constexpr T min = std::numeric_limits<T>::min();
  for (T a : {T(0), T(5), min}) {
    EXPECT_TRUE(is(call(ScalarOp::FloorDiv, a, T(0)), T(0)));
    EXPECT_TRUE(is(call(ScalarOp::Rem, a, T(0)), T(0)));
  }
  EXPECT_TRUE(is(call(ScalarOp::FloorDiv, min, T(-1)), min));
  EXPECT_TRUE(is(call(ScalarOp::Rem, min, T(-1)), T(0)));
}

TYPED_TEST(Integers, Powers) {
  using T = TypeParam;
  EXPECT_TRUE(is(call(ScalarOp::Pow, T(-3), T(5)), T(-243)));
  EXPECT_TRUE(is(call(ScalarOp::Pow, T(0), T(0)), T(1)));
  EXPECT_TRUE(is(call(ScalarOp::Pow, T(2), T(200)), T(0)));
  EXPECT_TRUE(is(call(ScalarOp::Pow, T(-1), T(-3)), T(-1)));
  EXPECT_TRUE(is(call(ScalarOp::Pow, T(-1), T(-4)), T(1)));
  EXPECT_TRUE(is(call(ScalarOp::Pow, T(2), T(-1)), T(0)));
  EXPECT_TRUE(is(call(ScalarOp::Pow, T(0), T(-1)), T(0)));
}

TYPED_TEST(Integers, Bits) {
  using T = TypeParam;
  constexpr T width = sizeof(T) * 8;
  EXPECT_TRUE(is(call(ScalarOp::And, T(12), T(10)), T(8)));
  EXPECT_TRUE(is(call(ScalarOp::Or, T(12), T(10)), T(14)));
  EXPECT_TRUE(is(call(ScalarOp::Xor, T(12), T(10)), T(6)));
  EXPECT_TRUE(is(call(ScalarOp::Not, T(12)), T(-13)));
  EXPECT_TRUE(is(call(ScalarOp::Shl, T(3), T(2)), T(12)));
  EXPECT_TRUE(is(call(ScalarOp::Shr, T(-1), T(width - 2)), T(3)));
  for (T bits : {width, T(-1), T(100)}) {
    EXPECT_TRUE(is(call(ScalarOp::Shl, T(1), bits), T(0)));
    EXPECT_TRUE(is(call(ScalarOp::Shr, T(-1), bits), T(0)));
  }
}

TYPED_TEST(Floats, DivisionIsFloored) {
  using T = TypeParam;
  EXPECT_TRUE(is(call(ScalarOp::FloorDiv, T(7), T(-2)), T(-4)));
  EXPECT_TRUE(is(call(ScalarOp::Rem, T(7), T(-2)), T(-1)));
  EXPECT_TRUE(is(call(ScalarOp::Rem, T(-0.5), T(3)), T(2.5)));
  EXPECT_TRUE(is(call(ScalarOp::FloorDiv, T(1), T(0)), inf<T>));
  EXPECT_TRUE(is(call(ScalarOp::Rem, T(1), T(0)), nan<T>));
  EXPECT_TRUE(is(call(ScalarOp::Rem, T(-6), T(3)), T(0)));
  EXPECT_TRUE(is(call(ScalarOp::Rem, T(6), T(-3)), T(-0.0)));
  EXPECT_TRUE(is(call(ScalarOp::Rem, T(-1), inf<T>), inf<T>));
}

TYPED_TEST(Floats, HalvesRoundToEven) {
  using T = TypeParam;
  EXPECT_TRUE(is(call(ScalarOp::Round, T(2.5)), T(2)));
  EXPECT_TRUE(is(call(ScalarOp::Round, T(-3.5)), T(-4)));
  EXPECT_TRUE(is(call(ScalarOp::Round, T(-0.5)), T(-0.0)));
  EXPECT_TRUE(is(call(ScalarOp::Floor, T(-0.5)), T(-1)));
  EXPECT_TRUE(is(call(ScalarOp::Ceil, T(-0.5)), T(-0.0)));
  EXPECT_TRUE(is(call(ScalarOp::Trunc, T(-2.7)), T(-2)));
}

TYPED_TEST(Floats, FunctionsAtSpecialValues) {
  using T = TypeParam;
  EXPECT_TRUE(is(call(ScalarOp::Exp, -inf<T>), T(0)));
  EXPECT_TRUE(is(call(ScalarOp::Exp2, T(10)), T(1024)));
  EXPECT_TRUE(is(call(ScalarOp::Log, T(0)), -inf<T>));
  EXPECT_TRUE(is(call(ScalarOp::Log, T(-1)), nan<T>));
  EXPECT_TRUE(is(call(ScalarOp::Log2, T(8)), T(3)));
  EXPECT_TRUE(is(call(ScalarOp::Tanh, inf<T>), T(1)));
  EXPECT_TRUE(is(call(ScalarOp::Erf, -inf<T>), T(-1)));
  EXPECT_TRUE(is(call(ScalarOp::Sin, T(-0.0)), T(-0.0)));
  EXPECT_TRUE(is(call(ScalarOp::Pow, nan<T>, T(0)), T(1)));
  EXPECT_TRUE(is(call(ScalarOp::Atan2, T(0), T(1)), T(0)));
}

TYPED_TEST(Floats, NanIsUnordered) {
  using T = TypeParam;
  for (T other : {T(1), nan<T>}) {
    for (ScalarOp op : {ScalarOp::Lt, ScalarOp::Le, ScalarOp::Gt, ScalarOp::Ge, ScalarOp::Eq})
      EXPECT_TRUE(is(call(op, nan<T>, other), false));
    EXPECT_TRUE(is(call(ScalarOp::Ne, nan<T>, other), true));
  }
  EXPECT_TRUE(is(call(ScalarOp::Eq, T(0), T(-0.0)), true));
}

TYPED_TEST(AllTypes, Comparisons) {
  const auto less = static_cast<TypeParam>(0), more = static_cast<TypeParam>(1);
  const auto check = [&](ScalarOp op, bool lessMore, bool equal, bool moreLess) {
    EXPECT_TRUE(is(call(op, less, more), lessMore));
    EXPECT_TRUE(is(call(op, more, more), equal));
    EXPECT_TRUE(is(call(op, more, less), moreLess));
  };
  check(ScalarOp::Lt, true, false, false);
  check(ScalarOp::Le, true, true, false);
  check(ScalarOp::Gt, false, false, true);
  check(ScalarOp::Ge, false, true, true);
  check(ScalarOp::Eq, false, true, false);
  check(ScalarOp::Ne, true, false, true);
}

TYPED_TEST(AllTypes, Select) {
  const auto zero = static_cast<TypeParam>(0), one = static_cast<TypeParam>(1);
  EXPECT_TRUE(is(call(ScalarOp::Select, true, zero, one), zero));
  EXPECT_TRUE(is(call(ScalarOp::Select, false, zero, one), one));
}

TYPED_TEST(AllTypes, CastIsConvert) {
  for (DType type : allDTypes) {
    if (!canCast(dtypeOf<TypeParam>, type)) continue;
    const Scalar one = static_cast<TypeParam>(1);
    EXPECT_TRUE(identical(evaluate(ScalarOp::Cast, type, std::vector{one}), convert(one, type)));
  }
}

TEST(Evaluate, Logic) {
  for (bool a : {false, true}) {
    for (bool b : {false, true}) {
      EXPECT_TRUE(is(call(ScalarOp::And, a, b), a && b));
      EXPECT_TRUE(is(call(ScalarOp::Or, a, b), a || b));
    }
    EXPECT_TRUE(is(call(ScalarOp::Not, a), !a));
  }
}

TEST(Evaluate, WrongArgumentsAreDefects) {
  EXPECT_THROW(evaluate(ScalarOp::Add, DType::Bool, std::vector<Scalar>{true, true}), std::logic_error);
  EXPECT_THROW(evaluate(ScalarOp::Div, DType::I32, std::vector<Scalar>{1, 1}), std::logic_error);
  EXPECT_THROW(evaluate(ScalarOp::Add, DType::I32, std::vector<Scalar>{1}), std::logic_error);
}

TEST(Evaluate, ExpressionsReadEachLeafOnce) {
  ExprBuilder builder;
  const NodeId x = builder.operand(3, DType::F64);
  const NodeId square = builder.apply(ScalarOp::Mul, {x, x});
  const NodeId sum = builder.apply(ScalarOp::Add, {square, builder.accumulator(DType::F64)});
  const Expr expr = builder.take(builder.cast(builder.apply(ScalarOp::Sub, {sum, builder.literal(0.5)}), DType::I32));
  std::vector<std::size_t> read;
  const auto operand = [&](std::size_t index) {
    read.push_back(index);
    return Scalar(3.0);
  };
  EXPECT_TRUE(is(evaluate(expr, {operand, [] { return Scalar(10.0); }}), std::int32_t{18}));
  EXPECT_EQ(read, std::vector<std::size_t>{3});
}

} // namespace
} // namespace einjit::scalar
