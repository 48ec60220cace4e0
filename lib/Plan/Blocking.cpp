// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Blocking.h"
#include "Plan/Packing.h"
#include "Plan/TileModel.h"
#include "Support/Checked.h"
#include <algorithm>
#include <cstdlib>

namespace einjit::plan {
namespace {

/// A tile of 14 x 32 results reads (14 + 32) K elements from L2 and writes 448 to memory, which is ten times as slow.
constexpr std::int64_t longestOfWriting = 96;

/// Shorter blocks read and write partial sums too often.
constexpr std::int64_t leastBlockForBoth = 96;

std::int64_t countOf(const std::vector<OuterLoop> &loops) {
  std::vector<std::int64_t> counts;
  for (const OuterLoop &loop : loops) counts.push_back(loop.count);
  return checkedProduct(counts).value_or(INT64_MAX);
}

std::int64_t product(std::int64_t a, std::int64_t b) { return checkedMul(a, b).value_or(INT64_MAX); }

/// The innermost loops whose iterations together take at most `budget` bytes, `bytes` each.
Cut cutAt(const std::vector<OuterLoop> &loops, std::int64_t bytes, std::int64_t budget) {
  for (std::size_t i = loops.size(); i-- > 0;) {
    const std::int64_t whole = product(bytes, loops[i].count);
    if (whole <= budget) {
      bytes = whole;
      continue;
    }
    const std::int64_t most = std::max<std::int64_t>(1, budget / bytes);
    const std::int64_t length = ceilDiv(loops[i].count, ceilDiv(loops[i].count, most)); // blocks of equal length
    if (length == 1) return {i + 1, 0};
    return {i, length == loops[i].count ? 0 : length};
  }
  return {};
}

/// Iterations inside the cut.
std::int64_t inside(const std::vector<OuterLoop> &loops, const Cut &cut) {
  std::int64_t count = 1;
  for (std::size_t i = cut.position; i < loops.size(); ++i)
    count = product(count, i == cut.position && cut.length > 0 ? cut.length : loops[i].count);
  return count;
}

class BlockingChoice {
public:
  BlockingChoice(const OpFacts &facts, const Target &target, const Tile &tile, bool exact)
      : facts_(facts), target_(target), tile_(tile), exact_(exact), v_(*tile.vectorIterator),
        copyLanes_(std::max(tile.lanes, target.lanes(facts.elementBytes))) {}

  std::optional<Blocking> run() {
    if (!findOperands()) return std::nullopt;
    groupLoops();
    if (!exact_) orderReduced();
    blocking_.packsVector = hasBatchLanes_ ? packsFarRows(facts_, target_, blocking_.vectorOperand) && !readsLines()
                                           : packedOperand(facts_, target_, v_) == blocking_.vectorOperand;
    cutReduced();
    blocking_.packsBroadcast = packsBroadcast();
    blocking_.vectorStays = vectorStays();
    if (blocking_.packsVector) bringNearInside(blocking_.n, blocking_.vectorOperand);
    if (blocking_.packsBroadcast) bringNearInside(blocking_.m, *blocking_.broadcastOperand);
    cutParallel();
    blocking_.inOrderOfResult = writesMuch();
    return blocking_;
  }

private:
  bool moves(std::size_t operand, std::size_t iterator) const {
    return facts_.iterators[iterator].strides[operand] != 0;
  }

