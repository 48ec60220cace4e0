// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels small enough to be computed by hand.
#include "Interp/TensorInterpreter.h"
#include <cmath>
#include <einjit/Error.h>
#include <gmock/gmock.h>
#include <limits>

namespace einjit {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::IsEmpty;
using testing::Pointwise;

std::vector<AnyTensor> run(std::string_view text, const std::vector<ConstTensorRef> &inputs = {}) {
  const auto kernel = tensor::parseKernel(text);
  if (!kernel) {
    ADD_FAILURE() << render(kernel.errors(), text);
    return {};
  }
  EXPECT_THAT(tensor::verify(*kernel), IsEmpty());
  return interpretTensor(*kernel, inputs);
}

template <class T> std::vector<T> elements(const AnyTensor &tensor) {
  EXPECT_EQ(tensor.type().dtype, dtypeOf<T>);
  const T *data = static_cast<const T *>(tensor.data());
  return std::vector<T>(data, data + tensor.size());
}

/// The elements of the only result.
template <class T> std::vector<T> runFor(std::string_view text, const std::vector<ConstTensorRef> &inputs = {}) {
  const std::vector<AnyTensor> results = run(text, inputs);
  EXPECT_EQ(results.size(), 1U);
  return results.empty() ? std::vector<T>{} : elements<T>(results[0]);
}

const Tensor<float> matrix({2, 3}, {1, 2, 3, 4, 5, 6});

TEST(TensorInterpreter, WeightedSumOfEmbeddings) {
  const Tensor<float> embeddings({2, 3, 4}, {0.5F, -0.3F, 0.8F,  0.2F,  // code A
                                             0.3F, 0.6F,  -0.2F, 0.5F,  // code B
                                             0.7F, 0.1F,  0.4F,  -0.1F, // code C
                                             0.9F, 0.2F,  0.5F,  0.3F,  // code D
                                             0.1F, -0.4F, 0.3F,  0.2F,  // code E
                                             0,    0,     0,     0});   // padding
  const Tensor<float> weights({2, 3, 1}, {0.5F, 0.3F, 0.2F, 0.6F, 0.4F, 0});
  const auto visit = run("kernel @k(%emb: f32[2,3,4], %att: f32[2,3,1]) -> f32[2,4] {\n"
                         "  %0 = [b:2, e:4] add over [c:3] of mul(%emb[b,c,e], %att[b,c,0])\n"
                         "  return %0\n}",
                         {embeddings, weights});
  EXPECT_THAT(visit[0].shape(), ElementsAre(2, 4));
  EXPECT_THAT(elements<float>(visit[0]),
              Pointwise(FloatNear(1e-6F), {0.48F, 0.05F, 0.42F, 0.23F, 0.58F, -0.04F, 0.42F, 0.26F}));
}

TEST(TensorInterpreter, Transpose) {
  EXPECT_THAT(runFor<float>("kernel @k(%a: f32[2,3]) -> f32[3,2] { %0 = [j:3, i:2] %a[i,j] return %0 }", {matrix}),
              ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(TensorInterpreter, DiagonalAndTrace) {
  const Tensor<float> square({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(runFor<float>("kernel @k(%a: f32[2,2]) -> f32[2] { %0 = [i:2] %a[i,i] return %0 }", {square}),
              ElementsAre(1, 4));
  EXPECT_THAT(
      runFor<float>("kernel @k(%a: f32[2,2]) -> f32[] { %0 = [] add over [i:2] of %a[i,i] return %0 }", {square}),
      ElementsAre(5));
}

TEST(TensorInterpreter, BroadcastAxesAreAbsentFromTheMap) {
  const Tensor<float> column({2}, {10, 20}), row({3}, {1, 2, 3});
  EXPECT_THAT(runFor<float>("kernel @k(%c: f32[2], %r: f32[3]) -> f32[2,3] {\n"
                            "  %0 = [i:2, j:3] add(%c[i], %r[j])\n  return %0\n}",
                            {column, row}),
              ElementsAre(11, 12, 13, 21, 22, 23));
}

TEST(TensorInterpreter, AffineIndices) {
  const Tensor<float> x({5}, {1, 2, 3, 4, 5}), w({2}, {10, 1});
  EXPECT_THAT(runFor<float>("kernel @k(%x: f32[5], %w: f32[2]) -> f32[4] {\n"
                            "  %0 = [i:4] add over [k:2] of mul(%x[i + k], %w[k])\n  return %0\n}",
                            {x, w}),
              ElementsAre(12, 23, 34, 45));
  EXPECT_THAT(runFor<float>("kernel @k(%x: f32[5]) -> f32[5] { %0 = [i:5] %x[4 - i] return %0 }", {x}),
              ElementsAre(5, 4, 3, 2, 1));
  EXPECT_THAT(runFor<float>("kernel @k(%x: f32[5]) -> f32[2] { %0 = [i:2] %x[2*i + 1] return %0 }", {x}),
              ElementsAre(2, 4));
}

TEST(TensorInterpreter, PositionsAreRowMajor) {
  EXPECT_THAT(runFor<std::int64_t>("kernel @k() -> i64[2,3] { %p = iota i64[2,3] return %p }"),
              ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(runFor<std::int64_t>("kernel @k() -> i64[3] {\n"
                                   "  %p = iota i64[2,3]\n  %0 = [j:3] add over [i:2] of %p[i,-j + 2]\n  return %0\n}"),
              ElementsAre(7, 5, 3));
}

TEST(TensorInterpreter, InputsOfAnyLayout) {
  const auto layout = [](const float *data, std::vector<std::int64_t> shape, std::vector<std::int64_t> strides) {
    return TensorView<const float>(data, shape, strides);
  };
  const auto copyOf = [](const ConstTensorRef &input) {
    return runFor<float>("kernel @k(%a: " + str(input.type()) + ") -> f32[2,3] { %0 = [i:2, j:3] %a[i,j] return %0 }",
                         {input});
  };
  const float memory[] = {1, 2, 3, 4, 5, 6};
  EXPECT_THAT(copyOf(layout(memory, {2, 3}, {1, 2})), ElementsAre(1, 3, 5, 2, 4, 6));
  EXPECT_THAT(copyOf(layout(memory + 5, {2, 3}, {-3, -1})), ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(copyOf(layout(memory + 2, {2, 3}, {3, -1})), ElementsAre(3, 2, 1, 6, 5, 4));
  EXPECT_THAT(copyOf(layout(memory, {2, 3}, {0, 1})), ElementsAre(1, 2, 3, 1, 2, 3));
  EXPECT_THAT(copyOf(layout(memory, {2, 3}, {1, 1})), ElementsAre(1, 2, 3, 2, 3, 4));
}

TEST(TensorInterpreter, AnInputsLayoutIsItsOwn) {
  const float memory[] = {1, 2, 3, 4, 5, 6};
  const TensorView<const float> transposed(memory, {2, 3}, {1, 2});
  EXPECT_THAT(runFor<float>("kernel @k(%a: f32[2,3]) -> f32[2,3] { return %a }", {transposed}),
              ElementsAre(1, 3, 5, 2, 4, 6));
}

template <class T> T reduce(std::string op, const Tensor<T> &input) {
  const std::string type(name(dtypeOf<T>)), extent = std::to_string(input.size());
  const auto result = runFor<T>("kernel @k(%a: " + type + "[" + extent + "]) -> " + type + "[] { %0 = [] " + op +
                                    " over [i:" + extent + "] of %a[i] return %0 }",
                                {input});
  return result.empty() ? T{} : result[0];
}

TEST(TensorInterpreter, Reductions) {
  const Tensor<float> floats({4}, {3, -1, 2, 0.5F});
  EXPECT_EQ(reduce("add", floats), 4.5F);
  EXPECT_EQ(reduce("mul", floats), -3);
  EXPECT_EQ(reduce("min", floats), -1);
  EXPECT_EQ(reduce("max", floats), 3);
  EXPECT_TRUE(std::isnan(reduce("max", Tensor<float>({3}, {1, std::nanf(""), 2}))));
  const Tensor<std::int32_t> integers({3}, {std::numeric_limits<std::int32_t>::max(), 1, 5});
  EXPECT_EQ(reduce("add", integers), std::numeric_limits<std::int32_t>::min() + 5);
  EXPECT_EQ(reduce("min", integers), 1);
}

TEST(TensorInterpreter, LogicalReductions) {
  EXPECT_TRUE(reduce("and", Tensor<bool>({2}, {true, true})));
  EXPECT_FALSE(reduce("and", Tensor<bool>({2}, {true, false})));
  EXPECT_TRUE(reduce("or", Tensor<bool>({2}, {true, false})));
  EXPECT_FALSE(reduce("or", Tensor<bool>({2}, {false, false})));
}

TEST(TensorInterpreter, TheReductionOfNothingIsTheIdentity) {
  EXPECT_EQ(reduce("add", Tensor<float>({0})), 0);
  EXPECT_EQ(reduce("mul", Tensor<double>({0})), 1);
  EXPECT_EQ(reduce("max", Tensor<float>({0})), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(reduce("min", Tensor<double>({0})), std::numeric_limits<double>::infinity());
  EXPECT_EQ(reduce("max", Tensor<std::int32_t>({0})), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(reduce("min", Tensor<std::int64_t>({0})), std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(reduce("and", Tensor<bool>({0})));
  EXPECT_FALSE(reduce("or", Tensor<bool>({0})));
}

TEST(TensorInterpreter, AnEpilogueRunsAlsoAfterAnEmptyReduction) {
  const Tensor<float> empty({2, 0}), bias({2}, {7, 8});
  EXPECT_THAT(runFor<float>("kernel @k(%a: f32[2,0], %b: f32[2]) -> f32[2] {\n"
                            "  %0 = [i:2] add over [k:0] of %a[i,k] then add(acc, %b[i])\n  return %0\n}",
                            {empty, bias}),
              ElementsAre(7, 8));
}

// 1e8 + 1 is 1e8 in f32, so that the sum shows in which order it was taken.
TEST(TensorInterpreter, TheFirstReducedIteratorIsTheSlowest) {
  const Tensor<float> a({2, 2}, {1e8F, 1, -1e8F, 1});
  const auto sum = [&](const std::string &iterators) {
    return runFor<float>(
        "kernel @k(%a: f32[2,2]) -> f32[] { %0 = [] add over [" + iterators + "] of %a[i,k] return %0 }", {a});
  };
  EXPECT_THAT(sum("i:2, k:2"), ElementsAre(1));
  EXPECT_THAT(sum("k:2, i:2"), ElementsAre(2));
}

TEST(TensorInterpreter, ZeroExtents) {
  EXPECT_THAT(runFor<float>("kernel @k(%a: f32[0,3]) -> f32[3,0] { %0 = [j:3, i:0] %a[i,j] return %0 }",
                            {Tensor<float>({0, 3})}),
              IsEmpty());
  // An axis of extent 0 leaves nothing to do on all the others, however long.
  EXPECT_THAT(runFor<float>("kernel @k(%s: f32[]) -> f32[1000000000000,0] {\n"
                            "  %0 = [i:1000000000000, j:0] %s[]\n  return %0\n}",
                            {Tensor<float>({}, {1.0F})}),
              IsEmpty());
}

TEST(TensorInterpreter, Scalars) {
  const Tensor<double> two({}, {2.0}), three({}, {3.0});
  EXPECT_THAT(
      runFor<double>("kernel @k(%a: f64[], %b: f64[]) -> f64[] { %0 = [] mul(%a[], %b[]) return %0 }", {two, three}),
      ElementsAre(6));
}

TEST(TensorInterpreter, Epilogues) {
  EXPECT_THAT(runFor<float>("kernel @k(%a: f32[2,3]) -> f32[2] {\n"
                            "  %0 = [i:2] add over [k:3] of %a[i,k] then div(acc, f32(3))\n  return %0\n}",
                            {matrix}),
              ElementsAre(2, 5));
  EXPECT_THAT(runFor<bool>("kernel @k(%a: f32[2,3], %t: f32[2]) -> bool[2] {\n"
                           "  %0 = [i:2] max over [k:3] of %a[i,k] then gt(acc, %t[i])\n  return %0\n}",
                           {matrix, Tensor<float>({2}, {3, 3})}),
              ElementsAre(false, true));
}

TEST(TensorInterpreter, CastsBetweenTypes) {
  const Tensor<std::int32_t> counts({3}, {2000000000, 2000000000, 7});
  const Tensor<bool> mask({3}, {true, true, false});
  EXPECT_THAT(runFor<std::int64_t>("kernel @k(%n: i32[3], %m: bool[3]) -> i64[] {\n"
                                   "  %0 = [] add over [i:3] of select(%m[i], i64(%n[i]), i64(0))\n  return %0\n}",
                                   {counts, mask}),
              ElementsAre(4000000000));
  EXPECT_THAT(runFor<double>("kernel @k(%n: i32[3], %a: f32[2,3]) -> f64[3] {\n"
                             "  %0 = [i:3] add(f64(%n[i]), f64(%a[0,i]))\n  return %0\n}",
                             {counts, matrix}),
              ElementsAre(2000000001, 2000000002, 10));
  EXPECT_THAT(runFor<std::int32_t>("kernel @k(%x: f32[3]) -> i32[3] { %0 = [i:3] i32(%x[i]) return %0 }",
                                   {Tensor<float>({3}, {-1.5F, 1e20F, std::nanf("")})}),
              ElementsAre(-1, std::numeric_limits<std::int32_t>::max(), 0));
}

TEST(TensorInterpreter, Constants) {
  EXPECT_THAT(runFor<float>("kernel @k(%a: f32[2,3]) -> f32[2,2] {\n"
                            "  %w = constant f32[3,2] (1, 0, 0, 1, 1, 1)\n"
                            "  %0 = [i:2, j:2] add over [k:3] of mul(%a[i,k], %w[k,j])\n  return %0\n}",
                            {matrix}),
              ElementsAre(4, 5, 10, 11));
  EXPECT_THAT(runFor<bool>("kernel @k() -> bool[2] { %0 = constant bool[2] (true, false) return %0 }"),
              ElementsAre(true, false));
}

// A softmax without its exponential: what one op computes the next reads, and every result is a tensor of its own.
TEST(TensorInterpreter, ChainsAndSeveralResults) {
  const auto results = run("kernel @k(%a: f32[2,3]) -> (f32[2,3], f32[2], f32[2,3], f32[2]) {\n"
                           "  %max = [i:2] max over [k:3] of %a[i,k]\n"
                           "  %0 = [i:2, k:3] sub(%a[i,k], %max[i])\n"
                           "  return %0, %max, %a, %max\n}",
                           {matrix});
  ASSERT_EQ(results.size(), 4U);
  EXPECT_THAT(elements<float>(results[0]), ElementsAre(-2, -1, 0, -2, -1, 0));
  EXPECT_THAT(elements<float>(results[1]), ElementsAre(3, 6));
  EXPECT_THAT(elements<float>(results[2]), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(elements<float>(results[3]), ElementsAre(3, 6));
  EXPECT_NE(results[2].data(), matrix.data());
  EXPECT_NE(results[1].data(), results[3].data());
}

TEST(TensorInterpreter, InputsThatDoNotFitAreTheCallersDefect) {
  const auto kernel = tensor::parseKernel("kernel @k(%a: f32[2,3]) -> f32[2,3] { return %a }");
  ASSERT_TRUE(kernel);
  const auto interpret = [&](const std::vector<ConstTensorRef> &inputs) { interpretTensor(*kernel, inputs); };
  EXPECT_THROW(interpret({}), InternalError);
  EXPECT_THROW(interpret({matrix, matrix}), InternalError);
  EXPECT_THROW(interpret({Tensor<float>({3, 2})}), InternalError);
  EXPECT_THROW(interpret({Tensor<double>({2, 3})}), InternalError);
}

} // namespace
} // namespace einjit
