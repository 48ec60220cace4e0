// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Sharing.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cmath>

namespace einjit::plan {
namespace {

/// What a parallel loop takes besides its work while helpers look out for it, and what it takes to wake them.
constexpr double forkCycles = 2000, wakeCycles = 6000;
/// What a line takes from another core's cache, of many on their way.
constexpr double lineCycles = 5;
/// Threads that do not gain so much are left to others.
constexpr double worthwhile = 0.75;
/// Estimates that differ by less say nothing: then the outermost loops are shared, whose data is further apart.
constexpr double significant = 0.02;

double countOf(const SharedLoop &loop) {
  double count = 0;
  for (const SharedLoop::Part &part : loop.parts) count += static_cast<double>(part.count);
  return count;
}

/// The part of the outer loop's time that the thread with most to do has, with `inner` iterations of loops inside it
/// for each of its own.
double largestShare(const SharedLoop &outer, double inner, std::int64_t threads) {
  double most = 0;
  for (const SharedLoop::Part &part : outer.parts) {
    const double iterations = static_cast<double>(part.count) * inner;
    most += std::ceil(iterations / static_cast<double>(threads)) / inner * static_cast<double>(part.length);
  }
  return std::min(1.0, most / static_cast<double>(outer.total));
}

} // namespace

SharedLoop SharedLoop::ofTiles(std::string name, std::int64_t extent, std::int64_t length, std::int64_t unit) {
  SharedLoop loop{std::move(name), {}, extent};
  for (const loop::EvenPart &part : loop::evenParts(extent, length, unit))
    loop.parts.push_back({part.count, part.length});
  loop.isAlone = loop.parts.size() == 1;
  return loop;
}

SharedLoop SharedLoop::blocks(std::string blocksName, std::int64_t iterations) const {
  SharedLoop result{std::move(blocksName), {}, total, isAlone};
  for (const Part &part : parts) result.parts.push_back({ceilDiv(part.count, iterations), iterations * part.length});
  return result;
}

SharedLoop SharedLoop::inBlock(std::string innerName, std::int64_t iterations) const {
  const bool isBounded = std::ranges::any_of(parts, [&](const Part &part) { return part.count % iterations != 0; });
  return {std::move(innerName), {{iterations, 1}}, iterations, !isBounded};
}

double bytesPerCycle(double bytes, const Target &target) {
  const std::int64_t rate = bytes <= static_cast<double>(target.l2Bytes)   ? target.l2BytesPerCycle
                            : bytes <= static_cast<double>(target.l3Bytes) ? target.l3BytesPerCycle
                                                                           : target.memoryBytesPerCycle;
  return static_cast<double>(rate);
}

double leastCycles(const OpFacts &facts, const Target &target, const Tile &tile) {
  const auto points = static_cast<double>(facts.points(false));
  const double all = points * static_cast<double>(std::max<std::int64_t>(1, facts.points(true)));
  const double lanes = tile.vectorIterator ? static_cast<double>(tile.lanes) : 1;
  const double work =
      all * static_cast<double>(facts.bodyOperations) / (lanes * static_cast<double>(target.fmaPerCycle));
  const double bytes = facts.bytesTouched();
  return std::max(work, bytes / bytesPerCycle(bytes, target));
}

std::vector<std::string> chooseShared(std::span<const SharedLoop> nest, double cycles, std::int64_t threads) {
  std::vector<std::string> best;
  double least = cycles * worthwhile, outside = 1;
  for (std::size_t first = 0; first < nest.size(); outside *= countOf(nest[first++])) {
    if (nest[first].isSerial) continue;
    const double starts = outside * static_cast<double>(nest[first].parts.size());
    const double ofOthers = nest[first].lines * static_cast<double>(threads - 1) / static_cast<double>(threads);
    std::vector<std::string> loops;
    double inner = 1;
    for (std::size_t last = first; last < nest.size(); ++last) {
      if (last > first && (!nest[last].isAlone || nest[last].isSerial)) break;
      if (last > first) inner *= countOf(nest[last]);
      loops.push_back(nest[last].name);
      const double time =
          cycles * largestShare(nest[first], inner, threads) + starts * forkCycles + wakeCycles + ofOthers * lineCycles;
      if (time > least * (best.empty() ? 1 : 1 - significant)) continue;
      best = loops;
      least = time;
    }
  }
  return best;
}

} // namespace einjit::plan