  bool findOperands() {
    std::vector<std::size_t> moved, others;
    for (std::size_t operand = 0; operand < facts_.operandCount; ++operand)
      if (facts_.bodyOperand[operand]) (moves(operand, v_) ? moved : others).push_back(operand);
    hasBatchLanes_ = moved.size() == 2 && others.empty();
    if (hasBatchLanes_) {
      for (std::size_t operand : moved)
        if (!isSideBySide(operand)) return false;
      if (facts_.operandBytes[moved[0]] < facts_.operandBytes[moved[1]]) std::swap(moved[0], moved[1]);
      others.push_back(moved[1]);
    } else if (moved.size() != 1 || others.size() > 1) {
      return false;
    }
    blocking_.vectorOperand = moved[0];
    if (!others.empty()) blocking_.broadcastOperand = others[0];
    return true;
  }
  /// Whether a tile with lanes of a batch reads several vectors of V that follow each other, and writes whole lines:
  /// then it may come once from far, and be written anywhere.
  bool readsLines() const {
    constexpr std::int64_t several = 4;
    return vectorLoadable(facts_.iterators[v_].resultStride) &&
           std::ranges::any_of(tile_.repeats, [&](const Tile::Repeat &repeat) {
             return isContiguous({repeat.iterator, 0}, blocking_.vectorOperand) && repeat.count >= several;
           });
  }
  bool isSideBySide(std::size_t operand) const { return facts_.iterators[v_].strides[operand] == 1; }

  /// Iterations that the tile takes of an iterator at once.
  std::int64_t tileLength(std::size_t i) const {
    if (i == v_) return tile_.vectors * tile_.lanes;
    if (tile_.together && i == tile_.together->iterator) return tile_.together->count;
    const auto repeat = std::ranges::find(tile_.repeats, i, &Tile::Repeat::iterator);
    return repeat == tile_.repeats.end() ? 1 : repeat->count;
  }

  void groupLoops() {
    const auto &s = blocking_.broadcastOperand;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      const std::int64_t count = ceilDiv(facts_.iterators[i].extent, tileLength(i));
      const bool isV = moves(blocking_.vectorOperand, i), isS = s && moves(*s, i);
      if (count == 1 && tileLength(i) > 1) continue; // all of it is in the tile
      auto &group = facts_.iterators[i].reduced ? blocking_.k
                    : isV == isS                ? blocking_.batch
                    : isV                       ? blocking_.n
                                                : blocking_.m;
      group.push_back({i, count});
    }
    // Results are written in the order of memory.
    for (auto *group : {&blocking_.batch, &blocking_.n, &blocking_.m})
      std::ranges::stable_sort(*group, std::greater<>(), [&](const OuterLoop &loop) {
        return std::abs(facts_.iterators[loop.iterator].resultStride);
      });
  }

  /// The least distance that either operand moves by.
  std::int64_t leastStride(const OuterLoop &loop) const {
    const auto &strides = facts_.iterators[loop.iterator].strides;
    std::int64_t least = std::abs(strides[blocking_.vectorOperand]);
    if (blocking_.broadcastOperand) {
      const std::int64_t other = std::abs(strides[*blocking_.broadcastOperand]);
      least = least == 0 ? other : other == 0 ? least : std::min(least, other);
    }
    return least;
  }
  void orderReduced() {
    std::ranges::stable_sort(blocking_.k, std::greater<>(), [&](const OuterLoop &loop) { return leastStride(loop); });
  }

  std::int64_t stayBudget() const { return target_.l2Bytes / 5 * 2; }

  /// Whether iterations that are taken together leave a shorter loop: then no loop has the whole sum.
  bool hasShortEnd() const {
    return tile_.together && facts_.iterators[tile_.together->iterator].extent % tile_.together->count != 0;
  }

  /// The least block of V has a tile's lanes and, where V is packed and contiguous along a loop of N, a vector of that.
  void cutReduced() {
    blockLength_ = inside(blocking_.k, blocking_.kCut);
    if (blocking_.k.empty() || cutForBoth()) return;
    std::int64_t width = product(tileLength(v_), facts_.elementBytes);
    for (const OuterLoop &loop : blocking_.n)
      if (blocking_.packsVector && isContiguous(loop, blocking_.vectorOperand))
        width = product(width, std::min(loop.count, tile_.lanes));
    const bool isReadAgain = blocking_.broadcastOperand && countOf(blocking_.m) > 1;
    if (isReadAgain && !hasShortEnd() && product(countOf(blocking_.k), width) > stayBudget())
      blocking_.kCut = withoutMasks(cutAt(blocking_.k, width, stayBudget()));
    blockLength_ = inside(blocking_.k, blocking_.kCut);
  }

