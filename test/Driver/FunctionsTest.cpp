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

} // namespace
} // namespace einjit
