// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The process's cache: what is kept, what threads share, and what becomes of evicted code.
#include "Driver/Allocations.h"
#include "Driver/Cache.h"
#include "Driver/Caught.h"
#include "Driver/KernelImpl.h"
#include <atomic>
#include <einjit/einjit.h>
#include <future>
#include <gmock/gmock.h>
#include <semaphore>
#include <stdexcept>
#include <thread>

namespace einjit {
namespace {

using Impl = KernelCache::Impl;

Impl someKernel() { return std::make_shared<const Kernel::Impl>(); }

Impl get(KernelCache &cache, const std::string &key, const Impl &kernel) {
  return *cache.get(key, [&] { return kernel; });
}

TEST(KernelCache, KeepsTheRecentlyUsed) {
  KernelCache cache(8);
  const Impl used = get(cache, "used", someKernel());
  for (int i = 0; i < 50; ++i) {
    get(cache, std::to_string(i), someKernel());
    ASSERT_EQ(get(cache, "used", someKernel()), used);
  }
  EXPECT_EQ(cache.counts().kept, 8U);
  EXPECT_EQ(cache.counts().evicted, 51U - 8U);
  EXPECT_EQ(cache.counts().hits, 50U);
  const Impl fresh = someKernel();
  for (int i = 43; i < 50; ++i) EXPECT_NE(get(cache, std::to_string(i), fresh), fresh) << i;
  EXPECT_EQ(get(cache, "42", fresh), fresh) << "it was evicted";
}

TEST(KernelCache, LetsGoOfWhatItEvicts) {
  KernelCache cache(1);
  const std::weak_ptr<const Kernel::Impl> first = get(cache, "first", someKernel());
  const Impl second = get(cache, "second", someKernel());
  EXPECT_TRUE(first.expired());
  cache.clear();
  EXPECT_EQ(second.use_count(), 1);
  EXPECT_EQ(cache.counts().kept, 0U);
  EXPECT_EQ(cache.counts().evicted, 1U) << "clearing is no eviction";
}

TEST(KernelCache, HasABoundOfMachineCode) {
  constexpr std::int64_t most = 1000;
  KernelCache cache(8, most);
  const auto kernelOf = [](std::int64_t codeBytes) {
    const auto kernel = std::make_shared<Kernel::Impl>();
    kernel->codeBytes = codeBytes;
    return kernel;
  };
  for (const char *key : {"a", "b", "c"}) get(cache, key, kernelOf(300));
  EXPECT_EQ(cache.counts().kept, 3U);
  get(cache, "d", kernelOf(500));
  EXPECT_EQ(cache.counts().kept, 2U) << "c and d";
  get(cache, "e", kernelOf(5000));
  EXPECT_EQ(cache.counts().kept, 1U) << "one is kept whatever its size";
  cache.clear();
  for (const char *key : {"a", "b", "c"}) get(cache, key, kernelOf(300));
  EXPECT_EQ(cache.counts().kept, 3U) << "what was cleared no longer counts";
}

TEST(KernelCache, DoesNotKeepKernelsWithFiles) {
  KernelCache cache;
  const auto kernel = std::make_shared<Kernel::Impl>();
  kernel->compilation.files.push_back({"x.npy", AnyTensor({DType::F32, {1}})});
  EXPECT_EQ(get(cache, "k", kernel), kernel);
  EXPECT_EQ(cache.counts().kept, 0U);
}

/// Threads that all ask for one key. The first to build waits until the others are waiting for it.
class Crowd {
public:
  static constexpr std::uint64_t others = 7;

  /// Runs `firstBuild` in one thread while the others wait; any further build is `laterBuild`. Returns how many of them
  /// got a kernel.
  template <class First, class Later> int ask(KernelCache &cache, const First &firstBuild, const Later &laterBuild) {
    const auto build = [&]() -> Result<Impl> {
      if (builds++ > 0) return laterBuild();
      while (cache.counts().waiting < others) std::this_thread::yield();
      return firstBuild();
    };
    std::atomic<int> kernels = 0;
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i <= others; ++i)
      threads.emplace_back([&] {
        try {
          if (const auto result = cache.get("k", build))
            ++kernels;
          else
            errors += static_cast<int>(result.errors().size());
        } catch (const std::runtime_error &) {
          ++thrown;
        }
      });
    for (std::thread &thread : threads) thread.join();
    return kernels;
  }

