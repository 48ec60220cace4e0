// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Joining.h"
#include "Plan/Blocking.h"
#include "Plan/Cut.h"
#include "Plan/Packing.h"
#include "Plan/Streaming.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace einjit::plan {
namespace {

/// Rows side by side: with more, panels have rows of too many different places.
constexpr std::int64_t mostRows = 8;
/// Vectors of a tile's rows; more leave too few registers for repetitions.
constexpr std::int64_t mostVectors = 10;
/// Reads of an element of V that make copying it worth it.
constexpr std::int64_t leastReuse = 32;
/// Estimated times that differ by less are as good as each other.
constexpr double leastGain = 0.95;

class Choice {
public:
  Choice(const OpFacts &facts, const Tile &tile, std::int64_t resultBytes, const Target &target)
      : facts_(facts), tile_(tile), target_(target), wide_(target.lanes(facts.elementBytes)),
        line_(target.cacheLineBytes / resultBytes) {}

  std::optional<Joining> run() {
    if (!isProduct()) return std::nullopt;
    if (auto joined = goesOn()) return joined;
    if (facts_.reuse(operand_) < leastReuse && !isCopiedNearby()) return std::nullopt;
    if (!chooseRows()) return std::nullopt;
    describe();
    const TileModel joined(result_.facts, target_, v_, wide_, operand_);
    result_.streams = mayStream();
    std::vector<Tile> tiles = tilesOf(joined);
    if (tiles.empty()) return std::nullopt;
    result_.tile = joined.fastest(std::move(tiles));
    if (tileTime(result_.facts, target_, result_.tile) > leastGain * tileTime(facts_, target_, tile_))
      return std::nullopt;
    return std::move(result_);
  }

private:
  const IteratorFacts &lanes() const { return facts_.iterators[v_]; }

  /// Of two operands, one of which has lanes whose results are side by side.
  bool isProduct() {
    if (!facts_.hasReduction || !facts_.hasOwnMemory || !tile_.vectorIterator || tile_.streams || tile_.together)
      return false;
    if (facts_.productsAtOnce > 1 || facts_.registersPerVector() > 1) return false;
    v_ = *tile_.vectorIterator;
    if (lanes().reduced || lanes().resultStride != 1 || facts_.movesAll(v_)) return false;
    const auto isMoved = [&](std::size_t operand) { return lanes().strides[operand] != 0; };
    std::size_t factors = 0;
    for (std::size_t operand = 0; operand < facts_.operandCount; ++operand) {
      if (!facts_.bodyOperand[operand]) continue;
      ++factors;
      if (isMoved(operand)) operand_ = operand;
    }
    return factors == 2 && facts_.isPackable[operand_];
  }

  /// Whether the operand is copied anyway, for results that stay in caches: else they are waited for, and better
  /// fetched row by row.
  bool isCopiedNearby() const {
    return packedOperand(facts_, target_, v_) == operand_ && !leavesCaches(facts_, target_);
  }

  // Rows that go on in each other.

  /// R rows of an iterator that is the result's next axis, for results that come from memory in rows that are no whole
  /// lines.
  std::optional<Joining> goesOn() {
    if (!leavesCaches(facts_, target_) || lanes().extent % line_ == 0 || lanes().extent >= wide_ * mostVectors ||
        packedOperand(facts_, target_, v_) != operand_ || !areLinesApart())
      return std::nullopt;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      const IteratorFacts &iterator = facts_.iterators[i];
      if (iterator.reduced || iterator.resultStride != lanes().extent || facts_.movesAll(i)) continue;
      if (const std::int64_t count = countThatGoOn(iterator); count > 1) return joinedAlong(i, count);
    }
    return std::nullopt;
  }
  /// Whether the other axes of the result begin with lines.
  bool areLinesApart() const {
    return std::ranges::all_of(facts_.iterators, [&](const IteratorFacts &iterator) {
      return iterator.resultStride % line_ == 0 || iterator.resultStride == 1 ||
             iterator.resultStride == lanes().extent;
    });
  }
  /// R: the most that make whole lines and vectors, along which V is contiguous; else 1.
  std::int64_t countThatGoOn(const IteratorFacts &iterator) const {
    if (std::abs(iterator.strides[operand_]) != 1) return 1;
    const std::int64_t bytes = product(lanes().extent * facts_.elementBytes, facts_.points(true)); // of V, in a row
    std::int64_t best = 1;
    for (std::int64_t count = 2; count <= std::min(mostRows, iterator.extent); ++count) {
      const std::int64_t elements = count * lanes().extent;
      const bool isWhole = iterator.extent % count == 0 && elements % wide_ == 0 && elements % line_ == 0;
      if (isWhole && product(count, bytes) <= blockBytes(target_) / 4) best = count;
    }
    return best;
  }

