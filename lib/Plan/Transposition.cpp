// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Transposition.h"
#include "Plan/Sharing.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>

namespace einjit::plan {
namespace {

/// Instructions that one tile may unroll to, and elements that it may have: beyond, compiling takes long.
constexpr std::int64_t maxUnrolledNodes = 1024, maxTileElements = 1024;
/// Elements along each side of a block, as derived in the header.
constexpr std::int64_t blockSide = 64;

std::optional<std::size_t> contiguousInResult(const OpFacts &facts) {
  for (std::size_t i = 0; i < facts.iterators.size(); ++i)
    if (facts.iterators[i].resultStride == 1 && facts.iterators[i].extent > 1) return i;
  return std::nullopt;
}

/// Where the largest of the operands that are far apart along `v` is contiguous.
std::optional<std::size_t> contiguousInOperand(const OpFacts &facts, std::size_t v) {
  std::optional<std::size_t> found;
  std::int64_t bytes = 0;
  for (std::size_t operand = 0; operand < facts.operandCount; ++operand) {
    if (vectorLoadable(facts.iterators[v].strides[operand]) || facts.operandBytes[operand] <= bytes) continue;
    for (std::size_t i = 0; i < facts.iterators.size(); ++i)
      if (facts.iterators[i].strides[operand] == 1 && facts.iterators[i].extent > 1) {
        found = i;
        bytes = facts.operandBytes[operand];
      }
  }
  return found;
}

bool staysInL2(const OpFacts &facts, const Target &target) {
  return facts.bytesTouched() <= static_cast<double>(target.l2Bytes);
}

/// The shortest distance that an iterator moves the result or an operand.
std::int64_t leastStride(const OpFacts &facts, std::size_t iterator) {
  std::int64_t least = INT64_MAX;
  const auto consider = [&](std::int64_t stride) {
    if (stride != 0) least = std::min(least, std::abs(stride));
  };
  consider(facts.iterators[iterator].resultStride);
  for (std::int64_t stride : facts.iterators[iterator].strides) consider(stride);
  return least;
}

/// Whatever is near along one of the other iterators is near in memory: they stand inside.
std::vector<std::size_t> othersFarOutermost(const OpFacts &facts, const Transposition &t) {
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < facts.iterators.size(); ++i)
    if (i != t.laneIterator && i != t.columnIterator) others.push_back(i);
  std::ranges::stable_sort(others, std::greater{}, [&](std::size_t i) { return leastStride(facts, i); });
  return others;
}

class Planner {
public:
  Planner(const OpFacts &facts, const Transposition &t, std::vector<loop::Step> &steps)
      : facts_(facts), t_(t), steps_(steps) {}

  void run(std::int64_t threads, double cycles, const std::string &lanesReason) {
    orderIterators();
    const IteratorFacts &v = facts_.iterators[t_.laneIterator], &u = facts_.iterators[t_.columnIterator];
    std::string lanes = splitTile(v, t_.vectors * t_.lanes), vectors;
    const std::string columns = splitTile(u, t_.columns);
    if (t_.vectors > 1 || v.extent % t_.lanes != 0) {
      vectors = v.name + "v";
      add(loop::Split{lanes, t_.lanes, vectors, v.name + "l", true}, "lanes of one register; the last may be masked");
      lanes = v.name + "l";
    }
    order(vectors, columns, lanes);
    add(loop::Vectorize{lanes}, lanesReason);
    add(loop::Unroll{columns}, {});
    if (!vectors.empty()) add(loop::Unroll{vectors}, {});
    if (t_.prefetchEvery > 0)
      add(loop::PrefetchStores{vectors.empty() ? columns : vectors, t_.prefetchEvery},
          "loads need not wait for stores that wait for their lines");
    parallelize(threads, cycles);
  }

private:
  void add(auto action, std::string reason) { steps_.push_back({std::move(action), std::move(reason)}); }

  void orderIterators() {
    std::vector<std::string> given;
    loop::Reorder step;
    for (const IteratorFacts &iterator : facts_.iterators) given.push_back(iterator.name);
    for (std::size_t i : t_.outside) {
      step.loops.push_back(facts_.iterators[i].name);
      outside_.push_back(SharedLoop::whole(facts_.iterators[i].name, facts_.iterators[i].extent));
    }
    step.loops.push_back(facts_.iterators[t_.laneIterator].name);
    step.loops.push_back(facts_.iterators[t_.columnIterator].name);
    if (step.loops != given) add(std::move(step), "what moves everything far comes first");
  }

