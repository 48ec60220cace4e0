// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code on disk: one file a kernel, named by a hash of what the code was made from. include/einjit/Cache.h says what
// users are promised.
//
//   | header | entry symbol | one or two object files | XXH128 of all before it |
//
// A file appears under its name whole, by renaming a temporary one, and never changes. So readers take no lock; they
// read a copy, check it, and use it only if every byte is as it was written.
#pragma once

#include "CodeGen/CodeGen.h"
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace einjit {

/// A kernel's code, and what is known of it besides its loop IR.
struct CachedCode {
  std::vector<std::vector<char>> objects; ///< one or two
  std::string entry;                      ///< its symbol
  codegen::ScratchLayout scratch;
  std::int64_t codeBytes = 0;
  friend bool operator==(const CachedCode &, const CachedCode &) = default;
};

/// XXH128 of a text that says what the code is made from.
using CodeKey = std::array<std::uint64_t, 2>;
CodeKey hashKey(std::string_view text);

class DiskCache {
public:
  /// Files are in `folder`, which is created when something is stored, and have about `capacity` bytes together.
  DiskCache(std::string folder, std::uint64_t capacity) : folder_(std::move(folder)), capacity_(capacity) {}

  /// The code of a key, if there is a file that is whole and nobody else can have written; marks it as used.
  std::optional<CachedCode> find(const CodeKey &key);
  /// Writes a file, in place of what has its name; does nothing if that fails. Now and then it also removes files that
  /// were not used for longest: with a chance that is the file's part of a 64th of the capacity, so that no count has
  /// to be kept, each sweep is paid by so much written, and the capacity is exceeded by about as much.
  void store(const CodeKey &key, const CachedCode &code);

  struct Counts {
    std::uint64_t stored = 0, notStored = 0, refused = 0;
  };
  Counts counts() const { return {stored_, notStored_, refused_}; }

private:
  const std::string folder_;
  const std::uint64_t capacity_;
  std::atomic<std::uint64_t> stored_ = 0, notStored_ = 0, refused_ = 0;
};

/// The cache that the environment asks for, or null.
DiskCache *processDiskCache();

} // namespace einjit
