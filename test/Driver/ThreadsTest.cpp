// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Many threads at once: they compile the same and different programs, call kernels, ask for texts and errors, and clear
// the cache meanwhile. With ThreadSanitizer (`cmake --preset tsan`) this also says that no two of them race.
#include "Driver/Caught.h"
#include "Driver/DiskCache.h"
#include "Driver/ScratchFolder.h"
#include <atomic>
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <thread>

namespace einjit {
namespace {

constexpr int threadCount = 8;

/// `action(number)` in threads that start together; how many of them it was false in.
template <class Action> int failuresOf(const Action &action) {
  std::atomic<int> failures = 0, ready = 0;
  std::vector<std::thread> threads;
  for (int number = 0; number < threadCount; ++number)
    threads.emplace_back([&, number] {
      ++ready;
      while (ready < threadCount) std::this_thread::yield();
      if (!action(number)) ++failures;
    });
  for (std::thread &thread : threads) thread.join();
  return failures;
}

Tensor<float> ones(std::vector<std::int64_t> shape) {
  Tensor<float> tensor(std::move(shape));
  std::fill(tensor.begin(), tensor.end(), 1.0F);
  return tensor;
}

float valueOf(AnyTensor any) { return *static_cast<const float *>(any.data()); }

TEST(Threads, ShareOneCompilation) {
  clearCache();
  const TensorType type{DType::F32, {6, 11}};
  const std::uint64_t before = cacheStatistics().compiled;
  std::vector<const void *> entries(threadCount);
  std::vector<Kernel> held(threadCount, compile("ij->", {type}));
  EXPECT_EQ(failuresOf([&](int number) {
              const auto at = static_cast<std::size_t>(number);
              held[at] = compile("ij,ij->i", {type, type});
              entries[at] = held[at].entry();
              return true;
            }),
            0);
  EXPECT_EQ(cacheStatistics().compiled - before, 2U);
  EXPECT_THAT(entries, testing::Each(entries.front()));
}

TEST(Threads, CompileCallAndDropAtOnce) {
  Options two;
  two.threads = 2;
  const Kernel shared = compileProgram("x - x.mean(dim=1, keepdim=True)", {{"x", {DType::F32, {40, 50}}}});
  const Kernel parallel = compile("ij,jk->ik", {{DType::F32, {96, 96}}, {DType::F32, {96, 96}}}, two);
  const auto round = [&](int number, std::int64_t i) {
    bool right =
        valueOf(einsum("ij->", ones({i + 1, 3}))) == static_cast<float>(3 * (i + 1)); // the same in all threads
    right = right && valueOf(einsum("i,i->", ones({number + 9}), ones({number + 9}))) == static_cast<float>(number + 9);
    const Tensor<float> x = ones({40, 50}), square = ones({96, 96});
    Tensor<float> zeros({40, 50}), product({96, 96});
    shared(x, zeros);
    parallel(square, square, product);
    right = right && zeros(3, 4) == 0 && product(5, 6) == 96;
    right = right && test::kindOf([&] { einsum("ij,j->i", x, x); }) == "rank-mismatch";
    if (i % 4 == number % 4) clearCache();
    if (i % 4 == 0) right = right && !shared.text(Stage::LlvmOpt).empty();
    return right && cacheStatistics().live > 0;
  };
  EXPECT_EQ(failuresOf([&](int number) {
              bool right = true;
              for (std::int64_t i = 0; i < 8; ++i) right = round(number, i) && right;
              return right;
            }),
            0);
}

TEST(Threads, ShareACacheOnDisk) {
  const test::ScratchFolder scratch;
  DiskCache disk((scratch.path() / "cache").string(), 4000); // some have to go for others
  const auto codeOf = [](int i) { return CachedCode{{std::vector<char>(500, static_cast<char>(i))}, "e", {}, i}; };
  EXPECT_EQ(failuresOf([&](int number) {
              bool right = true;
              for (int i = 0; i < 60; ++i) {
                const int which = (i * (number + 1)) % 12;
                const CodeKey key = hashKey(std::to_string(which));
                if (const auto found = disk.find(key))
                  right = right && *found == codeOf(which);
                else
                  disk.store(key, codeOf(which));
              }
              return right;
            }),
            0);
  EXPECT_EQ(disk.counts().refused, 0U);
  EXPECT_EQ(disk.counts().notStored, 0U);
  EXPECT_GT(disk.counts().stored, 12U);
}

} // namespace
} // namespace einjit
