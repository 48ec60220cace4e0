// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/FileWriter.h"
#include "Support/Diagnostic.h"
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace einjit {
namespace {

using Pieces = std::initializer_list<std::string_view>;

[[noreturn]] void fail(const std::string &path, int error) {
  throwError({Diagnostic{.kind = DiagnosticKind::FileError,
                         .message = fmt::format("{}: cannot write: {}", path, std::strerror(error))}},
             "");
}

class Descriptor {
public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int value() const { return value_; }
  /// Whether everything written has arrived; network file systems say so only here.
  bool close() { return ::close(std::exchange(value_, -1)) == 0; }

private:
  int value_;
};

bool writeAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Writes the whole file and closes it; errno says why if not.
bool writePieces(Descriptor &file, Pieces pieces) {
  return std::ranges::all_of(pieces, [&](std::string_view piece) { return writeAll(file.value(), piece); }) &&
         file.close();
}

/// A new file beside `path`, which gets its name; removed again unless it is published under `path`.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::string &path) : file_(create(path, name_)) {}
  ~TemporaryFile() {
    if (!published_ && file_ok_) ::unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  Descriptor &file() { return file_; }
  bool publish(const std::string &path) { return published_ = ::rename(name_.c_str(), path.c_str()) == 0; }

private:
  static int create(const std::string &path, std::string &name);
  std::string name_;
  Descriptor file_;
  bool file_ok_ = file_.value() >= 0;
  bool published_ = false;
};

int TemporaryFile::create(const std::string &path, std::string &name) {
  static std::atomic<unsigned> counter{0};
  for (;;) {
    name = fmt::format("{}.{}-{}.tmp", path, ::getpid(), counter++);
    const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0 || errno != EEXIST) return descriptor;
  }
}

void writeBeside(const std::string &path, Pieces pieces) {
  // Through a symbolic link the file it points at is replaced, not the link.
  std::error_code ignored;
  const std::filesystem::path real = std::filesystem::canonical(path, ignored);
  const std::string target = real.empty() ? path : real.string();
  TemporaryFile temporary(target);
  if (temporary.file().value() < 0 || !writePieces(temporary.file(), pieces) || !temporary.publish(target))
    fail(path, errno);
}

/// Pipes and devices cannot be replaced by renaming.
void writeThrough(const std::string &path, Pieces pieces) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.value() < 0 || !writePieces(file, pieces)) fail(path, errno);
}

} // namespace

void writeFile(const std::string &path, Pieces pieces) {
  struct stat info{};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) fail(path, EISDIR);
  (exists && !S_ISREG(info.st_mode) ? writeThrough : writeBeside)(path, pieces);
}

} // namespace einjit
