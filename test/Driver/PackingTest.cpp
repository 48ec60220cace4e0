// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products whose operands are packed into panels, at and around the sizes of tiles and panels, on every target that
// runs here. Elements are small integers, so that results are exact in any order.
#include "Target/Target.h"
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit {
namespace {

struct Extents {
  std::int64_t batch, m, n, k;
};

Tensor<float> integers(std::vector<std::int64_t> shape, int seed) {
  Tensor<float> tensor(std::move(shape));
  int next = seed;
  for (float &element : tensor) element = static_cast<float>((next = (next * 37 + 11) % 101) % 7 - 3);
  return tensor;
}

/// sum over k of a[b,i,k] * w[b,j,k]
std::vector<float> expected(const Tensor<float> &a, const Tensor<float> &w, const Extents &e) {
  std::vector<float> result;
  for (std::int64_t b = 0; b < e.batch; ++b)
    for (std::int64_t i = 0; i < e.m; ++i)
      for (std::int64_t j = 0; j < e.n; ++j) {
        float sum = 0;
        for (std::int64_t k = 0; k < e.k; ++k)
          sum += a.data()[(b * e.m + i) * e.k + k] * w.data()[(b * e.n + j) * e.k + k];
        result.push_back(sum);
      }
  return result;
}

void check(const Extents &e, const std::string &target) {
  SCOPED_TRACE(testing::Message() << target << ": " << e.batch << " x " << e.m << " x " << e.n << " x " << e.k);
  const Tensor<float> a = integers({e.batch, e.m, e.k}, 1), w = integers({e.batch, e.n, e.k}, 5);
  const std::vector<float> wanted = expected(a, w, e);
  for (int threads : {1, 2}) {
    Options options;
    options.target = target;
    options.threads = threads;
    const Kernel kernel = compile("bik,bjk->bij", {a.type(), w.type()}, options);
    EXPECT_THAT(kernel.text(Stage::Schedule), testing::HasSubstr("pack %b"));
    Tensor<float> out({e.batch, e.m, e.n});
    kernel(a, w, out);
    EXPECT_EQ(std::vector<float>(out.begin(), out.end()), wanted);
  }
}

TEST(Packing, ComputesWhatLoopsDo) {
  for (const Target &target : presetTargets()) {
    if (!runsOnHost(target)) continue;
    for (std::int64_t n : {16, 17, 31, 33, 47, 64, 67, 81, 97, 131})
      check({2, n % 2 == 0 ? 32 : 41, n, 7}, target.name);
    check({8, 70, 130, 16}, target.name); // enough for two threads
    for (std::int64_t k : {2, 3, 16}) check({1, 70, 130, k}, target.name);
  }
}

TEST(Packing, OfTheOperandThatIsBroadcast) {
  // Neighbours in a sum are 1100 elements apart. That leaves a remainder of most tiles' rows, 870 and 897 of columns.
  for (std::int64_t n : {870, 897}) {
    const Tensor<float> a = integers({11, 1100}, 1), w = integers({11, n}, 5);
    std::vector<float> wanted;
    for (std::int64_t i = 0; i < 1100; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        float sum = 0;
        for (std::int64_t k = 0; k < 11; ++k) sum += a.data()[k * 1100 + i] * w.data()[k * n + j];
        wanted.push_back(sum);
      }
    for (const Target &target : presetTargets()) {
      if (!runsOnHost(target)) continue;
      Options options;
      options.target = target.name;
      const Kernel kernel = compile("ki,kj->ij", {a.type(), w.type()}, options);
      EXPECT_THAT(kernel.text(Stage::Schedule), testing::HasSubstr("pack %a")) << target.name;
      Tensor<float> out({1100, n});
      kernel(a, w, out);
      EXPECT_EQ(std::vector<float>(out.begin(), out.end()), wanted) << target.name << ", " << n;
    }
  }
}

/// Both are converted once; remainders on all sides of the tile.
TEST(Packing, ConvertsWhatIsReadOften) {
  for (const Target &target : presetTargets()) {
    if (!runsOnHost(target)) continue;
    for (std::int64_t n : {33, 64, 97}) {
      const Tensor<float> x = integers({41, 37}, 1), y = integers({37, n}, 5);
      Tensor<BFloat16> a({41, 37}), b({37, n});
      std::ranges::transform(x, a.begin(), [](float v) { return BFloat16(v); });
      std::ranges::transform(y, b.begin(), [](float v) { return BFloat16(v); });
      Options options;
      options.target = target.name;
      const Kernel kernel = compile("ik,kj->ij", {a.type(), b.type()}, options);
      EXPECT_THAT(kernel.text(Stage::Schedule),
                  testing::AllOf(testing::HasSubstr("as f32 %a"), testing::HasSubstr("as f32 %b")))
          << target.name;
      const Kernel plain = compile("ik,kj->ij", {x.type(), y.type()}, options);
      Tensor<BFloat16> out({41, n});
      Tensor<float> wanted({41, n});
      kernel(a, b, out);
      plain(x, y, wanted);
      for (std::int64_t i = 0; i < wanted.size(); ++i)
        ASSERT_EQ(out.data()[i].bits(), BFloat16(wanted.data()[i]).bits()) << target.name << ", " << n;
    }
  }
}

template <class T> Tensor<T> bytes(std::vector<std::int64_t> shape, int seed) {
  Tensor<T> tensor(std::move(shape));
  int next = seed;
  for (T &element : tensor) element = static_cast<T>(next = (next * 37 + 11) % 257);
  return tensor;
}

/// The sum over k of a[i,k] * b[k,j], as the program says it; a and b may be stored transposed.
template <class A, class B, class Sum = std::int32_t>
void checkBytes(const std::string &program, const Extents &e, bool transposedA, bool transposedB) {
  const Tensor<A> a = transposedA ? bytes<A>({e.k, e.m}, 1) : bytes<A>({e.m, e.k}, 1);
  const Tensor<B> b = transposedB ? bytes<B>({e.n, e.k}, 5) : bytes<B>({e.k, e.n}, 5);
  std::vector<Sum> wanted;
  for (std::int64_t i = 0; i < e.m; ++i)
    for (std::int64_t j = 0; j < e.n; ++j) {
      std::int32_t sum = 0;
      for (std::int64_t k = 0; k < e.k; ++k)
        sum += std::int32_t{a.data()[transposedA ? k * e.m + i : i * e.k + k]} *
               std::int32_t{b.data()[transposedB ? j * e.k + k : k * e.n + j]};
      wanted.push_back(static_cast<Sum>(sum));
    }
  for (const Target &target : presetTargets()) {
    if (!runsOnHost(target)) continue;
    SCOPED_TRACE(testing::Message() << target.name << ": " << program << " " << e.m << " x " << e.n << " x " << e.k);
    Options options;
    options.target = target.name;
    const Kernel kernel = compileProgram(program, {{"a", a.type(), {}}, {"b", b.type(), {}}}, options);
    Tensor<Sum> out({e.m, e.n});
    kernel(a, b, out);
    EXPECT_EQ(std::vector<Sum>(out.begin(), out.end()), wanted);
  }
}

TEST(Packing, OfBytesThatAreMultipliedTogether) {
  for (std::int64_t k : {3, 34, 68})
    for (std::int64_t n : {37, 64}) {
      const Extents e{1, 41, n, k};
      checkBytes<std::int8_t, std::int8_t>("i32(a) @ i32(b)", e, false, false);
      checkBytes<std::uint8_t, std::int8_t>("i32(a) @ i32(b.T)", e, false, true);
      checkBytes<std::int8_t, std::uint8_t>("i32(a.T) @ i32(b)", e, true, false);
      checkBytes<std::uint8_t, std::uint8_t>("i32(a.T) @ i32(b.T)", e, true, true);
      checkBytes<std::uint8_t, std::uint8_t>("i32(a) @ i32(b)", e, false, false);
      checkBytes<std::int8_t, std::int8_t, std::int8_t>("a @ b", e, false, false);
      checkBytes<std::uint8_t, std::uint8_t, std::uint8_t>("a @ b.T", e, false, true);
    }
  for (std::int64_t k : {20000, 20003}) // blocks of the sum, but for the second
    checkBytes<std::uint8_t, std::int8_t>("i32(a) @ i32(b)", {1, 37, 33, k}, false, false);
}

TEST(Packing, OfAnInputThatAnotherOpReadsIsLeftOut) {
  const TensorType x{DType::F32, {70, 9}}, y{DType::F32, {50, 9}};
  const Kernel kernel = compileProgram("y.sum(), x @ y.T", {{"x", x, {}}, {"y", y, {}}});
  EXPECT_THAT(kernel.text(Stage::Schedule), testing::Not(testing::HasSubstr("pack %b")));
}

} // namespace
} // namespace einjit
