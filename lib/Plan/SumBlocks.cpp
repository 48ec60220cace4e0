// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/SumBlocks.h"
#include "Plan/Fetching.h"
#include "Plan/Packing.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cstdlib>

namespace einjit::plan {
namespace {

/// Shorter blocks read and write partial sums too often; while operands come from afar, there is time for that.
constexpr std::int64_t leastBlockForBoth = 96, leastBlockAhead = 32;
/// Partial sums from beyond L2 take as long to come and go as 30 multiply-adds; and pieces of a line that are copied.
constexpr std::int64_t leastBlockFar = 512, leastRun = 4;
/// With fewer blocks too much is read before any of it was fetched.
constexpr std::int64_t leastBlocksAhead = 4, manyBlocksAhead = 16;

/// Of V in L2: with fewer than these S is read too often, so that blocks are cut to have more.
constexpr std::int64_t fewTiles = 4, manyTiles = 12, leastBlockWide = 128;

class Choice {
public:
  Choice(const OpFacts &facts, const Target &target, const Tile &tile, const Blocking &blocking, bool exact)
      : facts_(facts), target_(target), tile_(tile), k_(blocking.k), n_(blocking.n), m_(blocking.m),
        v_(blocking.vectorOperand), s_(blocking.broadcastOperand), packsVector_(blocking.packsVector), exact_(exact),
        copyLanes_(std::max(tile.lanes, target.lanes(facts.elementBytes))) {}

  SumBlocks run() const {
    if (k_.empty() || !s_ || hasShortEnd()) return {};
    if (!moves(*s_, *tile_.vectorIterator)) { // not of a batch
      if (const auto cut = ahead()) return {*cut, SumBlocks::Reason::Ahead};
      if (const auto cut = both()) return {*cut, SumBlocks::Reason::Both};
    }
    if (const auto cut = wide()) return {*cut, SumBlocks::Reason::Wide};
    if (const auto cut = pieces()) return {*cut, SumBlocks::Reason::Pieces};
    return panel();
  }

private:
  bool moves(std::size_t operand, std::size_t iterator) const {
    return facts_.iterators[iterator].strides[operand] != 0;
  }
  bool isContiguous(const OuterLoop &loop, std::size_t operand) const {
    return std::abs(facts_.iterators[loop.iterator].strides[operand]) == 1;
  }

  /// Whether iterations that are taken together leave a shorter loop: then no loop has the whole sum.
  bool hasShortEnd() const {
    return tile_.together && facts_.iterators[tile_.together->iterator].extent % tile_.together->count != 0;
  }

  /// Points of the parallel iterators that move this operand and not the other.
  std::int64_t ownPoints(std::size_t operand, std::size_t other) const {
    std::int64_t points = 1;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (!facts_.iterators[i].reduced && moves(operand, i) && !moves(other, i))
        points = product(points, facts_.iterators[i].extent);
    return points;
  }
  std::int64_t resultBytes() const {
    return product(product(ownPoints(*s_, v_), ownPoints(v_, *s_)), facts_.elementBytes);
  }
  /// Of both operands, that one iteration of K reads.
  std::int64_t sliceBytes() const { return product(ownPoints(*s_, v_) + ownPoints(v_, *s_), facts_.elementBytes); }

  std::optional<Cut> ahead() const {
    const bool isOneTile = countOf(n_) == 1 && countOf(m_) == 1; // whose sums wait in registers
    if (isOneTile || !hasTimeToFetch(tile_) || resultBytes() > target_.l2Bytes / 2 ||
        facts_.bytesTouched() <= static_cast<double>(target_.l2Bytes))
      return std::nullopt;
    const Cut cut = withoutMasks(cutAt(k_, sliceBytes(), target_.l2Bytes / 8));
    const std::int64_t length = inside(k_, cut);
    if (cut.isNone() || length < leastBlockAhead || countOf(k_) < product(length, leastBlocksAhead))
      return std::nullopt;
    const bool fetchesV = isFetched(v_, *s_, cut), fetchesS = isFetched(*s_, v_, cut);
    if ((!fetchesV && !fetchesS) || !(fetchesV || isNear(v_)) || !(fetchesS || isNear(*s_))) return std::nullopt;
    // Large partial sums of short sums take longer to come and go than V to be read where all of S stays in L2.
    const bool isLong = countOf(k_) >= product(length, manyBlocksAhead);
    const bool staysS = !fetchesS && facts_.operandBytes[*s_] <= target_.l2Bytes / 2;
    if (staysS && !isLong && resultBytes() > target_.l2Bytes / 4) return std::nullopt;
    return cut;
  }

