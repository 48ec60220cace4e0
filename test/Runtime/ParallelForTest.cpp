// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/ParallelFor.h"
#include <algorithm>
#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <limits>
#include <thread>
#include <vector>

namespace {

/// Which slot each iteration ran in, and how often it ran.
struct Record {
  explicit Record(std::size_t extent) : slot(extent, -1), runs(extent) {}
  std::vector<std::int64_t> slot;
  std::vector<std::atomic<int>> runs;
};

void body(void *context, std::int64_t begin, std::int64_t end, std::int64_t slot) {
  auto &record = *static_cast<Record *>(context);
  for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
    record.slot[i] = slot;
    ++record.runs[i];
  }
}

TEST(ParallelFor, EveryIterationOnceInEqualPieces) {
  for (std::size_t extent : {1, 2, 7, 100})
    for (std::int64_t threads : {1, 2, 3, 8, 200}) {
      Record record(extent);
      einjitParallelFor(&record, body, static_cast<std::int64_t>(extent), threads);
      for (std::size_t i = 0; i < extent; ++i) EXPECT_EQ(record.runs[i], 1);
      EXPECT_TRUE(std::is_sorted(record.slot.begin(), record.slot.end()));
      EXPECT_EQ(record.slot.back(), std::min<std::int64_t>(threads, static_cast<std::int64_t>(extent)) - 1);
    }
}

TEST(ParallelFor, NothingToDo) {
  Record record(1);
  einjitParallelFor(&record, body, 0, 4);
  einjitParallelFor(&record, body, -5, 4);
  EXPECT_EQ(record.runs[0], 0);
}

TEST(ParallelFor, HugeExtentsDoNotOverflow) {
  std::atomic<std::int64_t> covered = 0;
  const auto add = [](void *sum, std::int64_t begin, std::int64_t end, std::int64_t) {
    *static_cast<std::atomic<std::int64_t> *>(sum) += end - begin;
  };
  einjitParallelFor(&covered, add, std::numeric_limits<std::int64_t>::max(), 3);
  EXPECT_EQ(covered, std::numeric_limits<std::int64_t>::max());
}

TEST(ParallelFor, OneBehindTheOtherWithAndWithoutPauses) {
  for (std::size_t loop = 0; loop < 500; ++loop) {
    const std::size_t extent = 1 + loop % 9;
    Record record(extent);
    einjitParallelFor(&record, body, static_cast<std::int64_t>(extent), 2 + static_cast<std::int64_t>(loop % 3));
    for (std::size_t i = 0; i < extent; ++i) ASSERT_EQ(record.runs[i], 1) << loop;
    if (loop % 50 == 49) std::this_thread::sleep_for(std::chrono::milliseconds(1)); // helpers leave
  }
}

TEST(ParallelFor, CalledFromSeveralThreads) {
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([] {
      for (int i = 0; i < 50; ++i) {
        Record record(64);
        einjitParallelFor(&record, body, 64, 4);
        for (std::size_t j = 0; j < 64; ++j) EXPECT_EQ(record.slot[j], static_cast<std::int64_t>(j / 16));
      }
    });
  for (std::thread &caller : callers) caller.join();
}

} // namespace
