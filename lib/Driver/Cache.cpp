// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Cache.h"
#include "Driver/KernelImpl.h"
#include <utility>

namespace einjit {

std::string cacheKey(const Source &source, const Options &options) {
  // Each part is followed by a byte that cannot occur in it, or has a fixed form.
  std::string key = source.text;
  key += '\0';
  key += source.isEinsum ? 'e' : 'p';
  for (const Binding &input : source.inputs) {
    key += input.name + '\0' + str(input.type);
    if (input.value) key += "=" + std::to_string(*input.value);
    key += ';';
  }
  key += options.target + '\0' + std::to_string(options.threads) + std::string(name(options.dtype));
  key += options.strict ? 's' : '-';
  key += options.exact ? 'x' : '-';
  if (options.memoryLimit) key += std::to_string(*options.memoryLimit) + 'm';
  for (const std::string &result : options.results) key += result + '\0';
  for (const TensorType &type : options.resultTypes) key += str(type) + ';';
  for (const InPlace &pair : options.inPlace)
    key += std::to_string(pair.result) + '=' + std::to_string(pair.input) + ';';
  return key;
}

KernelCache::Impl KernelCache::find(const std::string &key) {
  const auto known = byKey_.find(key);
  if (known == byKey_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, known->second);
  ++counts_.hits;
  return known->second->impl;
}

Result<KernelCache::Impl> KernelCache::get(const std::string &key, const Build &build) {
  std::unique_lock lock(mutex_);
  if (Impl known = find(key)) return known;
  const auto place = flights_.find(key);
  if (place == flights_.end()) {
    const auto flight = std::make_shared<Flight>();
    flights_.emplace(key, flight);
    lock.unlock();
    return fly(key, *flight, build);
  }
  const std::shared_ptr<Flight> flight = place->second;
  ++counts_.waiting;
  landed_.wait(lock, [&] { return flight->over; });
  --counts_.waiting;
  if (!flight->result) {
    lock.unlock();
    return build();
  }
  if (*flight->result) ++counts_.hits;
  return *flight->result;
}

// Whatever takes memory comes before the landing: a flight that did not land would let others wait forever.
Result<KernelCache::Impl> KernelCache::fly(const std::string &key, Flight &flight, const Build &build) {
  std::optional<Result<Impl>> result, shared;
  Entries entry;
  try {
    result = build();
    if (!*result || (**result)->compilation.files.empty()) shared = result;
    if (capacity_ > 0 && shared && *shared) {
      entry.emplace_front();
      entry.front().key = key;
      entry.front().impl = **shared;
    }
  } catch (...) {
    land(key, flight, {}, {});
    throw;
  }
  const Entries evicted = land(key, flight, std::move(shared), std::move(entry));
  return *std::move(result);
}

KernelCache::Entries KernelCache::land(const std::string &key, Flight &flight, std::optional<Result<Impl>> result,
                                       Entries entry) {
  const std::lock_guard lock(mutex_);
  flight.result = std::move(result);
  flight.over = true;
  landed_.notify_all();
  flights_.erase(key);
  if (entry.empty() || !byKey_.try_emplace(entry.front().key, entry.begin()).second) return {};
  codeBytes_ += entry.front().impl->codeBytes;
  entries_.splice(entries_.begin(), entry);
  return evict();
}

KernelCache::Entries KernelCache::evict() {
  Entries evicted;
  while (entries_.size() > capacity_ || (codeBytes_ > mostCodeBytes_ && entries_.size() > 1)) {
    codeBytes_ -= entries_.back().impl->codeBytes;
    byKey_.erase(entries_.back().key);
    evicted.splice(evicted.begin(), entries_, std::prev(entries_.end()));
    ++counts_.evicted;
  }
  return evicted;
}

void KernelCache::clear() {
  Entries released; // without the mutex
  const std::lock_guard lock(mutex_);
  byKey_.clear();
  codeBytes_ = 0;
  released.swap(entries_);
}

KernelCache::Counts KernelCache::counts() const {
  const std::lock_guard lock(mutex_);
  Counts counts = counts_;
  counts.kept = entries_.size();
  return counts;
}

KernelCache &processCache() {
  static KernelCache &cache = *new KernelCache; // never destroyed: threads may compile while the process ends
  return cache;
}

} // namespace einjit
