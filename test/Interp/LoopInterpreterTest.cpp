// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small kernels, written as text, beside the plain loops that say what they compute.
#include "Interp/LoopInterpreter.h"
#include <algorithm>
#include <einjit/Error.h>
#include <gtest/gtest.h>
#include <limits>

namespace einjit {
namespace {

using Floats = std::vector<float>;

loop::Kernel parsed(std::string_view text) {
  Result<loop::Kernel> kernel = loop::parseKernel(text);
  if (!kernel) throw std::logic_error(render(kernel.errors(), text));
  return *std::move(kernel);
}

/// 0, 1, 2 … with alternating signs, so that order and sign of every element matter.
Floats pattern(std::int64_t count) {
  Floats elements;
  for (std::int64_t i = 0; i < count; ++i) elements.push_back(static_cast<float>(i % 2 ? -i : i));
  return elements;
}

/// The result of a verified kernel with one output, which starts as `before` everywhere.
Floats run(std::string_view text, const std::vector<Floats> &inputs, float before = -1) {
  const loop::Kernel kernel = parsed(text);
  EXPECT_EQ(loop::verify(kernel), std::vector<std::string>{});
  std::vector<ConstTensorRef> inputRefs;
  for (std::size_t i = 0; i < inputs.size(); ++i) inputRefs.emplace_back(inputs[i].data(), kernel.buffers[i].type);
  const TensorType &type = kernel.buffers[inputs.size()].type;
  Floats out(static_cast<std::size_t>(elementCount(type).value()), before);
  const TensorRef outputs[] = {{out.data(), type}};
  interpretLoop(kernel, inputRefs, outputs);
  return out;
}

/// out[b,e] = sum over c of a[b,c,e] * w[b,c]
Floats weightedSum(const Floats &a, const Floats &w, std::size_t B, std::size_t C, std::size_t E) {
  Floats out(B * E);
  for (std::size_t b = 0; b < B; ++b)
    for (std::size_t e = 0; e < E; ++e)
      for (std::size_t c = 0; c < C; ++c) out[b * E + e] += a[(b * C + c) * E + e] * w[b * C + c];
  return out;
}

/// out[i,j] = sum over k of a[i,k] * b[k,j]
Floats product(const Floats &a, const Floats &b, std::size_t M, std::size_t N, std::size_t K) {
  Floats out(M * N);
  for (std::size_t i = 0; i < M; ++i)
    for (std::size_t j = 0; j < N; ++j)
      for (std::size_t k = 0; k < K; ++k) out[i * N + j] += a[i * K + k] * b[k * N + j];
  return out;
}

TEST(LoopInterpreter, WeightedSum) {
  const Floats a = pattern(3 * 4 * 5), w = pattern(3 * 4);
  EXPECT_EQ(run(R"(kernel @k(in %a: f32[3,4,5], in %w: f32[3,4], out %out: f32[3,5]) {
                     for b in 0..3 { for e in 0..5 {
                       %out[b,e] = f32(0)
                       for c in 0..4 { %out[b,e] = fma(%a[b,c,e], %w[b,c], %out[b,e]) }
                     } }
                   })",
                {a, w}),
            weightedSum(a, w, 3, 4, 5));
}

TEST(LoopInterpreter, PositionsAreComputed) {
  EXPECT_EQ(run(R"(kernel @k(out %out: f32[8]) {
                     iota %p: i64[2,4]
                     for i in 0..2 { 4 lanes: %out[4*i + lane] = f32(%p[i,-lane + 3]) }
                   })",
                {}),
            (Floats{3, 2, 1, 0, 7, 6, 5, 4}));
}

TEST(LoopInterpreter, WeightedSumOfVectorsWithMaskedTail) {
  const Floats a = pattern(3 * 4 * 13), w = pattern(3 * 4);
  EXPECT_EQ(run(R"(kernel @k(in %a: f32[3,4,13], in %w: f32[3,4], out %out: f32[3,13]) {
                     for b in 0..3 { for ev in 0..2 {
                       registers %acc: <8 x f32>[]
                       8 lanes: %acc[] = f32(0)
                       for c in 0..4 {
                         8 lanes if lane < -8*ev + 13: %acc[] = fma(%a[b,c,8*ev + lane], %w[b,c], %acc[])
                       }
                       8 lanes if lane < -8*ev + 13: %out[b,8*ev + lane] = %acc[]
                     } }
                   })",
                {a, w}),
            weightedSum(a, w, 3, 4, 13));
}

TEST(LoopInterpreter, MaskedLanesKeepTheTarget) {
  EXPECT_EQ(run(R"(kernel @k(out %out: f32[6]) {
                     for i in 0..2 { 4 lanes if lane < -6*i + 3: %out[lane] = f32(5) }
                   })",
                {}, 1),
            (Floats{5, 5, 5, 1, 1, 1}));
}

