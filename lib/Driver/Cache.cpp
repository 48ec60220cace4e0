// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Cache.h"
#include <algorithm>
#include <vector>

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
  return key;
}

std::shared_ptr<const Kernel::Impl> KernelCache::find(const std::string &key) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return nullptr;
  entry->second.lastUse = ++clock_;
  return entry->second.impl;
}

void KernelCache::insert(const std::string &key, std::shared_ptr<const Kernel::Impl> impl) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= capacity) evict();
  entries_.insert_or_assign(key, Entry{std::move(impl), ++clock_});
}

void KernelCache::evict() {
  std::vector<std::uint64_t> uses;
  for (const auto &[key, entry] : entries_) uses.push_back(entry.lastUse);
  const auto middle = uses.begin() + static_cast<std::ptrdiff_t>(uses.size() / 2);
  std::nth_element(uses.begin(), middle, uses.end());
  std::erase_if(entries_, [&](const auto &entry) { return entry.second.lastUse < *middle; });
}

KernelCache &processCache() {
  static KernelCache cache;
  return cache;
}

} // namespace einjit
