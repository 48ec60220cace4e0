// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/NpyReader.h"
#include "Runtime/Layout.h"
#include "Runtime/NpyHeader.h"
#include "Support/Attempt.h"
#include "Support/Checked.h"
#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <einjit/Npy.h>
#include <fmt/format.h>
#include <optional>
#include <sys/stat.h>

static_assert(std::endian::native == std::endian::little, ".npy elements are read as they lie");

namespace einjit {
namespace {

/// No shape of 32 axes needs more; it keeps a pipe from feeding a header of gigabytes.
constexpr std::size_t maxHeaderBytes = 1 << 20;

/// A file that is read from front to end. What goes wrong is thrown as a Diagnostic that names the file.
class NpyFile {
public:
  explicit NpyFile(const std::string &path) : path_(path), file_(std::fopen(path.c_str(), "rb")) {
    struct stat info{};
    if (!file_ || fstat(fileno(file_.get()), &info) != 0) fileError(std::strerror(errno));
    if (S_ISDIR(info.st_mode)) fileError("is a directory");
    if (S_ISREG(info.st_mode)) size_ = info.st_size;
  }

  void read(void *to, std::size_t bytes, const char *what) {
    const std::size_t got = std::fread(to, 1, bytes, file_.get());
    read_ += static_cast<std::int64_t>(got);
    if (got == bytes) return;
    if (std::ferror(file_.get())) fileError(std::strerror(errno));
    formatError(fmt::format("ends inside its {}", what));
  }

  /// Refuses, before any memory is taken for them, bytes that a regular file of this size cannot hold.
  void require(std::int64_t bytes, const std::string &what) {
    if (size_ && bytes > *size_ - read_)
      formatError(fmt::format("{} takes {} bytes, but the file has only {} left", what, bytes, *size_ - read_));
  }

  void requireEnd() {
    if (std::fgetc(file_.get()) == EOF) return;
    if (size_) formatError(fmt::format("has {} bytes more than its shape says", *size_ - read_));
    formatError("has more bytes than its shape says");
  }

  [[noreturn]] void fileError(const std::string &what) { fail(DiagnosticKind::FileError, what); }
  [[noreturn]] void formatError(const std::string &what) { fail(DiagnosticKind::NpyFormat, what); }

private:
  [[noreturn]] void fail(DiagnosticKind kind, const std::string &what) {
    throw Diagnostic{.kind = kind, .message = fmt::format("{}: {}", path_, what)};
  }
  struct Close {
    void operator()(std::FILE *file) const { std::fclose(file); }
  };
  const std::string &path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::optional<std::int64_t> size_; ///< nothing for a pipe or device
  std::int64_t read_ = 0;
};

NpyHeader readHeader(NpyFile &file) {
  std::array<unsigned char, 8> start{};
  file.read(start.data(), start.size(), "header");
  if (std::memcmp(start.data(), npyMagic.data(), npyMagic.size()) != 0) file.formatError("is not a .npy file");
  const int major = start[6], minor = start[7];
  if (major < 1 || major > 3 || minor != 0)
    file.formatError(fmt::format("has version {}.{} of the format, not 1.0, 2.0 or 3.0", major, minor));

  std::array<unsigned char, 4> bytes{};
  file.read(bytes.data(), major == 1 ? 2 : 4, "header");
  std::size_t length = 0; // little-endian
  for (std::size_t i = bytes.size(); i-- > 0;) length = length << 8 | bytes[i];
  file.require(static_cast<std::int64_t>(length), "the header");
  if (length > maxHeaderBytes) file.formatError(fmt::format("has a header of {} bytes", length));

  std::string text(length, '\0');
  file.read(text.data(), length, "header");
  Result<NpyHeader> header = parseNpyHeader(text);
  if (!header) file.formatError(header.errors().front().message);
  return *std::move(header);
}

/// Elements in column-major order become row-major: strides are the products of the extents before each axis.
AnyTensor toRowMajor(const AnyTensor &columnMajor) {
  TensorType type = columnMajor.type();
  std::int64_t stride = 1;
  for (std::int64_t extent : type.shape) {
    type.strides.push_back(stride);
    stride *= extent;
  }
  AnyTensor result(type);
  copyToRowMajor({columnMajor.data(), type}, result.data());
  return result;
}

void normaliseBools(AnyTensor &tensor) {
  auto *bytes = static_cast<unsigned char *>(tensor.data());
  std::transform(bytes, bytes + tensor.size(), bytes, [](unsigned char byte) { return byte != 0 ? 1 : 0; });
}

AnyTensor read(const std::string &path) {
  NpyFile file(path);
  NpyHeader header = readHeader(file);
  const TensorType type{header.dtype, std::move(header.shape)};
  const std::optional<std::int64_t> count = elementCount(type);
  if (!count) file.formatError(fmt::format("its shape {} is larger than any memory", str(type)));
  const std::int64_t bytes = *count * static_cast<std::int64_t>(byteSize(type.dtype));
  file.require(bytes, str(type));

  AnyTensor tensor(type);
  file.read(tensor.data(), static_cast<std::size_t>(bytes), "elements");
  file.requireEnd();
  if (type.dtype == DType::Bool) normaliseBools(tensor);
  return header.fortranOrder && type.rank() > 1 && *count > 0 ? toRowMajor(tensor) : tensor;
}

} // namespace

Result<AnyTensor> readNpy(const std::string &path) {
  try {
    return read(path);
  } catch (Diagnostic &wrong) {
    return std::move(wrong);
  }
}

Expected<AnyTensor> tryLoadNpy(const std::string &path, const std::source_location &where) {
  return attempt(where, [&] {
    Result<AnyTensor> tensor = readNpy(path);
    if (!tensor) throwError(tensor.errors(), {});
    return *std::move(tensor);
  });
}

AnyTensor loadNpy(const std::string &path, const std::source_location &where) {
  return tryLoadNpy(path, where).value();
}

} // namespace einjit
