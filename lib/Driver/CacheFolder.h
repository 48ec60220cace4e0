// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A folder of files that only this user can have written: what the file system has to do with a cache of code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace einjit {

/// An open folder. All of its files are reached through it, so that nobody can put another in its place meanwhile.
class CacheFolder {
public:
  /// What the names of its files end with; whatever else lies in the folder is not touched.
  static constexpr std::string_view ending = ".einjit";

  /// Nothing unless it is a folder that belongs to this user and that nobody else may write. `create`: makes it, and
  /// what is above it, for this user alone.
  static std::optional<CacheFolder> open(const std::string &path, bool create);
  CacheFolder(CacheFolder &&other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  CacheFolder &operator=(CacheFolder &&) = delete;
  ~CacheFolder();

  enum class Read {
    Absent,    ///< there is no such file
    Untrusted, ///< it is no plain file of this user's that nobody else may write, or larger than wanted, or unreadable
    Trusted,
  };
  /// The bytes of a file, which is marked as used now.
  Read read(const std::string &name, std::uint64_t mostBytes, std::string &bytes) const;

  /// Puts a file under this name, which has the ending, at once, whole. Files that it leaves behind if the process dies
  /// are removed by `sweep`.
  bool publish(const std::string &name, std::string_view bytes) const;

  /// If the files have more than `capacity` bytes together, removes those that were not used for longest until an
  /// eighth of it is free; also what writers left behind. Two processes may do so at once. O(n log n) in the number of
  /// files.
  void sweep(std::uint64_t capacity) const;

private:
  explicit CacheFolder(int fd) : fd_(fd) {}
  int fd_;
};

} // namespace einjit