  std::atomic<int> builds = 0, errors = 0, thrown = 0;
};

TEST(KernelCache, BuildsOnceForAllWhoAsk) {
  KernelCache cache;
  Crowd crowd;
  const auto build = [] { return Result<Impl>(someKernel()); };
  EXPECT_EQ(crowd.ask(cache, build, build), 8);
  EXPECT_EQ(crowd.builds, 1);
  EXPECT_EQ(cache.counts().hits, 7U);
  EXPECT_EQ(cache.counts().waiting, 0U);
}

TEST(KernelCache, GivesErrorsToAllWhoAskAndKeepsNone) {
  KernelCache cache;
  Crowd crowd;
  const auto build = [] { return Result<Impl>(Diagnostic{DiagnosticKind::SizeMismatch, "no"}); };
  EXPECT_EQ(crowd.ask(cache, build, build), 0);
  EXPECT_EQ(crowd.builds, 1);
  EXPECT_EQ(crowd.errors, 8);
  EXPECT_EQ(cache.counts().hits, 0U);
  EXPECT_NE(get(cache, "k", someKernel()), nullptr);
}

TEST(KernelCache, LeavesNobodyWaitingWhenBuildingThrows) {
  KernelCache cache;
  Crowd crowd;
  const auto fail = []() -> Result<Impl> { throw std::runtime_error("no"); };
  EXPECT_EQ(crowd.ask(cache, fail, [] { return Result<Impl>(someKernel()); }), 7);
  EXPECT_EQ(crowd.thrown, 1);
  EXPECT_EQ(crowd.builds, 8);
}

/// Whether asking for the key comes to an end. A thread that waits forever is left behind, with its cache.
bool answers(const std::shared_ptr<KernelCache> &cache, const std::string &key, const KernelCache::Build &build) {
  std::packaged_task<bool()> ask([=] { return bool(cache->get(key, build)); });
  std::future<bool> answer = ask.get_future();
  std::thread(std::move(ask)).detach();
  return answer.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
}

TEST(KernelCache, LeavesNobodyWaitingWhenMemoryIsShort) {
  const std::string key = "a key that is too long to be kept without memory of its own";
  const KernelCache::Build kernel = [] { return Result<Impl>(someKernel()); };
  const KernelCache::Build error = [] {
    return Result<Impl>(
        Diagnostic{DiagnosticKind::SizeMismatch, "a message that is too long to be kept without memory"});
  };
  for (const KernelCache::Build &build : {kernel, error}) {
    auto cache = std::make_shared<KernelCache>();
    bool ends = true;
    const std::size_t failures = test::failEachAllocation([&] { return bool(cache->get(key, build)); },
                                                          [&] {
                                                            ends = ends && answers(cache, key, build);
                                                            cache = std::make_shared<KernelCache>();
                                                          });
    EXPECT_TRUE(ends);
    EXPECT_GT(failures, 3U);
  }
}

TEST(KernelCache, SharesNoKernelsWithFiles) {
  KernelCache cache;
  Crowd crowd;
  const auto build = []() -> Result<Impl> {
    const auto kernel = std::make_shared<Kernel::Impl>();
    kernel->compilation.files.push_back({"x.npy", AnyTensor({DType::F32, {1}})});
    return Impl(kernel);
  };
  EXPECT_EQ(crowd.ask(cache, build, build), 8);
  EXPECT_EQ(crowd.builds, 8) << "a file may have changed since the first of them read it";
}

// The process's own, as users see it.

TEST(CacheStatistics, CountWhatHappens) {
  const auto change = [](auto field, const auto &action) {
    const std::uint64_t before = cacheStatistics().*field;
    action();
    return static_cast<std::int64_t>(cacheStatistics().*field - before);
  };
  const auto compileOne = [] { return compile("ij,kj->ik", {{DType::F32, {3, 5}}, {DType::F32, {4, 5}}}); };
  clearCache();
  EXPECT_EQ(change(&CacheStatistics::compiled, compileOne), 1);
  EXPECT_EQ(change(&CacheStatistics::compiled, compileOne), 0);
  EXPECT_EQ(change(&CacheStatistics::hits, compileOne), 1);
  EXPECT_EQ(change(&CacheStatistics::codeGenerations, compileOne), 0);
  EXPECT_EQ(change(&CacheStatistics::codeGenerations, [&] { compileOne().text(Stage::Assembly); }), 1);
  EXPECT_EQ(change(&CacheStatistics::live, clearCache), -1);
  EXPECT_EQ(cacheStatistics().kept, 0U);
}

TEST(ClearCache, LeavesKernelsThatAreHeld) {
  const std::uint64_t before = cacheStatistics().live;
  {
    const Kernel kernel = compile("ij->ji", {{DType::F32, {2, 3}}});
    const void *entry = kernel.entry();
    clearCache();
    const Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
    Tensor<float> out({3, 2});
    kernel(x, out);
    EXPECT_THAT(out, testing::ElementsAre(1, 4, 2, 5, 3, 6));
    EXPECT_NE(compile("ij->ji", {x.type()}).entry(), entry) << "it is compiled anew";
  }
  clearCache();
  EXPECT_LE(cacheStatistics().live, before);
}

} // namespace
} // namespace einjit
