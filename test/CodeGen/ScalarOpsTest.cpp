// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every scalar operation on every type it takes, on values where they differ: as vector code, as vector code under a
// constant and a dynamic mask, on values that all lanes share, and as scalar code.
#include "CodeGen/Execution.h"
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>
#include <limits>

namespace einjit::test {
namespace {

template <class T> std::vector<Scalar> floats() {
  using Limits = std::numeric_limits<T>;
  return {T(0),
          -T(0),
          T(1),
          T(-1),
          T(0.5),
          T(-2.5),
          T(3),
          T(1e9),
          T(-3e9),
          T(1e19),
          T(-1e19),
          T(1e-30),
          Limits::infinity(),
          -Limits::infinity(),
          Limits::quiet_NaN(),
          Limits::max()};
}

template <class T> std::vector<Scalar> integers() {
  using Limits = std::numeric_limits<T>;
  return {T(0), T(1), T(-1), T(2), T(-7), T(100), Limits::max(), Limits::min(), T(Limits::max() - 1), T(12345)};
}

/// Among them the largest number, the least normal and subnormal ones, infinity and a NaN of f16 and of bf16.
template <class T> std::vector<Scalar> halves() {
  std::vector<Scalar> values;
  for (unsigned bits : {0x0000, 0x8000, 0x3c00, 0x3f80, 0xbf80, 0x4248, 0x7bff, 0xfbff, 0x0400, 0x0001,
                        0x83ff, 0x0080, 0x7c00, 0xfc00, 0x7e00, 0x7f80, 0xff80, 0x7fc0, 0x7f7f, 0x4f12})
    values.push_back(T::fromBits(static_cast<std::uint16_t>(bits)));
  return values;
}

template <class T> std::vector<Scalar> complexes() {
  using Limits = std::numeric_limits<T>;
  using C = std::complex<T>;
  return {C(0, 0),
          C(-T(0), T(0)),
          C(T(0), -T(0)),
          C(1, 0),
          C(3, -4),
          C(-4, T(-0.0)),
          C(T(0.5), T(1e-30)),
          C(T(-2.5), T(1e30)),
          C(0, -1),
          C(T(7), T(7)),
          C(Limits::infinity(), 1),
          C(-Limits::infinity(), -1),
          C(2, -Limits::infinity()),
          C(Limits::quiet_NaN(), 1),
          C(1, Limits::quiet_NaN()),
          C(Limits::max(), Limits::max()),
          C(Limits::denorm_min(), -Limits::min())};
}

/// Numbers at which rounding to 16 bits is decided: ties, their neighbours, and where overflow begins.
template <class T> std::vector<Scalar> floatsAndTies() {
  std::vector<Scalar> values = floats<T>();
  for (double tie : {1 + 0x1p-11, 1 + 3 * 0x1p-11, 65519.99, 65520.0, 0x1p-25, 3 * 0x1p-25, 1 + 0x1p-8,
                     1 + 0x1p-11 + 0x1p-40, 1 + 3 * 0x1p-11 - 0x1p-40, 0x1.fffp-15, 3.4e38})
    values.push_back(static_cast<T>(tie));
  return values;
}

std::vector<Scalar> interesting(DType type) {
  return withZero(type, []<class T>(T) -> std::vector<Scalar> {
    if constexpr (std::is_same_v<T, bool>)
      return {false, true};
    else if constexpr (isHalfNumber<T>)
      return halves<T>();
    else if constexpr (isComplexNumber<T>)
      return complexes<typename T::value_type>();
    else if constexpr (std::is_integral_v<T>)
      return integers<T>();
    else
      return floatsAndTies<T>();
  });
}

constexpr std::int64_t count = 259; // prime to the vectors' lengths

/// `value` of elements i of %x0, %x1 …, each way a kernel can compute it.
std::string kernelText(const std::vector<DType> &arguments, DType result,
                       const std::function<std::string(std::string_view index)> &value) {
  std::string parameters;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    parameters += fmt::format("in %x{}: {}[{}], ", i, name(arguments[i]), count);
  return fmt::format("kernel @k({}out %out: {}[5,{}]) {{\n"
                     "  for i in 0..17 {{ 16 lanes if lane < {} - 16*i: %out[0,16*i + lane] = {} }}\n"
                     "  7 lanes: %out[1,lane] = {}\n"
                     "  for i in 0..{} {{ %out[2,i] = {} }}\n"
                     "  8 lanes if lane < 5: %out[3,lane] = {}\n"
                     "  for i in 0..32 {{ 8 lanes: %out[4,8*i + lane] = {} }}\n"
                     "}}\n",
                     parameters, name(result), count, count, value("16*i + lane"), value("lane"), count, value("i"),
                     value("lane"), value("i"));
}

std::string applied(ScalarOp op, std::size_t arguments, DType result, std::string_view index) {
  std::string list;
  for (std::size_t i = 0; i < arguments; ++i) list += fmt::format("{}%x{}[{}]", i ? "," : "", i, index);
  return fmt::format("{}({})", op == ScalarOp::Cast ? name(result) : name(op), list);
}

/// All pairs of interesting values, and many triples.
std::vector<Memory> interestingArguments(const loop::Kernel &kernel, std::size_t inputs) {
  std::vector<Memory> memory = argumentsOf(kernel);
  std::size_t period = 1;
  for (std::size_t i = 0; i < inputs; ++i) {
    const std::vector<Scalar> values = interesting(memory[i].dtype());
    for (std::size_t j = 0; j < memory[i].size(); ++j) memory[i].set(j, values[j / period % values.size()]);
    period *= i == 0 ? values.size() : 3;
  }
  return memory;
}

void check(ScalarOp op, const std::vector<DType> &arguments, DType result) {
  const loop::Kernel kernel = kernelOf(kernelText(
      arguments, result, [&](std::string_view index) { return applied(op, arguments.size(), result, index); }));
  expectLikeInterpreter(kernel, interestingArguments(kernel, arguments.size()));
}

void checkAllTypes(ScalarOp op) {
  for (DType type : allDTypes) {
    std::vector<DType> arguments(arity(op), type);
    if (op == ScalarOp::Select) arguments[0] = DType::Bool;
    if (const auto result = resultType(op, arguments)) check(op, arguments, *result);
  }
}

void checkCasts() {
  for (DType from : allDTypes)
    for (DType to : allDTypes)
      if (from != to && canCast(from, to)) check(ScalarOp::Cast, {from}, to);
}

std::vector<Target> targetsWithFma(bool fused) {
  std::vector<Target> targets = runnableTargets();
  std::erase_if(targets, [fused](const Target &target) { return target.fusedMultiplyAdd != fused; });
  return targets;
}

/// Where the target has no fused instruction, fma is a multiplication and an addition.
void checkFma(DType type) {
  const std::vector<DType> arguments(3, type);
  const loop::Kernel fused = kernelOf(
      kernelText(arguments, type, [&](std::string_view index) { return applied(ScalarOp::Fma, 3, type, index); }));
  const loop::Kernel twice = kernelOf(kernelText(arguments, type, [](std::string_view index) {
    return fmt::format("add(mul(%x0[{0}],%x1[{0}]),%x2[{0}])", index);
  }));
  const std::vector<Memory> memory = interestingArguments(fused, 3);
  std::vector<Memory> roundedOnce = memory, roundedTwice = memory;
  runInterpreted(fused, roundedOnce);
  runInterpreted(twice, roundedTwice);
  expectResults(fused, memory, roundedOnce, targetsWithFma(true));
  expectResults(fused, memory, roundedTwice, targetsWithFma(false));
}

class ScalarOps : public testing::TestWithParam<ScalarOp> {};

TEST_P(ScalarOps, LikeInterpreter) {
  if (GetParam() == ScalarOp::Cast) {
    checkCasts();
  } else if (GetParam() == ScalarOp::Fma) {
    checkFma(DType::F32);
    checkFma(DType::F64);
    checkFma(DType::C64);
  } else {
    checkAllTypes(GetParam());
  }
}

constexpr ScalarOp allOps[] = {
#define SCALAR_OP(Op, text, arity, typing) ScalarOp::Op,
#include "Scalar/ScalarOps.def"
#undef SCALAR_OP
};

INSTANTIATE_TEST_SUITE_P(All, ScalarOps, testing::ValuesIn(allOps),
                         [](const auto &op) { return std::string(name(op.param)); });

// What lies in the lanes beyond the elements is undefined, and no divisor.
TEST(ScalarOps, DivisionInPartialVectors) {
  for (const char *op : {"rem", "floordiv"})
    for (const char *type : {"i64", "i32", "u8"})
      expectLikeInterpreter(fmt::format(R"(
        kernel @k(in %a: bool[], out %out: {1}[3]) {{
          const %c: {1}[3] (2, 7, 5)
          registers %one: {1}[]
          %one[] = {1}(%a[])
          4 lanes if lane < 3: %out[lane] = {0}(%one[], %c[lane])
        }})",
                                        op, type));
}

// The same in numbers, so that not everything rests on the interpreter.
TEST(ScalarOps, InPlainNumbers) {
  const loop::Kernel kernel = kernelOf(R"(
    kernel @k(in %x: f32[8], out %y: f32[8], out %n: i32[8], out %p: bool[8]) {
      8 lanes: %y[lane] = max(sqrt(abs(%x[lane])), f32(1))
      8 lanes: %n[lane] = i32(mul(%x[lane], f32(2.5)))
      8 lanes: %p[lane] = lt(%x[lane], f32(3))
    })");
  std::vector<Memory> memory = argumentsOf(kernel);
  for (std::size_t i = 0; i < 8; ++i) memory[0].set(i, static_cast<float>(i) - 4);
  for (const Target &target : runnableTargets()) {
    runCompiled(kernel, memory, target);
    for (int i = 0; i < 8; ++i) {
      const float x = static_cast<float>(i) - 4;
      const auto at = static_cast<std::size_t>(i);
      EXPECT_EQ(memory[1].at(at), Scalar(std::max(std::sqrt(std::abs(x)), 1.0f)));
      EXPECT_EQ(memory[2].at(at), Scalar(static_cast<std::int32_t>(x * 2.5f)));
      EXPECT_EQ(memory[3].at(at), Scalar(x < 3));
    }
  }
}

} // namespace
} // namespace einjit::test
