// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/DiskCache.h"
#include "Driver/CacheFolder.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <einjit/Options.h>
#include <fmt/format.h>
#include <memory>
#include <type_traits>
#include <xxhash.h>

namespace einjit {
namespace {

constexpr std::uint32_t formatVersion = 2;
constexpr std::array<char, 8> magic = {'e', 'i', 'n', 'j', 'i', 't', '\n', '\0'};

/// The numbers are this machine's own: files of another kind of machine have other keys.
struct Header {
  std::array<char, 8> mark = magic;
  std::uint32_t version = formatVersion;
  std::uint32_t entryBytes = 0;
  std::array<std::uint64_t, 2> objectBytes{}; ///< 0: there is no second one
  CodeKey key{};
  std::int64_t sharedBytes = 0, slotBytes = 0, slots = 0, codeBytes = 0;
};
static_assert(std::has_unique_object_representations_v<Header>, "no padding, whose bytes would be anything");

CodeKey hash(std::string_view bytes) {
  const XXH128_hash_t value = XXH3_128bits(bytes.data(), bytes.size());
  return {value.high64, value.low64};
}

std::string fileName(const CodeKey &key) {
  return fmt::format("{:016x}{:016x}{}", key[0], key[1], CacheFolder::ending);
}

template <class T> void append(std::string &bytes, const T &value) {
  static_assert(std::is_trivially_copyable_v<T>);
  bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
}

std::string encode(const CodeKey &key, const CachedCode &code) {
  Header header;
  header.entryBytes = static_cast<std::uint32_t>(code.entry.size());
  for (std::size_t i = 0; i < code.objects.size(); ++i) header.objectBytes.at(i) = code.objects[i].size();
  header.key = key;
  header.sharedBytes = code.scratch.sharedBytes;
  header.slotBytes = code.scratch.slotBytes;
  header.slots = code.scratch.slots;
  header.codeBytes = code.codeBytes;
  std::string bytes;
  append(bytes, header);
  bytes += code.entry;
  for (const std::vector<char> &object : code.objects) bytes.append(object.data(), object.size());
  append(bytes, hash(bytes));
  return bytes;
}

/// Nothing unless the bytes are exactly what `encode` gives for the key.
std::optional<CachedCode> decode(const CodeKey &key, std::string_view bytes) {
  Header header;
  CodeKey checksum;
  if (bytes.size() < sizeof header + sizeof checksum) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::memcpy(&checksum, bytes.data() + bytes.size() - sizeof checksum, sizeof checksum);
  bytes.remove_suffix(sizeof checksum);
  if (header.mark != magic || header.version != formatVersion || header.key != key) return std::nullopt;
  if (hash(bytes) != checksum) return std::nullopt;
  bytes.remove_prefix(sizeof header);
  if (header.entryBytes > bytes.size()) return std::nullopt;
  CachedCode code{{},
                  std::string(bytes.substr(0, header.entryBytes)),
                  {header.sharedBytes, header.slotBytes, header.slots},
                  header.codeBytes};
  bytes.remove_prefix(header.entryBytes);
  for (const std::uint64_t size : header.objectBytes) {
    if (size > bytes.size()) return std::nullopt;
    if (size > 0) code.objects.emplace_back(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bytes.remove_prefix(size);
  }
  if (!bytes.empty() || code.objects.empty()) return std::nullopt;
  return code;
}

/// An environment variable; nothing if it is unset or empty, or the program has privileges that its user lacks.
std::optional<std::string> variable(const char *name) {
  const char *value = ::secure_getenv(name);
  if (!value || !*value) return std::nullopt;
  return value;
}

std::optional<std::string> folderOfEnvironment() {
  if (auto folder = variable("EINJIT_CACHE_DIR")) return folder;
  // By the XDG specification a path that is not absolute is to be ignored.
  if (const auto folder = variable("XDG_CACHE_HOME"); folder && folder->starts_with('/')) return *folder + "/einjit";
  if (const auto home = variable("HOME")) return *home + "/.cache/einjit";
  return std::nullopt;
}

std::uint64_t capacityOfEnvironment() {
  constexpr std::uint64_t usual = std::uint64_t{256} << 20;
  const auto bytes = parseByteSize(variable("EINJIT_CACHE_BYTES").value_or(""));
  return bytes ? static_cast<std::uint64_t>(*bytes) : usual;
}

std::unique_ptr<DiskCache> cacheOfEnvironment() {
  const auto folder = folderOfEnvironment();
  const std::uint64_t capacity = capacityOfEnvironment();
  const auto mode = variable("EINJIT_CACHE"); // also for options that do not come from the environment
  if (mode == "off" || mode == "0" || !folder || capacity == 0) return nullptr;
  return std::make_unique<DiskCache>(*folder, capacity);
}

} // namespace

CodeKey hashKey(std::string_view text) { return hash(text); }

std::optional<CachedCode> DiskCache::find(const CodeKey &key) {
  const auto folder = CacheFolder::open(folder_, false);
  if (!folder) return std::nullopt;
  std::string bytes;
  const CacheFolder::Read read = folder->read(fileName(key), capacity_, bytes);
  if (read == CacheFolder::Read::Absent) return std::nullopt;
  auto code = read == CacheFolder::Read::Trusted ? decode(key, bytes) : std::nullopt;
  if (!code) ++refused_;
  return code;
}

void DiskCache::store(const CodeKey &key, const CachedCode &code) {
  const auto folder = CacheFolder::open(folder_, true);
  const std::string bytes = encode(key, code);
  const bool written = folder && bytes.size() <= capacity_ && folder->publish(fileName(key), bytes);
  ++(written ? stored_ : notStored_);
  // The key is a hash, and so as good as a random number.
  constexpr std::uint64_t sweeps = 64;
  if (written && key[0] % std::max<std::uint64_t>(1, capacity_ / sweeps) < bytes.size()) folder->sweep(capacity_);
}

DiskCache *processDiskCache() {
  static DiskCache *const cache = cacheOfEnvironment().release(); // never destroyed, as the kernels' cache is not
  return cache;
}

} // namespace einjit
