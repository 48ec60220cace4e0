// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Plan/Tile.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace einjit::plan {

/// Vector instructions that folding the lanes of a register takes, where so many are folded together: n vectors become
/// one with n - 1 additions and twice as many shuffles; a shuffle and an addition for each halving of what is left.
inline double foldInstructions(std::int64_t lanes, std::int64_t together) {
  const auto n = static_cast<double>(std::min(lanes, together));
  return (3 * (n - 1) + 2 * std::ceil(std::log2(static_cast<double>(lanes) / n)) + 2) / n;
}

constexpr std::int64_t ceilDiv(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// The greatest divisor of `extent` that is at most `most`; both are positive.
constexpr std::int64_t greatestDivisor(std::int64_t extent, std::int64_t most) {
  std::int64_t divisor = std::min(extent, most);
  while (extent % divisor != 0) --divisor;
  return divisor;
}

/// Elements that are copied at once to rows from vectors in which they stand side by side: pieces of both, which need
/// no memory on the way; or else, where those would be shorter than 4, a vector, of which the last in a row is masked.
constexpr std::int64_t pieceOfRow(std::int64_t row, std::int64_t lanes) {
  constexpr std::int64_t leastPiece = 4;
  const std::int64_t piece = std::gcd(row, lanes);
  return piece >= leastPiece ? piece : std::min(row, lanes);
}

/// Whether one instruction loads a vector of elements so far apart.
constexpr bool vectorLoadable(std::int64_t stride) { return stride == 0 || stride == 1 || stride == -1; }

/// Load instructions, and shuffles, for a vector of elements so far apart, where blocks may be transposed or not.
inline double loadInstructions(std::int64_t stride, std::int64_t lanes, bool inBlocks) {
  const auto n = static_cast<double>(lanes);
  return vectorLoadable(stride) ? 1.0 : inBlocks ? 1 + std::log2(n) : n;
}

/// Estimates register tiles of one op, which are given by their `vectors` and `repeats`, as derived in Tile.h.
class TileModel {
public:
  /// For tiles with iterator `v` as vectors of so many lanes, which operand `packed` has side by side anyway.
  TileModel(const OpFacts &facts, const Target &target, std::size_t v, std::int64_t lanes,
            std::optional<std::size_t> packed, bool inBlocks = false)
      : facts_(facts), target_(target), v_(v), lanes_(lanes), packed_(packed), inBlocks_(inBlocks) {}

  /// Vector registers that the tile needs.
  std::int64_t registers(const Tile &tile) const;
  /// Cycles for the whole op.
  double time(const Tile &tile) const;
  /// The fastest of some tiles, or of a reduction's one as good of which less code is made, with its reason.
  Tile fastest(std::vector<Tile> tiles) const;

private:
  double instructions(const Tile &tile) const;
  std::string describe(const Tile &tile) const;
  bool moves(std::size_t operand, std::size_t iterator) const {
    return facts_.iterators[iterator].strides[operand] != 0;
  }
  std::int64_t movingRepeats(const Tile &tile, std::size_t operand) const;
  double linesOfVector(std::size_t operand) const;
  double loads(const Tile &tile) const;
  double stepTime(const Tile &tile) const;
  double scatterTime(const Tile &tile) const;
  double joinedTime(const Tile &tile) const;
  double copyTime(const Tile &tile) const;
  std::int64_t bytesFromL2(const Tile &tile) const;
  std::optional<std::size_t> largerOfBatch() const;
  bool vectorIsReadAcross() const;
  double pointsOutside(const Tile &tile) const;
  double nestInstructions(const Tile &tile) const;
  template <class Use> void forEachNest(Tile tile, std::size_t side, double count, const Use &use) const;

  const OpFacts &facts_;
  const Target &target_;
  std::size_t v_;
  std::int64_t lanes_;
  std::optional<std::size_t> packed_;
  bool inBlocks_; ///< whether vectors of far elements are transposed
};

} // namespace einjit::plan
