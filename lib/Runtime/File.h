// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string_view>

namespace einjit {

/// An open file, or none where opening failed.
class File {
public:
  explicit File(int fd) : fd_(fd) {}
  File(const File &) = delete;
  File &operator=(const File &) = delete;
  ~File();
  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  /// Writes all of the bytes where the file stands; errno says why if it cannot.
  bool write(std::string_view bytes) const;
  /// Whether all that was written has reached the file system; that of a network says so only here.
  bool close();

private:
  int fd_;
};

} // namespace einjit
