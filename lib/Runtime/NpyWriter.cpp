// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/Layout.h"
#include "Runtime/NpyHeader.h"
#include "Support/Attempt.h"
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <einjit/Npy.h>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace einjit {
namespace {

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

bool writeAll(int descriptor, const void *data, std::size_t bytes) {
  auto *at = static_cast<const char *>(data);
  while (bytes > 0) {
    const ssize_t written = ::write(descriptor, at, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    at += written;
    bytes -= static_cast<std::size_t>(written);
  }
  return true;
}

/// Writes the whole file and closes it; errno says why if not.
bool writeTensor(Descriptor &file, const ConstTensorRef &rowMajor) {
  const TensorType type = rowMajor.type();
  const std::string preamble = npyPreamble(type.dtype, type.shape);
  const auto count = static_cast<std::size_t>(elementCount(type).value_or(0));
  return writeAll(file.value(), preamble.data(), preamble.size()) &&
         writeAll(file.value(), rowMajor.data, count * byteSize(rowMajor.dtype)) && file.close();
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

void writeBeside(const std::string &path, const ConstTensorRef &rowMajor) {
  // Through a symbolic link the file it points at is replaced, not the link.
  std::error_code ignored;
  const std::filesystem::path real = std::filesystem::canonical(path, ignored);
  const std::string target = real.empty() ? path : real.string();
  TemporaryFile temporary(target);
  if (temporary.file().value() < 0 || !writeTensor(temporary.file(), rowMajor) || !temporary.publish(target))
    fail(path, errno);
}

/// Pipes and devices cannot be replaced by renaming.
void writeThrough(const std::string &path, const ConstTensorRef &rowMajor) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.value() < 0 || !writeTensor(file, rowMajor)) fail(path, errno);
}

/// NumPy has no bf16, but every one of them is an f32.
AnyTensor toFloat(const ConstTensorRef &tensor) {
  AnyTensor narrow(tensor.type()), wide(TensorType{DType::F32, narrow.shape()});
  copyToRowMajor(tensor, narrow.data());
  const auto *from = static_cast<const BFloat16 *>(narrow.data());
  std::copy(from, from + narrow.size(), static_cast<float *>(wide.data()));
  return wide;
}

void save(const std::string &path, const ConstTensorRef &tensor) {
  if (tensor.dtype == DType::BF16) return save(path, toFloat(tensor));
  struct stat info{};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) fail(path, EISDIR);
  const auto write = exists && !S_ISREG(info.st_mode) ? writeThrough : writeBeside;
  if (tensor.type().isRowMajor()) return write(path, tensor);
  AnyTensor rowMajor(tensor.type());
  copyToRowMajor(tensor, rowMajor.data());
  write(path, rowMajor);
}

} // namespace

Expected<void> trySaveNpy(const std::string &path, const ConstTensorRef &tensor, const std::source_location &where) {
  return attempt(where, [&] { save(path, tensor); });
}

void saveNpy(const std::string &path, const ConstTensorRef &tensor, const std::source_location &where) {
  trySaveNpy(path, tensor, where).value();
}

} // namespace einjit
