// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <iterator>
#include <random>
#include <vector>

namespace einjit::test {

/// Draws that are the same for the same seed on every machine: the standard's distributions are not.
class Random {
public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  /// Between both, inclusive.
  std::int64_t in(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return in(1, 100) <= percent; }
  template <class Range> const auto &of(const Range &choices) {
    return *std::next(std::begin(choices),
                      static_cast<std::ptrdiff_t>(in(0, static_cast<std::int64_t>(std::size(choices)) - 1)));
  }
  template <class T> void shuffle(std::vector<T> &items) {
    for (std::size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[static_cast<std::size_t>(in(0, static_cast<std::int64_t>(i) - 1))]);
  }

private:
  std::mt19937_64 engine_;
};

} // namespace einjit::test
