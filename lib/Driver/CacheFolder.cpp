// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/CacheFolder.h"
#include "Runtime/File.h"
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace einjit {
namespace {

constexpr std::string_view temporaryPrefix = ".einjit-new-";
/// Longer than anybody takes to write a file.
constexpr std::time_t abandonedAfter = 3600;
/// Recency is kept to the minute: that is enough to choose by, and spares a write for each use.
constexpr std::time_t recencySeconds = 60;

/// Whether nobody but this user (and root) can have written it.
bool isOurs(const struct stat &status) {
  return status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// Makes a folder and those above it that are missing.
void makeFolders(const std::string &path) {
  for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1))
    ::mkdir(path.substr(0, end).c_str(), S_IRWXU);
  ::mkdir(path.c_str(), S_IRWXU);
}

bool readAll(int fd, std::string &bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got = ::read(fd, bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

/// A name that no other writer has, whatever machine or container it runs in.
std::string temporaryName() {
  static std::atomic<std::uint64_t> count = 0;
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random) random = 0;
  return fmt::format("{}{}-{}-{:016x}", temporaryPrefix, ::getpid(), count++, random);
}

} // namespace

std::optional<CacheFolder> CacheFolder::open(const std::string &path, bool create) {
  if (create && ::access(path.c_str(), F_OK) != 0) makeFolders(path);
  CacheFolder folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat status{};
  if (folder.fd_ < 0 || ::fstat(folder.fd_, &status) != 0 || !isOurs(status)) return std::nullopt;
  return folder;
}

CacheFolder::~CacheFolder() {
  if (fd_ >= 0) ::close(fd_);
}

CacheFolder::Read CacheFolder::read(const std::string &name, std::uint64_t mostBytes, std::string &bytes) const {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const File file(::openat(fd_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file) return errno == ENOENT ? Read::Absent : Read::Untrusted;
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode) || !isOurs(status)) return Read::Untrusted;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > mostBytes) return Read::Untrusted;
  bytes.resize(size);
  if (!readAll(file.fd(), bytes)) return Read::Untrusted;
  if (std::time(nullptr) - status.st_mtime >= recencySeconds) ::futimens(file.fd(), nullptr);
  return Read::Trusted;
}

bool CacheFolder::publish(const std::string &name, std::string_view bytes) const {
  const std::string temporary = temporaryName();
  File file(::openat(fd_, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) return false;
  const bool written = file.write(bytes);
  if (file.close() && written && ::renameat(fd_, temporary.c_str(), fd_, name.c_str()) == 0) return true;
  ::unlinkat(fd_, temporary.c_str(), 0);
  return false;
}

void CacheFolder::sweep(std::uint64_t capacity) const {
  struct Close {
    void operator()(DIR *entries) const { ::closedir(entries); }
  };
  // A second opening: that which closedir closes, and with a position of its own.
  const int again = ::openat(fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, Close> entries(again < 0 ? nullptr : ::fdopendir(again));
  if (!entries) {
    if (again >= 0) ::close(again);
    return;
  }
  struct Known {
    std::time_t lastUse;
    std::uint64_t bytes;
    std::string name;
  };
  std::vector<Known> files;
  std::uint64_t total = 0;
  const std::time_t now = std::time(nullptr);
  while (const dirent *entry = ::readdir(entries.get())) {
    struct stat status{};
    if (::fstatat(fd_, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) continue;
    if (std::string_view(entry->d_name).starts_with(temporaryPrefix)) {
      if (now - status.st_mtime > abandonedAfter) ::unlinkat(fd_, entry->d_name, 0);
      continue;
    }
    if (!std::string_view(entry->d_name).ends_with(ending)) continue;
    files.push_back({status.st_mtime, static_cast<std::uint64_t>(status.st_size), entry->d_name});
    total += files.back().bytes;
  }
  if (total <= capacity) return;
  std::ranges::sort(files, {}, &Known::lastUse);
  for (const Known &file : files) {
    if (total <= capacity - capacity / 8) return;
    if (::unlinkat(fd_, file.name.c_str(), 0) == 0) total -= file.bytes;
  }
}

} // namespace einjit