  std::optional<Joining> joinedAlong(std::size_t rows, std::int64_t count) const {
    OpFacts whole = facts_; // the rows as one axis
    whole.iterators[v_].extent *= count;
    whole.iterators[rows].extent /= count;
    const TileModel model(whole, target_, v_, wide_, operand_);
    std::vector<Tile> tiles = tilesOfLines(whole, model);
    if (tiles.empty()) return std::nullopt;
    Joining result{};
    result.goesOn = result.streams = true;
    result.registers = model.fastest(std::move(tiles));
    splitFacts(rows, count, result);
    result.tile = {v_, lanes().extent, 1, result.registers.repeats, {}, operand_, result.registers.reason, {}};
    result.tile.repeats.push_back({result.rows, count});
    return result;
  }

  /// Register tiles that write whole lines, and leave V in place along what they repeat.
  std::vector<Tile> tilesOfLines(const OpFacts &whole, const TileModel &model) const {
    std::vector<Tile> tiles;
    for (std::int64_t vectors = 1; vectors <= std::min(mostVectors, whole.iterators[v_].extent / wide_); ++vectors)
      for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
        const IteratorFacts &iterator = facts_.iterators[i];
        if (iterator.reduced || iterator.strides[operand_] != 0 || vectors * wide_ % line_ != 0) continue;
        for (std::int64_t repeats = 2; repeats <= iterator.extent; ++repeats) {
          Tile tile{v_, wide_, vectors, {{i, repeats}}, {}, operand_, {}, {}};
          if (model.registers(tile) > target_.vectorRegisters) break;
          tiles.push_back(std::move(tile));
        }
      }
    return tiles;
  }

  /// r becomes ro and rr.
  void splitFacts(std::size_t rows, std::int64_t count, Joining &result) const {
    result.facts = facts_;
    IteratorFacts &counted = result.facts.iterators[rows];
    IteratorFacts inside = counted;
    result.whole = counted.name;
    inside.name += "r";
    inside.extent = count;
    result.part = inside.name;
    counted.name += "o";
    counted.extent /= count;
    counted.resultStride *= count;
    for (std::int64_t &stride : counted.strides) stride *= count;
    result.count = count;
    result.unit = 1;
    const auto reduced = std::ranges::find_if(result.facts.iterators, &IteratorFacts::reduced);
    result.rows = static_cast<std::size_t>(reduced - result.facts.iterators.begin());
    result.facts.iterators.insert(reduced, std::move(inside));
  }

  /// Idle lanes of so many rows side by side, as a part of all.
  double idle(std::int64_t count) const {
    const std::int64_t elements = count * lanes().extent, all = ceilDiv(elements, wide_) * wide_;
    return static_cast<double>(all - elements) / static_cast<double>(all);
  }

  /// The iterator of V that has the most iterations for the R with the fewest idle lanes.
  bool chooseRows() {
    double best = idle(1);
    for (std::int64_t count = 2; count <= mostRows && ceilDiv(count * lanes().extent, wide_) <= mostVectors; ++count) {
      if (idle(count) >= best) continue;
      const auto rows = rowsOf(count);
      if (!rows) continue;
      best = idle(count);
      result_.rows = *rows;
      result_.count = count;
    }
    return best < idle(1);
  }

  std::optional<std::size_t> rowsOf(std::int64_t count) const {
    std::optional<std::size_t> rows;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      const IteratorFacts &iterator = facts_.iterators[i];
      if (i == v_ || iterator.reduced || facts_.movesAll(i) || iterator.strides[operand_] == 0) continue;
      if (iterator.extent % count != 0 || iterator.extent == count) continue;
      if (!rows || iterator.extent > facts_.iterators[*rows].extent) rows = i;
    }
    return rows;
  }

  void describe() {
    result_.facts = facts_;
    IteratorFacts &rows = result_.facts.iterators[result_.rows];
    result_.whole = rows.name;
    result_.part = rows.name + "r";
    rows.name += "o";
    rows.extent /= result_.count;
    IteratorFacts &joined = result_.facts.iterators[v_];
    joined.rows = result_.count;
    joined.extent *= result_.count;
    result_.piece = pieceOfRow(lanes().extent, wide_);
    result_.unit = 1;
  }

  /// Whether the result comes from memory, and rows that follow each other can be repeated in whole lines. Then that is
  /// what tiles do.
  bool mayStream() {
    const std::int64_t unit = line_ / std::gcd(line_, lanes().extent);
    if (!leavesCaches(facts_, target_) || lanes().extent % result_.piece != 0) return false;
    const auto next = std::ranges::find_if(result_.facts.iterators, [&](const IteratorFacts &iterator) {
      return !iterator.reduced && iterator.resultStride == lanes().extent && iterator.strides[operand_] == 0;
    });
    if (next == result_.facts.iterators.end() || next->extent % unit != 0) return false;
    const auto repeated = static_cast<std::size_t>(next - result_.facts.iterators.begin());
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (i != v_ && i != repeated && facts_.iterators[i].resultStride % line_ != 0) return false;
    repeated_ = repeated;
    result_.unit = unit;
    return true;
  }

  /// Of all lanes, and repetitions of an iterator that leaves V in place.
  std::vector<Tile> tilesOf(const TileModel &model) const {
    std::vector<Tile> tiles;
    const std::int64_t vectors = ceilDiv(result_.facts.iterators[v_].extent, wide_);
    std::vector<std::size_t> repeatable; // the nearest results first, which win of equals
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (!facts_.iterators[i].reduced && facts_.iterators[i].strides[operand_] == 0) repeatable.push_back(i);
    std::ranges::stable_sort(repeatable, {}, [&](std::size_t i) { return std::abs(facts_.iterators[i].resultStride); });
    for (std::size_t i : repeatable) {
      const IteratorFacts &iterator = facts_.iterators[i];
      if (repeated_ && i != repeated_) continue;
      for (std::int64_t count = result_.unit; count <= iterator.extent; count += result_.unit) {
        Tile tile{v_, wide_, vectors, {}, {}, operand_, {}, {}};
        if (count > 1) tile.repeats = {{i, count}};
        if (model.registers(tile) > target_.vectorRegisters) break;
        tiles.push_back(std::move(tile));
      }
    }
    return tiles;
  }

  const OpFacts &facts_;
  const Tile &tile_;
  const Target &target_;
  const std::int64_t wide_, line_; ///< elements of a register, and of the result in a line
  std::size_t v_ = 0, operand_ = 0;
  std::optional<std::size_t> repeated_ = {}; ///< the only iterator that tiles repeat
  Joining result_{};
};

} // namespace

std::optional<Joining> chooseJoining(const OpFacts &facts, const Tile &tile, std::int64_t resultBytes,
                                     const Target &target) {
  return Choice(facts, tile, resultBytes, target).run();
}

} // namespace einjit::plan