  /// Points of the parallel iterators that move this operand and not the other.
  std::int64_t ownPoints(std::size_t operand, std::size_t other) const {
    std::int64_t points = 1;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (!facts_.iterators[i].reduced && moves(operand, i) && !moves(other, i))
        points = product(points, facts_.iterators[i].extent);
    return points;
  }

  /// Where all results wait in L2, blocks whose parts of both operands fit beside them: then each is read from further
  /// away once. It pays where tiles read S across its rows, which no prefetcher follows.
  bool cutForBoth() {
    if (!blocking_.broadcastOperand || hasBatchLanes_ || hasShortEnd() || countOf(blocking_.n) == 1 ||
        countOf(blocking_.m) == 1)
      return false;
    const std::size_t v = blocking_.vectorOperand, s = *blocking_.broadcastOperand;
    const bool readsAcross = std::ranges::none_of(
        blocking_.k, [&](const OuterLoop &loop) { return std::abs(facts_.iterators[loop.iterator].strides[s]) == 1; });
    if (!readsAcross) return false;
    const std::int64_t m = ownPoints(s, v), n = ownPoints(v, s);
    const std::int64_t slice = product(m + n, facts_.elementBytes);
    if (product(product(m, n), facts_.elementBytes) > stayBudget() / 2 ||
        product(slice, countOf(blocking_.k)) <= stayBudget())
      return false;
    const Cut cut = withoutMasks(cutAt(blocking_.k, slice, stayBudget()));
    if (inside(blocking_.k, cut) < leastBlockForBoth) return false;
    blocking_.kCut = cut;
    blockLength_ = inside(blocking_.k, cut);
    blocking_.packsVector = packedOperand(facts_, target_, v_, true) == v;
    return true;
  }

  /// Blocks of whole vectors, or else all of one length, so that copies along K need no second mask.
  Cut withoutMasks(Cut cut) const {
    if (cut.length == 0) return cut;
    const std::int64_t count = blocking_.k[cut.position].count, most = cut.length;
    if (most >= copyLanes_) cut.length = std::min(count, ceilDiv(most, copyLanes_) * copyLanes_);
    if (most < copyLanes_) cut.length = greatestDivisor(count, most);
    if (cut.length == count) return {cut.position, 0};
    return cut.length == 1 ? Cut{cut.position + 1, 0} : cut;
  }

  /// Bytes of the operand that one tile reads in a block of K.
  std::int64_t tileBytes(std::size_t operand) const {
    std::int64_t bytes = product(blockLength_, facts_.elementBytes);
    if (moves(operand, v_)) bytes = product(bytes, tileLength(v_));
    for (const Tile::Repeat &repeat : tile_.repeats)
      if (moves(operand, repeat.iterator)) bytes = product(bytes, repeat.count);
    return bytes;
  }

  /// Blocks of a packed operand have at least a vector of the iterator along which it is contiguous.
  Cut cutOf(const std::vector<OuterLoop> &loops, std::size_t operand, bool isPacked, std::int64_t budget) const {
    Cut cut = cutAt(loops, tileBytes(operand), budget);
    if (!isPacked || cut.isNone() || !isContiguous(loops.back(), operand)) return cut;
    const std::size_t last = loops.size() - 1;
    if (cut.position == last && cut.length >= copyLanes_) cut.length -= cut.length % copyLanes_;
    const bool isWhole = cut.position == last && cut.length == 0;
    if (cut.position < last || isWhole || (cut.position == last && cut.length >= copyLanes_)) return cut;
    return {last, copyLanes_ < loops[last].count ? copyLanes_ : 0};
  }

