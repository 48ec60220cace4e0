// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two caches that compiling looks in, kernels in the memory of this process and code on disk, seen from outside.
// What they keep, for how long and where is said in docs/library.md, "The caches".
#pragma once

#include <cstdint>
#include <einjit/Export.h>

namespace einjit {

/// What the caches did since the process began, and what is there now.
struct CacheStatistics {
  std::uint64_t hits = 0;      ///< kernels found in memory, those included that another thread was about to compile
  std::uint64_t compiled = 0;  ///< kernels whose code LLVM made
  std::uint64_t loaded = 0;    ///< kernels whose code was found on disk
  std::uint64_t evicted = 0;   ///< kernels let go from memory to make room for others
  std::uint64_t kept = 0;      ///< kernels in the cache now
  std::uint64_t live = 0;      ///< kernels whose code is in memory now: those kept and those that somebody holds
  std::uint64_t stored = 0;    ///< kernels written to disk
  std::uint64_t notStored = 0; ///< kernels that could not be written
  std::uint64_t refused = 0;   ///< files on disk that were not used: damaged, of another version, or not the user's own
  /// Calls of LLVM's code generator, those included that kernel texts take (Stage::Llvm and later).
  std::uint64_t codeGenerations = 0;
  friend bool operator==(const CacheStatistics &, const CacheStatistics &) = default;
};

/// A copy of the counters. Any thread may ask; counters that change meanwhile may be from different moments.
EINJIT_API CacheStatistics cacheStatistics();

/// Lets all kernels in memory go, as if each had been evicted, but is not counted as that. What a thread called last by
/// `einsum` it holds until its next calls. Files on disk stay: remove the folder to be rid of them. Any thread may call
/// it; kernels being compiled meanwhile may be kept.
EINJIT_API void clearCache();

} // namespace einjit
