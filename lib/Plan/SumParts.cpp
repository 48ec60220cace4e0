// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/SumParts.h"
#include "Plan/Sharing.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace einjit::plan {
namespace {

/// Iterations of a part that make up for its additions in the end, and for vectors that are filled but in part.
constexpr std::int64_t leastLength = 64;
/// A very long sum has so many times more terms than the side of a square of its results.
constexpr double veryLong = 16;
/// Where a long sum has a rest anyway, parts begin at a multiple of so many iterations: of lanes, of products at once.
constexpr std::int64_t unit = 64;

/// Of the reduced iterators with enough iterations, or else the longest: the outermost one of equal parts, or else the
/// outermost. Its parts are furthest apart in memory.
std::optional<std::size_t> chooseIterator(const OpFacts &facts, std::int64_t threads) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < facts.iterators.size(); ++i)
    if (facts.iterators[i].reduced && facts.iterators[i].extent >= 2 * threads) found.push_back(i);
  if (found.empty()) return std::nullopt;
  const auto extent = [&](std::size_t i) { return facts.iterators[i].extent; };
  const std::int64_t least = std::min(8 * threads, extent(*std::ranges::max_element(found, {}, extent)));
  std::erase_if(found, [&](std::size_t i) { return extent(i) < least; });
  const auto equal = std::ranges::find_if(found, [&](std::size_t i) { return extent(i) % threads == 0; });
  return equal == found.end() ? found.front() : *equal;
}

} // namespace

std::optional<SumParts> chooseSumParts(const OpFacts &facts, double cycles, std::int64_t threads) {
  if (!facts.hasReduction || threads < 2 || facts.points(false) == 0) return std::nullopt;
  const auto chosen = chooseIterator(facts, threads);
  if (!chosen || facts.points(true) / threads < leastLength) return std::nullopt;
  const IteratorFacts &iterator = facts.iterators[*chosen];
  const std::array<SharedLoop, 1> nest{SharedLoop::whole(iterator.name, threads)};
  if (chooseShared(nest, cycles, threads).empty()) return std::nullopt;

  SumParts parts{*chosen, iterator.extent / threads, iterator.name + "p", iterator.extent % threads != 0, facts};
  if (parts.hasRest && parts.length >= unit * unit) parts.length -= parts.length % unit;
  IteratorFacts &part = parts.part.iterators[*chosen];
  part.name = iterator.name + "q";
  part.extent = parts.length;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand)
    if (iterator.strides[operand] != 0) parts.part.operandBytes[operand] /= threads;
  return parts;
}

bool prefersSumParts(const OpFacts &facts) {
  const auto results = static_cast<double>(facts.points(false)), terms = static_cast<double>(facts.points(true));
  return terms >= veryLong * std::sqrt(results);
}

std::string planSumParts(const OpFacts &facts, const SumParts &parts, std::optional<std::size_t> lanes,
                         const std::string &accumulator, std::vector<loop::Step> &steps) {
  const std::string &sum = facts.iterators[parts.iterator].name;
  const std::string partial = accumulator + "p", own = accumulator + "q";
  loop::Reorder results, order{{parts.loop}};
  for (const IteratorFacts &iterator : facts.iterators)
    if (!iterator.reduced) results.loops.push_back(iterator.name);
  if (lanes && !facts.iterators[*lanes].reduced && *lanes + 1 < results.loops.size()) {
    std::rotate(results.loops.begin() + static_cast<std::ptrdiff_t>(*lanes),
                results.loops.begin() + static_cast<std::ptrdiff_t>(*lanes) + 1, results.loops.end());
    steps.push_back({results, "partial results lie side by side along lanes"});
  }
  order.loops.insert(order.loops.end(), results.loops.begin(), results.loops.end());
  for (const IteratorFacts &iterator : parts.part.iterators)
    if (iterator.reduced) order.loops.push_back(iterator.name);
  steps.push_back({loop::Split{sum, parts.length, parts.loop, parts.part.iterators[parts.iterator].name},
                   "a part of the sums for each thread"});
  steps.push_back({std::move(order), {}});
  steps.push_back({loop::Privatize{accumulator, parts.loop, partial, sum + "f"}, {}});
  steps.push_back({loop::Localize{partial, parts.loop, own}, {}});
  return own;
}

} // namespace einjit::plan
