// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which loops of a nest threads share. For loops p to q, which are one in the other, of an op that takes T cycles:
//
//   time = T * share + starts * forkCycles + wakeCycles + lines * (threads - 1) / threads * lineCycles
//
// share is the part that the thread with most to do has: pieces are as equal in number of iterations as can be, but
// pairs of loops that an even split makes are shared one after the other, and rows do not divide by everything.
// starts counts the iterations of all loops outside, times those pairs. Panels that are made outside of the loops are
// copied by all threads, and each reads lines of them that others have written.
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/Facts.h"
#include "Plan/Tile.h"
#include "Target/Target.h"
#include <span>

namespace einjit::plan {

/// A loop, or the loops that an even split makes of one, for threads to share.
struct SharedLoop {
  struct Part {
    std::int64_t count;  ///< of iterations
    std::int64_t length; ///< of one, in any unit
  };
  std::string name;
  std::vector<Part> parts;
  std::int64_t total;    ///< length of all iterations together: less than the parts say where the last is short
  bool isAlone = false;  ///< whether it has one part, no bound, and is all that stands in the loop in front of it
  double lines = 0;      ///< of panels that are made outside of it, in the loops of the nest
  bool isSerial = false; ///< only counts: its iterations depend on each other

  static SharedLoop whole(std::string name, std::int64_t extent) {
    return {std::move(name), {{extent, 1}}, extent, true};
  }
  /// The loop that counts tiles, as Split makes it.
  static SharedLoop ofTiles(std::string name, std::int64_t extent, std::int64_t length, std::int64_t unit);
  /// The loop over blocks of so many iterations of this one, all but the last whole, and the one over those of one.
  SharedLoop blocks(std::string blocksName, std::int64_t iterations) const;
  SharedLoop inBlock(std::string innerName, std::int64_t iterations) const;
};

/// At which data of so many bytes comes from the cache that holds it, or from memory.
double bytesPerCycle(double bytes, const Target &target);

/// Cycles that the op takes at best: arithmetic, or the bytes that it touches once.
double leastCycles(const OpFacts &facts, const Target &target, const Tile &tile);

/// Loops to make parallel, outermost first, all but the first alone in the one before; none if one thread is as fast.
std::vector<std::string> chooseShared(std::span<const SharedLoop> nest, double cycles, std::int64_t threads);

} // namespace einjit::plan