  bool isSmall(std::size_t operand) const { return facts_.operandBytes[operand] <= target_.l2Bytes / 4; }
  /// Whether it comes to L2 and stays there, or in rows.
  bool isNear(std::size_t operand) const { return isSmall(operand) || isContiguous(k_.back(), operand); }

  /// Whether it is worth fetching, and a block of K, cut so, is one piece of its memory.
  bool isFetched(std::size_t operand, std::size_t other, const Cut &cut) const {
    if (isSmall(operand)) return false;
    const std::size_t blocks = counted(cut);
    std::int64_t elements = ownPoints(operand, other);
    for (std::size_t i = blocks + 1; i < k_.size(); ++i) elements = product(elements, lengthOf(k_[i]));
    const std::int64_t stride = std::abs(facts_.iterators[k_[blocks].iterator].strides[operand]);
    return product(stride, tileLength(tile_, k_[blocks].iterator)) == elements;
  }
  std::int64_t lengthOf(const OuterLoop &loop) const { return product(loop.count, tileLength(tile_, loop.iterator)); }

  std::optional<Cut> both() const {
    if (countOf(n_) == 1 || countOf(m_) == 1 || isSmall(*s_)) return std::nullopt;
    if (std::ranges::any_of(k_, [&](const OuterLoop &loop) { return isContiguous(loop, *s_); })) return std::nullopt;
    if (resultBytes() > blockBytes(target_) / 2 || product(sliceBytes(), countOf(k_)) <= blockBytes(target_))
      return std::nullopt;
    const Cut cut = withoutMasks(cutAt(k_, sliceBytes(), blockBytes(target_)));
    return inside(k_, cut) < leastBlockForBoth ? std::nullopt : std::optional(cut);
  }

  /// Whether S comes in short rows from beyond L2, which neither prefetchers follow nor fetches bring.
  bool isInShortRows() const {
    const auto isWhole = [&](const OuterLoop &loop) {
      return std::abs(facts_.iterators[loop.iterator].strides[*s_]) == facts_.points(true);
    };
    return facts_.operandBytes[*s_] > target_.l2Bytes && isContiguous(k_.back(), *s_) &&
           std::ranges::none_of(m_, isWhole);
  }

  std::optional<Cut> wide() const {
    if (!packsVector_ || !isInShortRows()) return std::nullopt;
    const std::int64_t width = product(tileLength(tile_, *tile_.vectorIterator), facts_.elementBytes);
    const std::int64_t tiles = countOf(n_), fit = blockBytes(target_) / product(countOf(k_), width);
    if (fit >= fewTiles || tiles <= fewTiles) return std::nullopt;
    const std::int64_t slice = product(width, std::min(tiles, manyTiles));
    Cut cut = withoutMasks(cutAt(k_, slice, blockBytes(target_)));
    if (cut.length > 0 && cut.position + 1 == k_.size() && product(slice, k_.back().count) <= wideBlockBytes(target_))
      cut = {cut.position, 0};
    const std::int64_t length = inside(k_, cut);
    if (cut.isNone() || length < leastBlockWide) return std::nullopt;
    for (std::size_t i = 0; i <= counted(cut); ++i)
      if (isContiguous(k_[i], v_)) return std::nullopt; // its rows stay long
    // What S is read less, and what partial sums are read and written more.
    const double lines = static_cast<double>(facts_.operandBytes[*s_]) * static_cast<double>(tiles);
    const double saved =
        lines / static_cast<double>(std::max<std::int64_t>(1, fit)) - lines / static_cast<double>(manyTiles);
    const double paid =
        2 * static_cast<double>(resultBytes()) * static_cast<double>(countOf(k_)) / static_cast<double>(length);
    // Those that come from beyond L2 are waited for, while S is fetched.
    const int weight = resultBytes() > target_.l2Bytes ? 4 : 2;
    return saved > weight * paid ? std::optional(cut) : std::nullopt;
  }