TEST(LoopInterpreter, HorizontalReductionsStartFromTheTarget) {
  const Floats a = pattern(11);
  float sum = 100, largest = 100;
  for (float x : a) sum += x;
  const auto text = [](const std::string &op) {
    return "kernel @k(in %a: f32[11], out %out: f32[]) {"
           "  for v in 0..3 { 4 lanes if lane < -4*v + 11 reduce " +
           op + ": %out[] = %a[4*v + lane] } }";
  };
  EXPECT_EQ(run(text("add"), {a}, 100), Floats{sum});
  EXPECT_EQ(run(text("max"), {a}, 100), Floats{largest});
  EXPECT_EQ(run(text("max"), {a}, -100), Floats{10});
  EXPECT_EQ(run(text("min"), {a}, 100), Floats{-9});
}

TEST(LoopInterpreter, AReductionWithoutActiveLanesChangesNothing) {
  EXPECT_EQ(run(R"(kernel @k(in %a: f32[4], out %out: f32[]) {
                     for i in 0..1 { 4 lanes if lane < -1*i reduce mul: %out[] = %a[lane] }
                   })",
                {pattern(4)}, 7),
            Floats{7});
}

TEST(LoopInterpreter, PacksIntoScratch) {
  const Floats a = pattern(6 * 4), w = pattern(4 * 6);
  EXPECT_EQ(run(R"(kernel @k(in %a: f32[6,4], in %b: f32[4,6], out %out: f32[6,6]) {
                     for j in 0..3 {
                       scratch %panel: f32[4,2]
                       for k in 0..4 { for l in 0..2 { %panel[k,l] = %b[k,2*j + l] } }
                       for i in 0..6 { for l in 0..2 {
                         %out[i,2*j + l] = f32(0)
                         for k in 0..4 { %out[i,2*j + l] = add(%out[i,2*j + l], mul(%a[i,k], %panel[k,l])) }
                       } }
                     }
                   })",
                {a, w}),
            product(a, w, 6, 6, 4));
}

TEST(LoopInterpreter, RegisterTile) {
  const Floats a = pattern(4 * 5), b = pattern(5 * 16);
  EXPECT_EQ(run(R"(kernel @k(in %a: f32[4,5], in %b: f32[5,16], out %out: f32[4,16]) {
                     for i in 0..2 {
                       registers %acc: <8 x f32>[2,2]
                       unroll r in 0..2 { unroll v in 0..2 { 8 lanes: %acc[r,v] = f32(0) } }
                       for k in 0..5 {
                         registers %row: <8 x f32>[2]
                         unroll v in 0..2 { 8 lanes: %row[v] = %b[k,8*v + lane] }
                         unroll r in 0..2 {
                           registers %x: f32[]
                           %x[] = %a[2*i + r,k]
                           unroll v in 0..2 { 8 lanes: %acc[r,v] = fma(%x[], %row[v], %acc[r,v]) }
                         }
                       }
                       unroll r in 0..2 { unroll v in 0..2 { 8 lanes: %out[2*i + r,8*v + lane] = %acc[r,v] } }
                     }
                   })",
                {a, b}),
            product(a, b, 4, 16, 5));
}

TEST(LoopInterpreter, BoundsEndLoopsEarly) {
  EXPECT_EQ(run(R"(kernel @k(out %out: f32[7]) {
                     for o in 0..4 { for i in 0..min(3, -3*o + 7) { %out[3*o + i] = f32(1) } }
                   })",
                {}),
            Floats(7, 1));
}

TEST(LoopInterpreter, NegativeAndZeroStrides) {
  const Floats memory = {1, 2, 3, 4};
  const loop::Kernel kernel = parsed(R"(kernel @k(in %a: f32[4,2] strides [-1,0], out %out: f32[4,2]) {
    for j in 0..2 { 4 lanes: %out[-1*lane + 3,j] = %a[lane,j] }
  })");
  EXPECT_TRUE(loop::verify(kernel).empty());
  Floats out(8);
  const ConstTensorRef inputs[] = {{&memory[3], kernel.buffers[0].type}};
  const TensorRef outputs[] = {{out.data(), kernel.buffers[1].type}};
  interpretLoop(kernel, inputs, outputs);
  EXPECT_EQ(out, (Floats{1, 1, 2, 2, 3, 3, 4, 4}));
}

TEST(LoopInterpreter, LanesAreReadBeforeTheyAreWritten) {
  EXPECT_EQ(run(R"(kernel @k(out %out: f32[4]) {
                     4 lanes: %out[lane] = f32(3)
                     %out[0] = f32(9)
                     3 lanes: %out[lane + 1] = %out[lane]
                   })",
                {}),
            (Floats{9, 9, 3, 3}));
}

