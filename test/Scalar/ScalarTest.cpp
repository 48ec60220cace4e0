// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/ScalarOp.h"
#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace einjit {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr float inff = std::numeric_limits<float>::infinity();
constexpr float nanf = std::numeric_limits<float>::quiet_NaN();

void expectConverts(const Scalar &from, const Scalar &to) {
  const Scalar converted = convert(from, dtypeOfScalar(to));
  EXPECT_TRUE(identical(converted, to)) << str(from) << " to " << name(dtypeOfScalar(to)) << " gives " << str(converted)
                                        << ", not " << str(to);
}

TEST(Scalar, TypesAreTheAlternatives) {
  EXPECT_EQ(dtypeOfScalar(true), DType::Bool);
  EXPECT_EQ(dtypeOfScalar(std::int32_t{1}), DType::I32);
  EXPECT_EQ(dtypeOfScalar(std::int64_t{1}), DType::I64);
  EXPECT_EQ(dtypeOfScalar(1.0f), DType::F32);
  EXPECT_EQ(dtypeOfScalar(1.0), DType::F64);
}

template <class T> class Halves : public testing::Test {};
using HalfTypes = testing::Types<Half, BFloat16>;
TYPED_TEST_SUITE(Halves, HalfTypes);

/// Every number of the type is a float that rounds to it, the floats around the middle of two neighbours round to the
/// nearer of them, and the middle itself to the even one; so does what lies too near to the middle for a float.
TYPED_TEST(Halves, EveryNumberAndEveryMiddle) {
  const auto infinity = TypeParam(inff).bits();
  for (unsigned bits = 0; bits < infinity; ++bits) {
    const auto low = TypeParam::fromBits(static_cast<std::uint16_t>(bits));
    const auto high = TypeParam::fromBits(static_cast<std::uint16_t>(bits + 1));
    ASSERT_EQ(TypeParam(static_cast<float>(low)).bits(), bits);
    ASSERT_EQ(TypeParam(-static_cast<float>(low)).bits(), bits | 0x8000);
    if (bits + 1 == infinity) break;
    const double middle = (static_cast<double>(static_cast<float>(low)) + static_cast<float>(high)) / 2;
    const auto single = static_cast<float>(middle);
    ASSERT_EQ(static_cast<double>(single), middle);
    const auto even = bits % 2 == 0 ? low : high;
    const auto rounded = [](auto value) { return std::get<TypeParam>(convert(value, dtypeOf<TypeParam>)).bits(); };
    ASSERT_EQ(rounded(single), even.bits()) << middle;
    ASSERT_EQ(rounded(std::nextafter(single, 0.0f)), low.bits()) << middle;
    ASSERT_EQ(rounded(std::nextafter(single, inff)), high.bits()) << middle;
    ASSERT_EQ(rounded(std::nextafter(middle, 0.0)), low.bits()) << middle;
    ASSERT_EQ(rounded(std::nextafter(middle, inf)), high.bits()) << middle;
  }
}

TYPED_TEST(Halves, NanAndInfinity) {
  EXPECT_TRUE(std::isnan(static_cast<float>(TypeParam(nanf))));
  EXPECT_TRUE(std::isnan(static_cast<float>(TypeParam(std::bit_cast<float>(0x7f800001)))));
  EXPECT_EQ(static_cast<float>(TypeParam(-inff)), -inff);
  EXPECT_EQ(static_cast<float>(TypeParam(std::numeric_limits<float>::max())), inff);
}

TEST(Scalar, WhereF16Overflows) {
  expectConverts(65519.996f, Half(65504.0f));
  expectConverts(65520.0f, Half(inff));
  expectConverts(std::int32_t{-70000}, Half(-inff));
  expectConverts(std::int64_t{2049}, Half(2048.0f));
}

TEST(Scalar, ComplexNumbers) {
  using C = std::complex<double>;
  expectConverts(-2.5f, C(-2.5, 0));
  expectConverts(C(0, 1e-300), true);
  expectConverts(C(0.1, -1e300), std::complex<float>(0.1f, -inff));
  EXPECT_EQ(str(C(1, -2)), "1-2j");
  EXPECT_EQ(str(C(-0.0, 0.5)), "-0+0.5j");
  EXPECT_EQ(str(C(1e-20, -1e-20)), "1e-20-1e-20j");
  EXPECT_EQ(str(C(nan, -inf)), "nan-infj");
  for (const C value : {C(1, -2), C(-0.0, -0.0), C(1e-20, -1e+20), C(nan, inf), C(-inf, nan)}) {
    const auto read = parseScalar(str(value), DType::C128);
    EXPECT_TRUE(read && identical(*read, value)) << str(value);
  }
  for (const char *text : {"1", "j", "1j", "1+j", "1+2", "1++2j", "1+-2j", "1e+2j", "1-2i", "+1+2j"})
    EXPECT_FALSE(parseScalar(text, DType::C128)) << text;
}

TEST(Scalar, AnythingNonzeroIsTrue) {
  for (const Scalar &value : {Scalar(std::int32_t{2}), Scalar(INT64_MIN), Scalar(0.25f), Scalar(-inf), Scalar(nan),
                              Scalar(5e-324), Scalar(true)})
    expectConverts(value, true);
  for (const Scalar &value : {Scalar(std::int32_t{0}), Scalar(std::int64_t{0}), Scalar(0.0f), Scalar(-0.0)})
    expectConverts(value, false);
}

