// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What functions give where it takes more than a table's line to say, on every target that runs here; kernels and both
// interpreters give the same bits.
#include "Driver/Pipeline.h"
#include "Interp/Elements.h"
#include "Interp/LoopInterpreter.h"
#include "Interp/TensorInterpreter.h"
#include <cmath>
#include <cstring>
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

namespace einjit {
namespace {

using testing::ElementsAre;

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

void expectSame(const AnyTensor &actual, const AnyTensor &expected, const std::string &what) {
  ASSERT_EQ(actual.type(), expected.type()) << what;
  for (std::int64_t n = 0; n < expected.size(); ++n) {
    const Scalar a = loadElement(actual.data(), expected.type().dtype, n);
    const Scalar b = loadElement(expected.data(), expected.type().dtype, n);
    ASSERT_TRUE(identical(a, b)) << what << ": element " << n << " is " << str(a) << ", not " << str(b);
  }
}

/// The result of a program with one input `x`, after everything that can compute it has agreed on it.
template <class T> std::vector<T> valuesOf(const std::string &program, const std::vector<AnyTensor> &x = {}) {
  std::vector<Binding> bindings;
  for (const AnyTensor &tensor : x) bindings.push_back({"x", tensor.type(), {}});
  const std::vector<ConstTensorRef> inputs(x.begin(), x.end());
  const auto lowered = lowerToLoops({program, false, bindings}, {});
  EXPECT_TRUE(lowered) << program;
  if (!lowered) return {};
  const AnyTensor expected = interpretTensor(lowered->tensor, inputs).front();
  AnyTensor ofLoops(expected.type());
  interpretLoop(lowered->loops, inputs, std::vector<TensorRef>{ofLoops});
  expectSame(ofLoops, expected, program + " as loops");
  for (const char *target : {"x86-64-v2", "haswell", "skylake-avx512", "host"}) {
    Options options;
    options.target = target;
    options.cache = false;
    if (runsOnHost(*findTarget(target)))
      expectSame(compileProgram(program, bindings, options).run(inputs).front(), expected, program + " for " + target);
  }
  const Tensor<T> values(expected);
  return std::vector<T>(values.begin(), values.end());
}

std::vector<AnyTensor> doubles(std::vector<std::int64_t> shape, const std::vector<double> &elements) {
  AnyTensor tensor(TensorType{DType::F64, std::move(shape)});
  std::memcpy(tensor.data(), elements.data(), elements.size() * sizeof(double));
  return {tensor};
}

TEST(Argmax, IsTheFirstOfEqualsAndOfNans) {
  const std::vector<AnyTensor> x = doubles({4, 3}, {1, 3, 3, nan, 5, nan, -infinity, -infinity, -infinity, 0, -0.0, 0});
  EXPECT_THAT(valuesOf<std::int64_t>("x.argmax(dim=1)", x), ElementsAre(1, 0, 0, 0));
  EXPECT_THAT(valuesOf<std::int64_t>("x.argmin(dim=1)", x), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(valuesOf<std::int64_t>("x.argmax()", x), ElementsAre(3));
  EXPECT_THAT(valuesOf<std::int64_t>("x[2:].argmax()", x), ElementsAre(3));
  EXPECT_THAT(valuesOf<std::int64_t>("y[j] = argmax[i](x[i,j])", x), ElementsAre(1, 1, 1));
  EXPECT_THAT(valuesOf<std::int64_t>("y[] = argmin[j,i](x[i,j])", x), ElementsAre(1)) << "j runs slowest";
}

TEST(Argmax, OfLongRows) {
  std::vector<double> row(1000, -1);
  row[777] = row[901] = 2;
  EXPECT_THAT(valuesOf<std::int64_t>("x.argmax()", doubles({1000}, row)), ElementsAre(777));
  EXPECT_THAT(valuesOf<std::int64_t>("(x > 0).argmax()", doubles({1000}, row)), ElementsAre(777));
  EXPECT_THAT(valuesOf<std::int64_t>("i32(x).argmax()", doubles({1000}, row)), ElementsAre(777));
}

TEST(Logsumexp, OfWhatCannotBeAddedUp) {
  auto of = [](const std::vector<double> &elements) {
    const std::vector<AnyTensor> x = doubles({static_cast<std::int64_t>(elements.size())}, elements);
    return Tensor<double>(compileProgram("x.logsumexp()", {{"x", x[0].type(), {}}}).run({{x[0]}}).front())();
  };
  EXPECT_DOUBLE_EQ(of({1e4, 1e4}), 1e4 + std::log(2));
  EXPECT_DOUBLE_EQ(of({-1e4, -1e4}), -1e4 + std::log(2));
  EXPECT_DOUBLE_EQ(of({0, std::log(3)}), std::log(4));
  EXPECT_EQ(of({1, infinity}), infinity);
  EXPECT_EQ(of({-infinity, infinity}), infinity);
  EXPECT_EQ(of({-infinity, -infinity}), -infinity);
  EXPECT_EQ(of({-infinity, 2}), 2);
  EXPECT_EQ(of({}), -infinity);
  EXPECT_TRUE(std::isnan(of({1, nan, infinity})));
}

TEST(Classes, OfSpecialNumbers) {
  const std::vector<AnyTensor> x = doubles({6}, {nan, infinity, -infinity, 1e308, -0.0, -5e-324});
  EXPECT_THAT(valuesOf<bool>("isnan(x)", x), ElementsAre(true, false, false, false, false, false));
  EXPECT_THAT(valuesOf<bool>("isinf(x)", x), ElementsAre(false, true, true, false, false, false));
  EXPECT_THAT(valuesOf<bool>("isfinite(x)", x), ElementsAre(false, false, false, true, true, true));
  EXPECT_THAT(valuesOf<bool>("isfinite(x * (1 + 1j))", x), ElementsAre(false, false, false, true, true, true));
  EXPECT_THAT(valuesOf<bool>("isinf(f32(x))", x), ElementsAre(false, true, true, true, false, false));
  const std::vector<double> signs = valuesOf<double>("sign(x)", x);
  EXPECT_TRUE(std::isnan(signs[0]));
  EXPECT_THAT(std::vector<double>(signs.begin() + 1, signs.end()), ElementsAre(1, -1, 1, 0, -1));
  EXPECT_FALSE(std::signbit(signs[4]));
}

TEST(Sequences, HaveNumpysLengths) {
  EXPECT_THAT(valuesOf<std::int64_t>("arange(-3, 4, 3)"), ElementsAre(-3, 0, 3));
  EXPECT_THAT(valuesOf<std::int64_t>("arange(-3, 3, 3)"), ElementsAre(-3, 0));
  EXPECT_THAT(valuesOf<std::int64_t>("arange(3, -3, -3)"), ElementsAre(3, 0));
  EXPECT_THAT(valuesOf<std::int64_t>("arange(3, -3)"), ElementsAre());
  EXPECT_THAT(valuesOf<std::int64_t>("arange(0, 5, -1)"), ElementsAre());
  EXPECT_THAT(valuesOf<double>("arange(1, 2.1, 0.5, dtype=f64)"), ElementsAre(1, 1.5, 2));
  EXPECT_THAT(valuesOf<std::int64_t>("arange(9223372036854775806, 9223372036854775807)"),
              ElementsAre(9223372036854775806));
  EXPECT_THAT(valuesOf<double>("linspace(5, 7, 1, dtype=f64)"), ElementsAre(5));
  EXPECT_THAT(valuesOf<double>("linspace(5, 7, 0, dtype=f64)"), ElementsAre());
  EXPECT_EQ(valuesOf<double>("linspace(0, 0.1, 50, dtype=f64)").back(), 0.1);
  EXPECT_EQ(valuesOf<double>("linspace(0, 1, dtype=f64)").size(), 50U);
  EXPECT_THAT(valuesOf<std::int64_t>("linspace(0, -1, 3, dtype=i64)"), ElementsAre(0, -1, -1)) << "downwards";
}

/// The formula of the language's page.
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}
std::uint64_t bitsOf(std::uint64_t seed, std::uint64_t n) { return mix(mix(seed) + (n + 1) * 0x9e3779b97f4a7c15U); }

TEST(Random, IsTheFormula) {
  for (const std::int64_t seed : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{42}, INT64_MAX}) {
    const std::string call = "random((3, 50), " + std::to_string(seed);
    const std::vector<float> f32 = valuesOf<float>(call + ")");
    const std::vector<double> f64 = valuesOf<double>(call + ", dtype=f64)");
    const std::vector<double> f16 = valuesOf<double>("f64(" + call + ", dtype=f16))");
    const std::vector<double> bf16 = valuesOf<double>("f64(" + call + ", dtype=bf16))");
    for (std::uint64_t n = 0; n < 150; ++n) {
      const std::uint64_t bits = bitsOf(static_cast<std::uint64_t>(seed), n);
      EXPECT_EQ(f32[n], std::ldexp(static_cast<float>(bits >> 40), -24));
      EXPECT_EQ(f64[n], std::ldexp(static_cast<double>(bits >> 11), -53));
      EXPECT_EQ(f16[n], std::ldexp(static_cast<double>(bits >> 53), -11));
      EXPECT_EQ(bf16[n], std::ldexp(static_cast<double>(bits >> 56), -8));
    }
  }
}

TEST(Random, TakesItsSeedFromAnInput) {
  AnyTensor seed(TensorType{DType::I32, {}});
  const std::int32_t value = -7;
  std::memcpy(seed.data(), &value, sizeof value);
  EXPECT_EQ(valuesOf<float>("random(100, x)", {seed}), valuesOf<float>("random(100, -7)"));
}

/// n numbers evenly distributed in [0, 1): their mean is 1/2 with deviation sqrt(1/12n), their variance 1/12 with about
/// sqrt(1/180n), the product of neighbours' distances from the mean 0 with 1/(12 sqrt(n)). Six deviations are allowed.
TEST(Random, LooksRandom) {
  const std::size_t n = 100'000;
  const double root = std::sqrt(static_cast<double>(n));
  std::vector<double> before(n);
  for (const int seed : {0, 1, 2, 1000}) {
    const Tensor<double> tensor(
        compileProgram("random(100000, " + std::to_string(seed) + ", dtype=f64)", {}).run({}).front());
    const std::vector<double> values(tensor.begin(), tensor.end());
    double mean = 0, variance = 0, neighbours = 0, seeds = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double distance = values[i] - 0.5;
      ASSERT_TRUE(values[i] >= 0 && values[i] < 1);
      ASSERT_TRUE(i == 0 || values[i] != values[i - 1]);
      mean += values[i] / static_cast<double>(n);
      variance += distance * distance / static_cast<double>(n);
      neighbours += i > 0 ? distance * (values[i - 1] - 0.5) / static_cast<double>(n) : 0;
      seeds += before[i] == values[i] ? 1 : 0;
    }
    EXPECT_NEAR(mean, 0.5, 6 * std::sqrt(1.0 / 12) / root);
    EXPECT_NEAR(variance, 1.0 / 12, 6 * std::sqrt(1.0 / 180) / root);
    EXPECT_NEAR(neighbours, 0, 6.0 / 12 / root);
    EXPECT_EQ(seeds, 0) << "another seed, other numbers";
    before = values;
  }
}

TEST(Functions, ThatTakeAShapeAreNoMethods) {
  const TensorType x{DType::F32, {3}};
  for (const char *program : {"x.zeros()", "x.ones(2)", "x.full(2)", "x.random(1)", "x.arange()", "x.eye()"})
    EXPECT_THROW(compileProgram(program, {{"x", x, {}}}), Error) << program;
}

} // namespace
} // namespace einjit
