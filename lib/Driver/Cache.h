// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The process's cache of kernels: what the user wrote, with types and options, to the kernel it became.
#pragma once

#include "Driver/Pipeline.h"
#include "Support/Result.h"
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace einjit {

/// The source and options as one string; equal strings compile to the same kernel.
std::string cacheKey(const Source &source, const Options &options);

class KernelCache {
public:
  using Impl = std::shared_ptr<const Kernel::Impl>;
  using Build = std::function<Result<Impl>()>;

  /// Every live kernel costs memory mappings, of which a process has some 65,000; and it keeps all that was made on the
  /// way to its code, which is some ten to fifty times as large.
  static constexpr std::size_t defaultCapacity = 4096;
  static constexpr std::int64_t defaultCodeBytes = std::int64_t{16} << 20;
  /// Keeps at most so many kernels, with at most so much machine code together; of larger ones one alone.
  explicit KernelCache(std::size_t capacity = defaultCapacity, std::int64_t codeBytes = defaultCodeBytes)
      : capacity_(capacity), mostCodeBytes_(codeBytes) {}

  /// The kernel of the key; if there is none, what `build` makes, which is kept if it is a kernel without files (they
  /// may be others the next time). Of threads that ask for one key at the same time the first builds, and the others
  /// wait for its kernel or errors; where these are not for sharing, because it has files or `build` threw, they build
  /// too. O(1), but for building. `build` must not ask for the same key.
  Result<Impl> get(const std::string &key, const Build &build);
  /// Lets all kernels go that are kept; those in use stay alive.
  void clear();

  struct Counts {
    std::uint64_t hits = 0, evicted = 0;
    std::uint64_t kept = 0, waiting = 0; ///< kernels, and threads that wait for another's build, now
  };
  Counts counts() const;

private:
  struct Entry {
    std::string key;
    Impl impl;
  };
  using Entries = std::list<Entry>; ///< the most recently used first
  /// A build that goes on; the threads that wait for it hold it, too.
  struct Flight {
    bool over = false;
    std::optional<Result<Impl>> result; ///< nothing where it is not for sharing
  };

  /// The kernel that is kept, as the most recently used one; the mutex is held.
  Impl find(const std::string &key);
  Result<Impl> fly(const std::string &key, Flight &flight, const Build &build);
  /// Takes out what is over the bounds, the least recently used first; the mutex is held.
  Entries evict();
  /// Ends a flight with what is for sharing, if anything, and keeps the entry, if there is one. Returns what was
  /// evicted, for the caller to let go of without the mutex: releasing code takes long.
  Entries land(const std::string &key, Flight &flight, std::optional<Result<Impl>> result, Entries entry);

  const std::size_t capacity_;
  const std::int64_t mostCodeBytes_;
  mutable std::mutex mutex_;
  std::condition_variable landed_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> byKey_; ///< views of the entries' keys
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
  std::int64_t codeBytes_ = 0; ///< of all entries
  Counts counts_;              ///< but for `kept`
};

KernelCache &processCache();

} // namespace einjit
