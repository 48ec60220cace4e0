// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/FileWriter.h"
#include "Runtime/File.h"
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

namespace einjit {
namespace {

using Pieces = std::initializer_list<std::string_view>;

[[noreturn]] void fail(const std::string &path, int error) {
  throwError({Diagnostic{.kind = DiagnosticKind::FileError,
                         .message = fmt::format("{}: cannot write: {}", path, std::strerror(error))}},
             "");
}

/// Writes the whole file and closes it; errno says why if not.
bool writePieces(File &file, Pieces pieces) {
  return std::ranges::all_of(pieces, [&](std::string_view piece) { return file.write(piece); }) && file.close();
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
  File &file() { return file_; }
  bool publish(const std::string &path) { return published_ = ::rename(name_.c_str(), path.c_str()) == 0; }

private:
  static int create(const std::string &path, std::string &name);
  std::string name_;
  File file_;
  bool file_ok_ = static_cast<bool>(file_);
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
  if (!temporary.file() || !writePieces(temporary.file(), pieces) || !temporary.publish(target)) fail(path, errno);
}

/// Pipes and devices cannot be replaced by renaming.
void writeThrough(const std::string &path, Pieces pieces) {
  File file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || !writePieces(file, pieces)) fail(path, errno);
}

} // namespace

void writeFile(const std::string &path, Pieces pieces) {
  struct stat info{};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) fail(path, EISDIR);
  (exists && !S_ISREG(info.st_mode) ? writeThrough : writeBeside)(path, pieces);
}

} // namespace einjit
