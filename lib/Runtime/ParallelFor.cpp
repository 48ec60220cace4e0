// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/ParallelFor.h"
#include "Runtime/Crew.h"
#include <algorithm>
#include <map>
#include <memory>
#include <new>
#include <oneapi/tbb/info.h>

namespace {

using einjit::runtime::Crew;

/// A crew for each number of threads asked for, because setting one up takes longer than a small kernel runs; no larger
/// than the machine. Never destroyed, so that kernels may run while the process ends. Null where there is no memory for
/// one.
Crew *crewFor(std::int64_t threads) try {
  static std::mutex mutex;
  static auto &crews = *new std::map<int, std::unique_ptr<Crew>>;
  const auto size = static_cast<int>(std::min<std::int64_t>(threads, tbb::info::default_concurrency()));
  const std::lock_guard lock(mutex);
  auto &crew = crews[size];
  if (!crew) crew = std::make_unique<Crew>(size);
  return crew.get();
} catch (const std::bad_alloc &) {
  return nullptr;
}

} // namespace

extern "C" void einjitParallelFor(void *context, void (*body)(void *, std::int64_t, std::int64_t, std::int64_t),
                                  std::int64_t extent, std::int64_t threads) noexcept {
  if (extent <= 0) return;
  constexpr std::int64_t mostPieces = INT32_MAX;
  const std::int64_t pieces = std::clamp<std::int64_t>(threads, 1, std::min(extent, mostPieces));
  if (pieces == 1) return body(context, 0, extent, 0);
  const einjit::runtime::Job job{context, body, extent, pieces};
  if (Crew *crew = crewFor(threads)) {
    if (!crew->tryRun(job)) crew->runBeside(job);
  } else {
    for (std::int64_t piece = 0; piece < pieces; ++piece) job.run(piece);
  }
}
