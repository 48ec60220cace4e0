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
  auto [place, isFirst] = flights_.try_emplace(key);
  if (isFirst) {
    place->second = std::make_shared<Flight>();
    const std::shared_ptr<Flight> flight = place->second;
    lock.unlock();
    return fly(key, flight, build);
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

Result<KernelCache::Impl> KernelCache::fly(const std::string &key, const std::shared_ptr<Flight> &flight,
                                           const Build &build) {
  std::optional<Result<Impl>> result;
  try {
    result = build();
  } catch (...) {
    land(key, *flight, {});
    throw;
  }
  const bool shared = !*result || (**result)->compilation.files.empty();
  const Entries evicted = land(key, *flight, shared ? result : std::nullopt);
  return *std::move(result);
}

KernelCache::Entries KernelCache::land(const std::string &key, Flight &flight, std::optional<Result<Impl>> result) {
  Entries evicted, added;
  const bool keep = capacity_ > 0 && result && *result;
  if (keep) added.push_front({key, **result});
  {
    const std::lock_guard lock(mutex_);
    flights_.erase(key);
    flight.result = std::move(result);
    flight.over = true;
    landed_.notify_all();
    if (keep && byKey_.try_emplace(added.front().key, added.begin()).second) {
      entries_.splice(entries_.begin(), added);
      codeBytes_ += entries_.front().impl->codeBytes;
      evicted = evict();
    }
  }
  return evicted;
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