  /// The loop over a tile, which stands inside of loops over blocks and over the tiles of one.
  std::string splitTile(const IteratorFacts &iterator, std::int64_t tile) {
    if (tile >= iterator.extent) return iterator.name;
    const std::string outer = iterator.name + "o", inner = iterator.name + "t";
    add(loop::Split{iterator.name, tile, outer, inner}, fmt::format("{} elements: whole cache lines", tile));
    const std::int64_t tiles = iterator.extent / tile, inBlock = std::max<std::int64_t>(1, blockSide / tile);
    SharedLoop loop = SharedLoop::whole(outer, tiles);
    loop.isAlone = iterator.extent % tile == 0;
    if (inBlock > 1 && inBlock < tiles) {
      const std::string block = iterator.name + "b", within = iterator.name + "c";
      add(loop::Split{outer, inBlock, block, within, true}, "blocks of few pages");
      blocks_.push_back(loop.blocks(block, inBlock));
      loop = loop.inBlock(within, inBlock);
    }
    (inBlock > 1 ? tiles_ : blocks_).push_back(std::move(loop));
    return inner;
  }

  void order(const std::string &vectors, const std::string &columns, const std::string &lanes) {
    loop::Reorder step;
    for (const auto *group : {&outside_, &blocks_, &tiles_})
      for (const SharedLoop &loop : *group) step.loops.push_back(loop.name);
    if (!vectors.empty()) step.loops.push_back(vectors);
    step.loops.push_back(columns);
    step.loops.push_back(lanes);
    if (step.loops.size() > 1)
      add(std::move(step), fmt::format("{} by {} of {} are transposed", t_.vectors * t_.lanes, t_.columns,
                                       facts_.iterators[t_.columnIterator].name));
  }

  void parallelize(std::int64_t threads, double cycles) {
    if (threads < 2) return;
    std::vector<SharedLoop> nest;
    for (const auto *group : {&outside_, &blocks_, &tiles_})
      for (const SharedLoop &loop : *group) nest.push_back(loop);
    for (const std::string &name : chooseShared(nest, cycles, threads))
      add(loop::Parallelize{name}, fmt::format("{} threads", threads));
  }

  const OpFacts &facts_;
  const Transposition &t_;
  std::vector<loop::Step> &steps_;
  std::vector<SharedLoop> outside_, blocks_, tiles_;
};

} // namespace

std::optional<Transposition> chooseTransposition(const OpFacts &facts, const Target &target) {
  const std::int64_t mostLanes = target.lanes(facts.laneBytes);
  if (facts.hasReduction || !facts.hasOwnMemory || mostLanes < 2) return std::nullopt;
  const auto v = contiguousInResult(facts);
  const auto u = v ? contiguousInOperand(facts, *v) : std::nullopt;
  if (!u) return std::nullopt;
  const auto extent = [&](std::size_t i) { return facts.iterators[i].extent; };

  const bool alongOperand = extent(*v) < std::min(mostLanes, extent(*u));
  Transposition t{alongOperand ? *u : *v, alongOperand ? *v : *u, 0, 0, 0, 0, {}};
  const std::int64_t line = std::max<std::int64_t>(1, target.cacheLineBytes / facts.elementBytes);
  const bool isNear = staysInL2(facts, target);
  t.lanes =
      std::min(mostLanes, static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(extent(t.laneIterator)))));
  t.vectors = ceilDiv(std::min(isNear ? line : 2 * line, extent(t.laneIterator)), t.lanes);
  t.columns = std::min(std::max(line, mostLanes), extent(t.columnIterator));
  const std::int64_t most =
      std::max<std::int64_t>(1, std::min(maxUnrolledNodes / facts.bodyNodes, maxTileElements / t.lanes));
  while (t.vectors > 1 && t.vectors * t.columns > most) t.vectors = ceilDiv(t.vectors, 2);
  while (t.columns > 1 && t.vectors * t.columns > most) t.columns = ceilDiv(t.columns, 2);
  if (!isNear && !alongOperand) t.prefetchEvery = line;
  t.outside = othersFarOutermost(facts, t);
  return t;
}

void planTransposition(const OpFacts &facts, const Transposition &transposition, std::int64_t threads, double cycles,
                       const std::string &lanesReason, std::vector<loop::Step> &steps) {
  Planner(facts, transposition, steps).run(threads, cycles, lanesReason);
}

} // namespace einjit::plan
