// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/File.h"
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace einjit {

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

bool File::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = EIO; // which would go on forever
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool File::close() { return ::close(std::exchange(fd_, -1)) == 0; }

} // namespace einjit
