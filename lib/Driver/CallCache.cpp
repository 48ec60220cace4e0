// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/CallCache.h"
#include "Driver/CallEpoch.h"
#include "Support/ThreadsOwn.h"
#include <algorithm>
#include <string>
#include <vector>

namespace einjit {
namespace {

/// Both halves of the product: every bit of either factor moves about half of the result's.
std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

constexpr std::uint64_t odd1 = 0x9e3779b97f4a7c15, odd2 = 0xc2b2ae3d27d4eb4f; // of no pattern, from the golden ratio …

std::uint64_t hashOf(std::string_view text) {
  std::uint64_t hash = text.size() * odd1;
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::copy_n(text.data(), 8, reinterpret_cast<char *>(&word));
    hash = mixed(hash ^ word, odd2);
  }
  std::uint64_t rest = 0;
  std::copy_n(text.data(), text.size(), reinterpret_cast<char *>(&rest));
  return mixed(hash ^ rest, odd2);
}

struct Entry {
  std::uint64_t hash = 0;
  std::uint64_t epoch = 0;
  std::vector<std::uint64_t> words;
  std::string text;
  FoundKernel found;

  bool is(const CallKey &key, std::uint64_t wanted) const {
    return hash == wanted && found.kernel && std::ranges::equal(words, key.words()) && text == key.text() &&
           epoch == callEpoch();
  }
};

/// Sets of few places; within one the oldest entry makes room.
class CallCache {
public:
  const Entry *find(const CallKey &key, std::uint64_t hash) const {
    for (const Entry &entry : sets_[hash % sets_.size()].entries)
      if (entry.is(key, hash)) return &entry;
    return nullptr;
  }
  Entry &place(std::uint64_t hash) {
    Set &set = sets_[hash % sets_.size()];
    return set.entries[set.next++ % set.entries.size()];
  }

private:
  struct Set {
    std::array<Entry, 4> entries;
    std::size_t next = 0;
  };
  std::array<Set, 64> sets_;
};

/// This thread's, from its first call on. A plain pointer beside what owns it, because it needs no initialization that
/// every call would have to ask after.
[[gnu::tls_model("initial-exec")]] constinit thread_local CallCache *threadsCache = nullptr;

struct ThreadsCache {
  std::unique_ptr<CallCache> cache = std::make_unique<CallCache>();
  ThreadsCache() { threadsCache = cache.get(); }
  ThreadsCache(const ThreadsCache &) = delete;
  ThreadsCache &operator=(const ThreadsCache &) = delete;
  ~ThreadsCache() { threadsCache = nullptr; }
};

} // namespace

CallKey::CallKey(const detail::Program &program, std::span<const std::int64_t> parameters) {
  add(reinterpret_cast<std::uintptr_t>(&program));
  add(parameters.size());
  addAll(parameters);
}

CallKey::CallKey(std::string_view text, std::span<const std::int64_t> parameters) : text_(text) {
  add(hashOf(text));
  add(parameters.size());
  addAll(parameters);
}

// A sum of products, none of which waits for another; each word is told from the others by its place.
std::uint64_t CallKey::hash() const {
  std::uint64_t sum = size_, place = odd1;
  for (std::size_t i = 0; i < size_; ++i, place += odd1) sum += mixed(words_[i] ^ place, odd2);
  return mixed(sum, odd1);
}

const FoundKernel *findKernel(const CallKey &key) {
  if (!key.isWhole()) return nullptr;
  const Entry *entry = threadsCache ? threadsCache->find(key, key.hash()) : nullptr;
  return entry ? &entry->found : nullptr;
}

const FoundKernel *keepFoundKernel(const CallKey &key, std::uint64_t epoch, const FoundKernel &found) {
  if (!key.isWhole() || !threadsOwn<ThreadsCache>()) return nullptr;
  const std::uint64_t hash = key.hash();
  Entry &entry = threadsCache->place(hash);
  entry = {hash, epoch, {key.words().begin(), key.words().end()}, std::string(key.text()), found};
  return &entry.found;
}

} // namespace einjit