TEST(Scalar, BoolsAreZeroAndOne) {
  expectConverts(true, std::int32_t{1});
  expectConverts(true, std::int64_t{1});
  expectConverts(true, 1.0f);
  expectConverts(false, 0.0);
}

TEST(Scalar, IntegersWrapWhenNarrowed) {
  expectConverts(std::int32_t{-7}, std::int64_t{-7});
  expectConverts(std::int64_t{1} << 32 | 5, std::int32_t{5});
  expectConverts(std::int64_t{1} << 31, INT32_MIN);
}

TEST(Scalar, FloatsTruncateToIntegers) {
  expectConverts(2.9f, std::int32_t{2});
  expectConverts(-2.9, std::int64_t{-2});
  expectConverts(-0.5, std::int32_t{0});
  expectConverts(2147483646.9, std::int32_t{2147483646});
  expectConverts(-2147483648.9, INT32_MIN);
}

TEST(Scalar, FloatsSaturateToIntegers) {
  for (const Scalar &large : {Scalar(inf), Scalar(inff), Scalar(1e300), Scalar(9223372036854775808.0)}) {
    expectConverts(large, INT32_MAX);
    expectConverts(large, INT64_MAX);
  }
  for (const Scalar &small : {Scalar(-inf), Scalar(-inff), Scalar(-1e300), Scalar(-9223372036854775808.0)}) {
    expectConverts(small, INT32_MIN);
    expectConverts(small, INT64_MIN);
  }
  expectConverts(2147483648.0f, INT32_MAX);
  expectConverts(2147483647.0, INT32_MAX);
  expectConverts(9223371487098961920.0f, std::int64_t{9223371487098961920});
  expectConverts(nan, std::int32_t{0});
  expectConverts(nanf, std::int64_t{0});
}

TEST(Scalar, NumbersRoundToFloats) {
  expectConverts(std::int32_t{16777217}, 16777216.0f);
  expectConverts(INT64_MAX, 9223372036854775808.0);
  expectConverts(0.1, 0.1f);
  expectConverts(1e300, inff);
  expectConverts(nan, nanf);
  expectConverts(-0.0, -0.0f);
  expectConverts(0.5f, 0.5);
}

TEST(Scalar, PrintsTheShortestText) {
  EXPECT_EQ(str(true), "true");
  EXPECT_EQ(str(false), "false");
  EXPECT_EQ(str(std::int32_t{-7}), "-7");
  EXPECT_EQ(str(INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(str(0.5f), "0.5");
  EXPECT_EQ(str(2.0), "2");
  EXPECT_EQ(str(0.1f), "0.1");
  EXPECT_EQ(str(-0.0), "-0");
  EXPECT_EQ(str(1e20f), "1e+20");
  EXPECT_EQ(str(-inff), "-inf");
  EXPECT_EQ(str(nan), "nan");
  EXPECT_EQ(str(-nan), "nan");
}

TEST(Scalar, EveryBitPatternReadsBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t bits = random();
    const Scalar values[] = {(bits & 1) != 0, static_cast<std::int32_t>(bits), static_cast<std::int64_t>(bits),
                             std::bit_cast<float>(static_cast<std::uint32_t>(bits)), std::bit_cast<double>(bits)};
    for (const Scalar &value : values) {
      const auto read = parseScalar(str(value), dtypeOfScalar(value));
      ASSERT_TRUE(read && identical(*read, value)) << str(value);
    }
  }
}

TEST(Scalar, ExtremesReadBack) {
  using F = std::numeric_limits<float>;
  using D = std::numeric_limits<double>;
  for (const Scalar &value :
       {Scalar(INT32_MIN), Scalar(INT64_MAX), Scalar(F::max()), Scalar(F::denorm_min()), Scalar(F::lowest()),
        Scalar(D::max()), Scalar(D::denorm_min()), Scalar(-D::min()), Scalar(-0.0f), Scalar(inf), Scalar(nanf)}) {
    const auto read = parseScalar(str(value), dtypeOfScalar(value));
    EXPECT_TRUE(read && identical(*read, value)) << str(value);
  }
}

TEST(Scalar, RefusesMalformedText) {
  for (DType type : allDTypes)
    for (const char *text : {"", " ", "-", "x", "1x", "1 ", " 1", "--1", "infinity", "INF", "nan(1)", "-nan", "0x10",
                             "1e", "1,5", "True", "99999999999999999999e999"})
      EXPECT_FALSE(parseScalar(text, type)) << text << " as " << name(type);
  EXPECT_FALSE(parseScalar("1", DType::Bool));
  EXPECT_FALSE(parseScalar("true", DType::F32));
  EXPECT_FALSE(parseScalar("0.5", DType::I32));
  EXPECT_FALSE(parseScalar("2147483648", DType::I32));
  EXPECT_FALSE(parseScalar("9223372036854775808", DType::I64));
  EXPECT_FALSE(parseScalar("1e39", DType::F32));
  EXPECT_TRUE(parseScalar("1e39", DType::F64));
}

TEST(Scalar, IdentityIsOfTypeAndBits) {
  EXPECT_TRUE(identical(nan, -nan));
  EXPECT_FALSE(identical(nan, 0.0));
  EXPECT_FALSE(identical(0.0, nan));
  EXPECT_FALSE(identical(0.0, -0.0));
  EXPECT_FALSE(identical(1.0, 1.0f));
  EXPECT_FALSE(identical(std::int32_t{1}, std::int64_t{1}));
  EXPECT_TRUE(identical(true, true));
}

} // namespace
} // namespace einjit
