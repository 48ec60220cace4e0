// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/SumParts.h"
#include "Plan/Sharing.h"
#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace einjit::plan {
namespace {

/// Iterations of a part that make up for its additions in the end, and for vectors that are filled but in part.
constexpr std::int64_t leastLength = 64;
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

std::string planSumParts(const OpFacts &facts, const SumParts &parts, const std::string &accumulator,
                         std::vector<loop::Step> &steps) {
  const IteratorFacts &iterator = facts.iterators[parts.iterator];
  const IteratorFacts &part = parts.part.iterators[parts.iterator];
  loop::Reorder order{{parts.loop}};
  for (const IteratorFacts &inside : parts.part.iterators) order.loops.push_back(inside.name);
  const std::string partial = accumulator + "p", own = accumulator + "q";
  steps.push_back(
      {loop::Split{iterator.name, parts.length, parts.loop, part.name}, "a part of the sums for each thread"});
  steps.push_back({std::move(order), {}});
  steps.push_back({loop::Privatize{accumulator, parts.loop, partial, iterator.name + "f"}, {}});
  steps.push_back({loop::Localize{partial, parts.loop, own}, {}});
  return own;
}

} // namespace einjit::plan
