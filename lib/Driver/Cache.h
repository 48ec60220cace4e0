// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The process's cache of kernels: what the user wrote, with types and options, to the kernel it became.
#pragma once

#include "Driver/Pipeline.h"
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace einjit {

/// The source and options as one string; equal strings compile to the same kernel.
std::string cacheKey(const Source &source, const Options &options);

class KernelCache {
public:
  /// The kernel of the key, or nothing.
  std::shared_ptr<const Kernel::Impl> find(const std::string &key);
  /// Keeps a kernel; when `capacity` are kept, the least recently used half is let go first. Kernels in use stay alive.
  void insert(const std::string &key, std::shared_ptr<const Kernel::Impl> impl);

private:
  struct Entry {
    std::shared_ptr<const Kernel::Impl> impl;
    std::uint64_t lastUse;
  };
  /// Every live kernel costs memory mappings, of which a process has some 65,000.
  static constexpr std::size_t capacity = 4096;
  void evict();

  std::mutex mutex_;
  std::uint64_t clock_ = 0;
  std::unordered_map<std::string, Entry> entries_;
};

KernelCache &processCache();

} // namespace einjit
