// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parallel loops in a process that cannot start a thread: the caller runs all of the pieces, each once.
#include "Runtime/Crew.h"
#include "Runtime/ParallelFor.h"
#include <cerrno>
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <pthread.h>
#include <vector>

namespace {
int refusals = 0;
} // namespace

// The process's own, which every library's calls reach.
extern "C" int pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) noexcept {
  ++refusals;
  return EAGAIN;
}

namespace einjit {
namespace {

using testing::Each;

void count(void *runs, std::int64_t begin, std::int64_t end, std::int64_t) {
  for (std::int64_t i = begin; i < end; ++i) ++static_cast<int *>(runs)[i];
}

TEST(NoThreads, ParallelLoopsRunInTheCaller) {
  for (std::int64_t threads : {2, 3, 8, 64, 2, 64}) {
    std::vector<int> runs(100);
    einjitParallelFor(runs.data(), count, 100, threads);
    EXPECT_THAT(runs, Each(1)) << threads;
  }
}

TEST(NoThreads, SoDoThoseBesideABusyCrew) {
  runtime::Crew crew(64);
  for (int run = 0; run < 100; ++run) {
    std::vector<int> runs(1000);
    crew.runBeside({runs.data(), count, 1000, 64});
    ASSERT_THAT(runs, Each(1)) << run;
    runs.assign(1000, 0);
    ASSERT_TRUE(crew.tryRun({runs.data(), count, 1000, 64}));
    ASSERT_THAT(runs, Each(1)) << run;
  }
  EXPECT_GT(refusals, 0);
}

TEST(NoThreads, KernelsOfSeveralThreads) {
  Options options;
  options.threads = 4;
  options.diskCache = false;
  Tensor<float> x({300, 300}), y({300, 300});
  std::ranges::fill(x, 1.0F);
  const Kernel kernel = compile("ij,jk->ik", {x.type(), x.type()}, options);
  kernel(x, x, y);
  EXPECT_THAT(std::vector<float>(y.begin(), y.end()), Each(300.0F));
}

} // namespace
} // namespace einjit
