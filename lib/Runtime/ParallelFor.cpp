// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/ParallelFor.h"
#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

namespace {

/// An arena for each number of threads asked for, because setting one up takes longer than a small kernel runs; no
/// larger than the machine. Never destroyed, so that kernels may run while the process ends.
tbb::task_arena &arenaFor(std::int64_t threads) {
  static std::mutex mutex;
  static auto &arenas = *new std::map<int, std::unique_ptr<tbb::task_arena>>;
  const auto size = static_cast<int>(std::min<std::int64_t>(threads, tbb::info::default_concurrency()));
  const std::lock_guard lock(mutex);
  auto &arena = arenas[size];
  if (!arena) arena = std::make_unique<tbb::task_arena>(size);
  return *arena;
}

/// Where piece `piece` of `pieces` begins: the first `extent % pieces` are one longer than the others.
std::int64_t beginOf(std::int64_t piece, std::int64_t extent, std::int64_t pieces) {
  return piece * (extent / pieces) + std::min(piece, extent % pieces);
}

} // namespace

extern "C" void einjitParallelFor(void *context, void (*body)(void *, std::int64_t, std::int64_t, std::int64_t),
                                  std::int64_t extent, std::int64_t threads) noexcept {
  if (extent <= 0) return;
  const std::int64_t pieces = std::clamp<std::int64_t>(threads, 1, extent);
  if (pieces == 1) return body(context, 0, extent, 0);
  const auto run = [&](std::int64_t piece) {
    body(context, beginOf(piece, extent, pieces), beginOf(piece + 1, extent, pieces), piece);
  };
  arenaFor(threads).execute([&] { tbb::parallel_for(std::int64_t{0}, pieces, run, tbb::static_partitioner()); });
}