  void cutParallel() {
    if (!blocking_.broadcastOperand) return;
    const std::size_t v = blocking_.vectorOperand, s = *blocking_.broadcastOperand;
    if (blocking_.vectorStays)
      blocking_.nCut = cutOf(blocking_.n, v, blocking_.packsVector, stayBudget());
    else if (countOf(blocking_.n) > 1)
      blocking_.mCut = cutOf(blocking_.m, s, blocking_.packsBroadcast, stayBudget());
    if (!blocking_.vectorStays || !blocking_.packsBroadcast) return;
    const std::int64_t budget = blocking_.nCut.isNone() ? stayBudget() : std::max(stayBudget(), target_.l3Bytes / 8);
    blocking_.mCut = cutOf(blocking_.m, s, true, budget);
  }

  bool packsBroadcast() const {
    const auto innermost = blocking_.k.empty() ? std::nullopt : std::optional(blocking_.k.back().iterator);
    return blocking_.broadcastOperand && !hasBatchLanes_ &&
           plan::packsBroadcast(facts_, target_, *blocking_.broadcastOperand, countOf(blocking_.n), innermost, tile_);
  }

  /// Where neither is packed, the one with lanes stays if all of it does.
  bool vectorStays() const {
    if (blocking_.packsVector || blocking_.packsBroadcast) return blocking_.packsVector;
    return product(countOf(blocking_.n), tileBytes(blocking_.vectorOperand)) <= stayBudget();
  }

  /// Whether a tile's results, which go to memory, take longer to write than its operands to be read, even if what
  /// streams is read again, from L2 or else less than is written.
  bool writesMuch() const {
    const std::int64_t bytes = product(facts_.points(false), facts_.elementBytes);
    if (bytes <= target_.l2Bytes || blockLength_ > longestOfWriting) return false;
    if (!blocking_.broadcastOperand) return true;
    const std::size_t streams = blocking_.vectorStays ? *blocking_.broadcastOperand : blocking_.vectorOperand;
    const std::int64_t again =
        blocking_.vectorStays ? inside(blocking_.n, blocking_.nCut) : inside(blocking_.m, blocking_.mCut);
    const std::int64_t streamed = facts_.operandBytes[streams];
    return streamed <= target_.l2Bytes || product(streamed, again) <= bytes;
  }

  /// Behind lanes of a batch those along the next axis follow.
  bool isContiguous(const OuterLoop &loop, std::size_t operand) const {
    const std::int64_t next = hasBatchLanes_ ? facts_.iterators[v_].extent : 1;
    return loop.iterator != v_ && std::abs(facts_.iterators[loop.iterator].strides[operand]) == next;
  }
  /// The loop along which a packed operand is contiguous goes innermost, so that blocks have whole lines. If the
  /// operand comes from beyond L2, what its next elements or those of the result are along stands inside of the others.
  void bringNearInside(std::vector<OuterLoop> &loops, std::size_t operand) const {
    if (facts_.operandBytes[operand] > target_.l2Bytes)
      std::ranges::stable_sort(loops, std::greater<>(), [&](const OuterLoop &loop) {
        const IteratorFacts &iterator = facts_.iterators[loop.iterator];
        return std::min(std::abs(iterator.strides[operand]), std::abs(iterator.resultStride));
      });
    const auto contiguous =
        std::ranges::find_if(loops, [&](const OuterLoop &loop) { return isContiguous(loop, operand); });
    if (contiguous != loops.end()) std::rotate(contiguous, contiguous + 1, loops.end());
  }

  const OpFacts &facts_;
  const Target &target_;
  const Tile &tile_;
  const bool exact_;
  const std::size_t v_;
  const std::int64_t copyLanes_; ///< the most that a copy has
  bool hasBatchLanes_ = false;   ///< whether lanes are of a batch: then the smaller operand is S
  std::int64_t blockLength_ = 1; ///< of K
  Blocking blocking_{};
};

} // namespace

std::optional<Blocking> chooseBlocking(const OpFacts &facts, const Target &target, const Tile &tile, bool exact) {
  if (!facts.hasReduction || !facts.hasOwnMemory || !tile.vectorIterator || tile.streams) return std::nullopt;
  if (facts.iterators[*tile.vectorIterator].reduced) return std::nullopt;
  return BlockingChoice(facts, target, tile, exact).run();
}

} // namespace einjit::plan