TEST(LoopInterpreter, ParallelLoopsPrefetchesAndConstants) {
  const Floats a = pattern(8);
  Floats expected = a;
  for (std::size_t i = 0; i < 8; ++i) expected[i] *= i % 2 ? 2.f : 0.5f;
  EXPECT_EQ(run(R"(kernel @k(in %a: f32[8], out %out: f32[8]) {
                     const %c: f32[2] (0.5, 2)
                     parallel o in 0..4 {
                       prefetch %a[2*o + 100]
                       for i in 0..2 { %out[2*o + i] = mul(%a[2*o + i], %c[i]) }
                     }
                   })",
                {a}),
            expected);
}

TEST(LoopInterpreter, ZeroExtentsDoNothing) {
  EXPECT_EQ(run(R"(kernel @k(in %a: f32[0], out %out: f32[2]) {
                     for i in 0..0 { %out[i] = %a[i] }
                     for i in 0..2 { for j in 0..min(4, 0) { %out[i] = f32(0) } }
                   })",
                {Floats{}}, 6),
            (Floats{6, 6}));
}

TEST(LoopInterpreter, OtherTypes) {
  const loop::Kernel kernel = parsed(R"(kernel @k(in %a: i64[3], out %less: bool[3], out %sum: i64[]) {
    3 lanes: %less[lane] = lt(%a[lane], i64(5))
    %sum[] = i64(0)
    3 lanes reduce add: %sum[] = %a[lane]
  })");
  EXPECT_TRUE(loop::verify(kernel).empty());
  const std::int64_t a[] = {std::int64_t{1} << 40, -7, 5};
  bool less[3] = {};
  std::int64_t sum = -1;
  const ConstTensorRef inputs[] = {{a, kernel.buffers[0].type}};
  const TensorRef outputs[] = {{less, kernel.buffers[1].type}, {&sum, kernel.buffers[2].type}};
  interpretLoop(kernel, inputs, outputs);
  EXPECT_EQ(std::vector<bool>(less, less + 3), (std::vector<bool>{false, true, false}));
  EXPECT_EQ(sum, (std::int64_t{1} << 40) - 2);
}

/// Runs a kernel that need not be well-formed, on one output of `count` floats.
void runUnverified(std::string_view text, std::size_t count) {
  const loop::Kernel kernel = parsed(text);
  Floats out(count);
  const TensorRef outputs[] = {{out.data(), kernel.buffers.at(0).type}};
  interpretLoop(kernel, {}, outputs);
}

TEST(LoopInterpreter, DefectsShow) {
  const auto defect = [](std::string_view body) {
    const std::string text = "kernel @k(out %out: f32[2,2]) { " + std::string(body) + " }";
    EXPECT_THROW(runUnverified(text, 4), InternalError) << body;
  };
  defect("registers %r: f32[] %out[0,0] = %r[]");                                  // never written
  defect("registers %r: <4 x f32>[] 2 lanes: %r[] = f32(0) 4 lanes: %r[] = %r[]"); // some lanes not written
  defect("%out[0,-1] = f32(0)");
  defect("%out[0,2] = f32(0)"); // another element of the same memory
  defect("for i in 0..1 { scratch %p: f32[] %p[] = f32(0) } %out[0,0] = %p[]");
  defect("for i in 0..1 { } %out[i,0] = f32(0)");
  defect("const %c: f32[1] (1) %c[0] = f32(0)");
}

TEST(LoopInterpreter, ScratchForgetsBetweenIterations) {
  EXPECT_THROW(runUnverified(R"(kernel @k(out %out: f32[]) {
                                  for i in 0..2 {
                                    scratch %p: f32[]
                                    for first in 0..min(1, -1*i + 1) { %p[] = f32(0) }
                                    %out[] = %p[]
                                  }
                                })",
                             1),
               InternalError);
}

TEST(LoopInterpreter, ArgumentsMustFit) {
  const loop::Kernel kernel = parsed("kernel @k(out %out: f32[2]) { }");
  double wide[2] = {};
  float narrow[3] = {};
  const std::int64_t pair[] = {2}, triple[] = {3};
  const TensorRef otherType[] = {{wide, DType::F64, pair}}, otherSize[] = {{narrow, DType::F32, triple}},
                  two[] = {{narrow, DType::F32, pair}, {narrow, DType::F32, pair}};
  EXPECT_THROW(interpretLoop(kernel, {}, otherType), InternalError);
  EXPECT_THROW(interpretLoop(kernel, {}, otherSize), InternalError);
  EXPECT_THROW(interpretLoop(kernel, {}, two), InternalError);
  EXPECT_THROW(interpretLoop(kernel, {}, {}), InternalError);
}

TEST(LoopInterpreter, HugeScratchIsRefused) {
  EXPECT_THROW(runUnverified("kernel @k(out %out: f32[]) { scratch %p: f32[1000000000,1000] }", 1), Error);
}

} // namespace
} // namespace einjit