  /// Where V is contiguous along the loop around that of S: of V a line or the greatest part of it that divides its
  /// rows, and as much of S as fits beside that.
  std::optional<Cut> pieces() const {
    if (exact_ || tile_.together || k_.size() < 2 || !packsVector_ || countOf(m_) == 1) return std::nullopt;
    const std::size_t outer = k_.size() - 2, inner = k_.size() - 1;
    if (!isContiguous(k_[outer], v_) || !isContiguous(k_[inner], *s_)) return std::nullopt;
    if (facts_.registersPerVector() > 1 || // which compute longer
        packsBroadcast(facts_, target_, *s_, countOf(n_), k_[inner].iterator, tile_))
      return std::nullopt;
    if (std::min(facts_.operandBytes[v_], facts_.operandBytes[*s_]) <= target_.l2Bytes) return std::nullopt;
    const std::int64_t width = product(tileLength(tile_, *tile_.vectorIterator), facts_.elementBytes);
    const std::int64_t line = target_.cacheLineBytes / facts_.elementBytes;
    const std::int64_t piece = greatestDivisor(k_[outer].count, line);
    const std::int64_t most = blockBytes(target_) / product(width, piece);
    if (piece < line / 2 || most >= k_[inner].count) return std::nullopt;
    std::int64_t rows = 1; // of S in a tile, each of which is fetched by a part of the loop
    for (const Tile::Repeat &repeat : tile_.repeats)
      if (moves(*s_, repeat.iterator)) rows *= repeat.count;
    const std::int64_t length = cutAt({k_[inner]}, product(width, piece), blockBytes(target_)).length;
    if (length < leastLinesOfRow * line) return std::nullopt;
    return Cut{outer, piece < k_[outer].count ? piece : 0, ceilDiv(length, rows) * rows};
  }

  /// The least block of V has a tile's lanes and, where V is packed and contiguous along a loop of N, a vector of that.
  /// Where partial sums come and go beyond L2, rather a part of one than short blocks.
  SumBlocks panel() const {
    const std::int64_t width = product(tileLength(tile_, *tile_.vectorIterator), facts_.elementBytes);
    std::int64_t run = 1;
    for (const OuterLoop &loop : n_)
      if (packsVector_ && loop.iterator != *tile_.vectorIterator && isContiguous(loop, v_))
        run = std::min(loop.count, copyLanes_);
    if (countOf(m_) == 1 || product(countOf(k_), product(width, run)) <= blockBytes(target_)) return {};
    const auto cutBeside = [&] { return withoutMasks(cutAt(k_, product(width, run), blockBytes(target_))); };
    SumBlocks blocks{cutBeside(), SumBlocks::Reason::Panel, run};
    if (resultBytes() <= blockBytes(target_)) return blocks;
    while (inside(k_, blocks.cut) < leastBlockFar && run >= 2 * leastRun) {
      run /= 2;
      blocks = {cutBeside(), SumBlocks::Reason::Panel, run};
    }
    return blocks;
  }

  /// Blocks of whole vectors, or else all of one length, so that copies along K need no second mask.
  Cut withoutMasks(Cut cut) const {
    if (cut.length == 0) return cut;
    const std::int64_t count = k_[cut.position].count, most = cut.length;
    if (most >= copyLanes_) cut.length = std::min(count, ceilDiv(most, copyLanes_) * copyLanes_);
    if (most < copyLanes_) cut.length = greatestDivisor(count, most);
    if (cut.length == count) return {cut.position, 0};
    return cut.length == 1 ? Cut{cut.position + 1, 0} : cut;
  }

  const OpFacts &facts_;
  const Target &target_;
  const Tile &tile_;
  const std::vector<OuterLoop> &k_, &n_, &m_;
  const std::size_t v_;
  const std::optional<std::size_t> s_;
  const bool packsVector_, exact_;
  const std::int64_t copyLanes_; ///< the most that a copy has
};

} // namespace

std::string_view reasonText(SumBlocks::Reason reason) {
  switch (reason) {
  case SumBlocks::Reason::Ahead: return "blocks of sums; the next is read while one is multiplied";
  case SumBlocks::Reason::Wide: return "blocks of sums, so short that many columns fit L2";
  case SumBlocks::Reason::Pieces: return "blocks of sums along both operands' rows";
  case SumBlocks::Reason::Both:
  case SumBlocks::Reason::Panel: break;
  }
  return "blocks of sums, whose part of an operand fits L2";
}

SumBlocks chooseSumBlocks(const OpFacts &facts, const Target &target, const Tile &tile, const Blocking &blocking,
                          bool exact) {
  return Choice(facts, target, tile, blocking, exact).run();
}

} // namespace einjit::plan
