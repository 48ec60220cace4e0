// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Blocking.h"
#include "Plan/Fetching.h"
#include "Plan/Packing.h"
#include "Plan/SumBlocks.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <array>
#include <cstdlib>

namespace einjit::plan {
namespace {

/// A tile of 14 x 32 results reads (14 + 32) K elements from L2 and writes 448 to memory, which is ten times as slow.
constexpr std::int64_t longestOfWriting = 96;

/// With fewer uses of V, copying it is most of the time, and prefetches beside that only add to it.
constexpr std::int64_t leastReuseAhead = 16;

/// Of the larger operand with lanes of a batch, as of those that are fetched.
constexpr std::int64_t leastReuseOfBatch = 8;

/// Of each row that a panel of lanes of a batch has: 256 bytes took 0.93 of the time of 64, 512 0.9, 1024 as long.
constexpr std::int64_t pieceBytes = 512;

/// Lines of a piece of memory from which on others are on their way while one is read (three lines came at 9 GB/s, five
/// at 21, ten at 30), and tiles that read a panel which may then come from L3.
constexpr std::int64_t longPiece = 16, fewTiles = 4;

/// Lines of a piece from which on fetching shorter ones is as good: with eight 0.87 of the time of longer ones, with
/// six 0.97, with five 1.1.
constexpr std::int64_t fetchedPiece = 6;

class BlockingChoice {
public:
  BlockingChoice(const OpFacts &facts, const Target &target, const Tile &tile, bool exact, bool isPart)
      : facts_(facts), target_(target), tile_(tile), exact_(exact), isPart_(isPart), v_(*tile.vectorIterator),
        copyLanes_(std::max(tile.lanes, target.lanes(facts.elementBytes))), vectorRun_(copyLanes_),
        columnBytes_(blockBytes(target)) {}

  std::optional<Blocking> run() {
    if (!findOperands()) return std::nullopt;
    groupLoops();
    if (!exact_) orderReduced();
    blocking_.packsVector = hasBatchLanes_ ? packsFarRows(facts_, target_, blocking_.vectorOperand, tile_)
                                           : packedOperand(facts_, target_, v_) == blocking_.vectorOperand;
    cutReduced();
    blocking_.packsBroadcast = packsBroadcast();
    blocking_.vectorStays = vectorStays();
    if (blocking_.packsVector || hasBatchLanes_) bringNearInside(blocking_.n, blocking_.vectorOperand);
    if (blocking_.packsBroadcast) bringNearInside(blocking_.m, *blocking_.broadcastOperand);
    cutParallel();
    cutBatch();
    blocking_.rowsStay = !blocking_.packsVector && !hasBatchLanes_ && isSideBySide(blocking_.vectorOperand) &&
                         rowStaysInL1(facts_, target_, blocking_.vectorOperand, v_);
    blocking_.inOrderOfResult = !readOnce(facts_, target_) && writesMuch();
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
  bool isSideBySide(std::size_t operand) const { return facts_.iterators[v_].strides[operand] == 1; }

  void groupLoops() {
    const auto &s = blocking_.broadcastOperand;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      const std::int64_t count = ceilDiv(facts_.iterators[i].extent, tileLength(tile_, i));
      const bool isV = moves(blocking_.vectorOperand, i), isS = s && moves(*s, i);
      if (count == 1 && tileLength(tile_, i) > 1) continue; // all of it is in the tile
      auto &group = facts_.iterators[i].reduced ? blocking_.k
                    : isV == isS                ? blocking_.batch
                    : isV                       ? blocking_.n
                                                : blocking_.m;
      group.push_back({i, count});
    }
    // Results are written in the order of memory, or what they are made from is read in it.
    const auto once = readOnce(facts_, target_);
    for (auto *group : {&blocking_.batch, &blocking_.n, &blocking_.m})
      std::ranges::stable_sort(*group, std::greater<>(), [&](const OuterLoop &loop) {
        const IteratorFacts &iterator = facts_.iterators[loop.iterator];
        return std::abs(once ? iterator.strides[*once] : iterator.resultStride);
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
  /// Of loops that are as near as each other, each for another operand, the one along which S is contiguous is
  /// innermost if S is read in place then: V is copied anyway.
  void orderReduced() {
    std::ranges::stable_sort(blocking_.k, std::greater<>(), [&](const OuterLoop &loop) {
      return std::pair(leastStride(loop), isAlongRowsInPlace(loop) ? 0 : 1);
    });
  }
  bool isAlongRowsInPlace(const OuterLoop &loop) const {
    const auto &s = blocking_.broadcastOperand;
    return s && std::abs(facts_.iterators[loop.iterator].strides[*s]) == 1 && facts_.productsAtOnce == 1 &&
           facts_.registersPerVector() == 1 &&
           !plan::packsBroadcast(facts_, target_, *s, countOf(blocking_.n), loop.iterator, tile_);
  }

  void cutReduced() {
    const SumBlocks blocks = chooseSumBlocks(facts_, target_, tile_, blocking_, exact_);
    blocking_.kCut = blocks.cut;
    blocking_.kReason = reasonText(blocks.reason);
    blockLength_ = inside(blocking_.k, blocking_.kCut);
    if (blocks.run > 0) vectorRun_ = blocks.run;
    blocking_.fetchesAhead = blocks.reason == SumBlocks::Reason::Ahead;
    const std::size_t v = blocking_.vectorOperand;
    if (blocks.reason == SumBlocks::Reason::Wide &&
        product(countOf(blocking_.n), tileBytes(v)) <= wideBlockBytes(target_))
      columnBytes_ = wideBlockBytes(target_);
    if (blocking_.fetchesAhead) blocking_.packsVector &= isChangedByCopies(v) || !isSideBySide(v);
    if (blocks.reason == SumBlocks::Reason::Both) blocking_.packsVector = packedOperand(facts_, target_, v_, true) == v;
  }

  /// Bytes of the operand that one tile reads in a block of K.
  std::int64_t tileBytes(std::size_t operand) const {
    std::int64_t bytes = product(blockLength_, facts_.elementBytes);
    if (moves(operand, v_)) bytes = product(bytes, tileLength(tile_, v_));
    for (const Tile::Repeat &repeat : tile_.repeats)
      if (moves(operand, repeat.iterator)) bytes = product(bytes, repeat.count);
    return bytes;
  }

  /// Blocks of a packed operand have at least a vector of the iterator along which it is contiguous.
  Cut cutOf(const std::vector<OuterLoop> &loops, std::size_t operand, bool isPacked, std::int64_t budget) const {
    Cut cut = cutAt(loops, tileBytes(operand), budget);
    if (!isPacked || cut.isNone() || !isContiguous(loops.back(), operand)) return cut;
    const std::size_t last = loops.size() - 1;
    const std::int64_t run = operand == blocking_.vectorOperand ? vectorRun_ : copyLanes_;
    if (cut.position == last && cut.length >= run) cut.length -= cut.length % run;
    const bool isWhole = cut.position == last && cut.length == 0;
    if (cut.position < last || isWhole || (cut.position == last && cut.length >= run)) return cut;
    return {last, run < loops[last].count ? run : 0};
  }

  void cutParallel() {
    if (!blocking_.broadcastOperand) return;
    const std::size_t v = blocking_.vectorOperand, s = *blocking_.broadcastOperand;
    if (blocking_.vectorStays)
      cutColumns(v);
    else if (countOf(blocking_.n) > 1 && !staysAsItIs(s))
      blocking_.mCut = cutOf(blocking_.m, s, blocking_.packsBroadcast, blockBytes(target_));
    if (!blocking_.vectorStays || !blocking_.packsBroadcast) return;
    const std::int64_t budget =
        blocking_.nCut.isNone() ? blockBytes(target_) : std::max(blockBytes(target_), target_.l3Bytes / 8);
    blocking_.mCut = cutOf(blocking_.m, s, true, budget);
  }

  /// Whether all of it fits half of L2 and is read in place: blocks of it would leave no more room, and read V again.
  bool staysAsItIs(std::size_t operand) const {
    return !blocking_.packsBroadcast && facts_.bytesInBatch(operand) <= target_.l2Bytes / 2;
  }

  bool comesInPieces() const {
    return !hasBatchLanes_ && !blocking_.packsVector &&
           plan::comesInPieces(facts_, target_, blocking_.vectorOperand, v_);
  }

  void cutColumns(std::size_t v) {
    if (const auto ahead = cutAhead()) {
      blocking_.nCut = *ahead;
      blocking_.nReason = "blocks of columns; the next is read while one is multiplied";
      return;
    }
    const bool inPlace = comesInPieces();
    blocking_.nCut = cutOf(blocking_.n, v, blocking_.packsVector, inPlace ? target_.l2Bytes / 16 : columnBytes_);
    blocking_.nReason =
        inPlace ? "blocks of columns, long pieces that are read in place" : "blocks of columns that stay in L2";
    if (!blocking_.packsVector) return;
    lengthenPieces(v);
    shortenForTurns(v);
  }

  /// A packed V from far beyond L2: blocks a little shorter, if then the loops inside can fetch a piece each of what
  /// the next one is copied from; rather such that all are as long.
  void shortenForTurns(std::size_t v) {
    if (blocking_.nCut.length < 2 || !blocking_.kCut.isNone() || !hasTimeToFetch(tile_) ||
        !isFetchedInPieces(facts_, target_, v))
      return;
    const bool isOfVectors = blocking_.nCut.position + 1 == blocking_.n.size() && isContiguous(blocking_.n.back(), v);
    const std::int64_t step = isOfVectors ? vectorRun_ : 1, most = blocking_.nCut.length;
    for (const bool areEqual : {true, false})
      for (Cut cut = blocking_.nCut; 4 * cut.length >= 3 * most; cut.length -= step) {
        if (areEqual && blocking_.n[cut.position].count % cut.length != 0) continue;
        if (!hasTurns(cut, v)) continue;
        blocking_.nCut = cut;
        return;
      }
  }
  /// Whether the loops inside can fetch the pieces of blocks as they are.
  bool isFetched(std::size_t v) const {
    return pieceOf(blocking_.n, blocking_.nCut, v) >= fetchedPiece * target_.cacheLineBytes && hasTimeToFetch(tile_) &&
           isFetchedInPieces(facts_, target_, v) && hasTurns(blocking_.nCut, v);
  }
  bool hasTurns(const Cut &cut, std::size_t v) const {
    std::vector<std::int64_t> extents;
    for (const OuterLoop &loop : blocking_.m) extents.push_back(loop.count);
    for (std::size_t i = cut.position; i < blocking_.n.size(); ++i)
      extents.push_back(i == cut.position && cut.length > 0 ? cut.length : blocking_.n[i].count);
    extents.push_back(countOf(blocking_.k));
    const std::int64_t bytes = product(elementsOf(cut, v), facts_.elementBytes);
    return choosePieceTurns(bytes / pieceOf(blocking_.n, cut, v), extents, true).has_value();
  }

  /// A packed V from far beyond L2 of which blocks have short pieces, each of which is waited for if it is not fetched:
  /// where few tiles read a panel, it may rather come from L3 itself, and what goes on with a piece stand inside.
  void lengthenPieces(std::size_t v) {
    if (!comesFromFar(facts_, target_, v) || countOf(blocking_.m) > fewTiles || hasBatchLanes_) return;
    const std::vector<OuterLoop> inRows = nearestInside(blocking_.n, v);
    for (std::int64_t budget = 2 * blockBytes(target_); budget <= std::max(2 * target_.l2Bytes, target_.l3Bytes / 8);
         budget *= 2)
      for (const std::vector<OuterLoop> &loops : {blocking_.n, inRows}) {
        const std::int64_t piece = pieceOf(blocking_.n, blocking_.nCut, v);
        if (blocking_.nCut.isNone() || piece >= longPiece * target_.cacheLineBytes) return;
        if (isFetched(v)) return;
        const Cut cut = cutOf(loops, v, true, budget);
        if (pieceOf(loops, cut, v) <= piece) continue;
        blocking_.n = loops;
        blocking_.nCut = cut;
        blocking_.nReason = "blocks of columns that are copied in long pieces";
      }
  }

  /// Loops that move the operand far outermost.
  std::vector<OuterLoop> nearestInside(std::vector<OuterLoop> loops, std::size_t operand) const {
    std::ranges::stable_sort(loops, std::greater<>(), [&](const OuterLoop &loop) {
      return product(tileLength(tile_, loop.iterator), std::abs(facts_.iterators[loop.iterator].strides[operand]));
    });
    return loops;
  }

  /// Iterations in a block of columns.
  std::int64_t inBlock(const std::vector<OuterLoop> &loops, const Cut &cut, std::size_t i) const {
    const auto loop = std::ranges::find(loops, i, &OuterLoop::iterator);
    const auto position = static_cast<std::size_t>(loop - loops.begin());
    const bool isOutside = loop != loops.end() && position < cut.position;
    const bool isCut = position == cut.position && cut.length > 0;
    const std::int64_t tiles = isOutside ? 1 : isCut ? cut.length : INT64_MAX;
    return std::min(facts_.iterators[i].extent, product(tiles, tileLength(tile_, i)));
  }

  /// Of the operand that a block of columns reads.
  std::int64_t elementsOf(const Cut &cut, std::size_t operand) const {
    std::int64_t elements = 1;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (moves(operand, i)) elements = product(elements, inBlock(blocking_.n, cut, i));
    return elements;
  }

  /// Bytes side by side that all sums of a block read.
  std::int64_t pieceOf(const std::vector<OuterLoop> &loops, const Cut &cut, std::size_t operand) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> moved; // strides and counts
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (moves(operand, i)) moved.emplace_back(std::abs(facts_.iterators[i].strides[operand]), inBlock(loops, cut, i));
    std::ranges::sort(moved);
    std::int64_t elements = 1;
    for (const auto &[stride, count] : moved)
      if (stride == elements) elements = product(elements, count);
    return product(elements, facts_.elementBytes);
  }

  /// Of a packed V from beyond L2, whose blocks are one piece of memory each: blocks so small that the next one comes
  /// while one is multiplied. They read S again more often, so it has to stay in L2 beside them.
  std::optional<Cut> cutAhead() const {
    const std::size_t v = blocking_.vectorOperand, s = *blocking_.broadcastOperand;
    if (hasBatchLanes_) return cutInPieces();
    if (!blocking_.packsVector || !blocking_.kCut.isNone() || !hasTimeToFetch(tile_) ||
        facts_.reuse(v) < leastReuseAhead || facts_.operandBytes[v] <= target_.l2Bytes ||
        facts_.operandBytes[s] > target_.l2Bytes / 4)
      return std::nullopt;
    const Cut cut = cutOf(blocking_.n, v, true, target_.l2Bytes / 8);
    if (cut.isNone()) return std::nullopt;
    const OuterLoop &loop = blocking_.n[counted(cut)];
    std::int64_t elements = tileLength(tile_, loop.iterator); // from one iteration of that loop to the next
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      const auto isOutside = [&](const OuterLoop &outer) { return outer.iterator == i; };
      const auto outside = blocking_.n.begin() + static_cast<std::ptrdiff_t>(counted(cut));
      if (!moves(v, i) || i == loop.iterator || std::ranges::any_of(blocking_.batch, isOutside)) continue;
      elements = product(elements, std::any_of(blocking_.n.begin(), outside, isOutside) ? tileLength(tile_, i)
                                                                                        : facts_.iterators[i].extent);
    }
    const std::int64_t stride = std::abs(facts_.iterators[loop.iterator].strides[v]);
    return product(stride, tileLength(tile_, loop.iterator)) == elements ? std::optional(cut) : std::nullopt;
  }

  /// Of a V with lanes of a batch, whose rows are fetched piece by piece: the longest blocks of an eighth of L2 whose
  /// tiles can fetch a piece each; of rows that drive each other out of L2 one for each iteration of the sum.
  std::optional<Cut> cutInPieces() const {
    const std::size_t v = blocking_.vectorOperand;
    if (!isBatchFetched() || isBlock(v)) return std::nullopt;
    Cut cut = cutOf(blocking_.n, v, blocking_.packsVector, target_.l2Bytes / 8);
    if (rowsShareSets(facts_, target_, v))
      while (cut.position < blocking_.n.size() && isRow(blocking_.n[cut.position])) cut = {cut.position + 1, 0};
    if (cut.isNone()) return std::nullopt;
    for (Cut shorter = cut; shorter.length > 1; --shorter.length)
      if (choosePieceTurns(piecesIn(shorter), extentsIn(shorter), false)) return shorter;
    return cut;
  }
  bool isRow(const OuterLoop &loop) const {
    return std::abs(facts_.iterators[loop.iterator].strides[blocking_.vectorOperand]) >=
           pageBytes / facts_.elementBytes;
  }
  std::int64_t piecesIn(const Cut &cut) const {
    std::int64_t pieces = countOf(blocking_.k);
    for (std::size_t i = cut.position; i < blocking_.n.size(); ++i)
      if (isRow(blocking_.n[i]))
        pieces = product(pieces, inside({blocking_.n[i]}, {0, i == cut.position ? cut.length : 0}));
    return pieces;
  }
  /// Of the loops inside, and the sum.
  std::array<std::int64_t, 3> extentsIn(const Cut &cut) const {
    return {countOf(blocking_.m), inside(blocking_.n, cut), countOf(blocking_.k)};
  }

  /// Whether the op reads a part of the operand, which is no larger than blocks are.
  bool isBlock(std::size_t operand) const {
    const std::int64_t bytes = product(countOf(blocking_.n), tileBytes(operand));
    return bytes <= blockBytes(target_) && bytes < facts_.operandBytes[operand];
  }
  bool isBatchFetched() const {
    const std::size_t v = blocking_.vectorOperand;
    return hasBatchLanes_ && blocking_.kCut.isNone() && hasTimeToFetch(tile_) && countOf(blocking_.m) > 1 &&
           facts_.reuse(v) >= leastReuseOfBatch && comesFromFar(facts_, target_, v);
  }

  /// A batch along which a packed operand is contiguous becomes the innermost one, and blocks of it have a panel each,
  /// if those fit L2. Nothing else is cut then.
  void cutBatch() {
    std::vector<OuterLoop> &batch = blocking_.batch;
    blocking_.batchCut = {batch.size(), 0};
    if (!blocking_.kCut.isNone() || !blocking_.nCut.isNone() || !blocking_.mCut.isNone()) return;
    std::int64_t bytes = 0; // of panels, in one iteration of the batch
    auto along = batch.end();
    const auto consider = [&](std::size_t operand, std::int64_t tiles) {
      bytes += product(tiles, tileBytes(operand));
      const auto goesOn = std::ranges::find_if(batch, [&](const OuterLoop &loop) {
        return std::abs(facts_.iterators[loop.iterator].strides[operand]) == 1;
      });
      if (goesOn != batch.end()) along = goesOn;
    };
    if (blocking_.packsVector) consider(blocking_.vectorOperand, countOf(blocking_.n));
    if (blocking_.packsBroadcast) consider(*blocking_.broadcastOperand, countOf(blocking_.m));
    if (along == batch.end() || along->count == 1) return;
    const std::int64_t piece = hasBatchLanes_ ? pieceBytes : target_.cacheLineBytes;
    std::int64_t length = piece / facts_.elementBytes / tileLength(tile_, along->iterator);
    if (hasBatchLanes_) length = std::min(length, blockBytes(target_) / bytes);
    if (length < 2 || product(bytes, std::min(length, along->count)) > blockBytes(target_)) return;
    const std::int64_t count = along->count;
    std::rotate(along, along + 1, batch.end());
    blocking_.batchCut = {batch.size() - 1, length < count ? length : 0};
  }

  bool packsBroadcast() const {
    const auto innermost = blocking_.k.empty() ? std::nullopt : std::optional(blocking_.k.back().iterator);
    if (!blocking_.broadcastOperand) return false;
    if (hasBatchLanes_)
      return packsSmaller(facts_, target_, *blocking_.broadcastOperand, countOf(blocking_.n), isBatchFetched());
    return (!blocking_.fetchesAhead || isChangedByCopies(*blocking_.broadcastOperand)) &&
           plan::packsBroadcast(facts_, target_, *blocking_.broadcastOperand, countOf(blocking_.n), innermost, tile_);
  }

  /// Where neither is packed, the one with lanes stays if all of it does. Of two that have lanes the one of which a
  /// tile reads less is read again from L2, and the other one from L1.
  bool vectorStays() const {
    if (hasBatchLanes_ && countOf(blocking_.m) > 1 &&
        tileBytes(blocking_.vectorOperand) <= tileBytes(*blocking_.broadcastOperand))
      return true;
    if (blocking_.packsVector || blocking_.packsBroadcast) return blocking_.packsVector;
    if (isPart_ && !hasBatchLanes_ && facts_.operandBytes[*blocking_.broadcastOperand] <= target_.l1Bytes / 2)
      return false;
    return comesInPieces() || product(countOf(blocking_.n), tileBytes(blocking_.vectorOperand)) <= blockBytes(target_);
  }

  /// Whether a copy has elements of another type or, of bytes, in another order.
  bool isChangedByCopies(std::size_t operand) const { return facts_.convertedTo[operand] || facts_.productsAtOnce > 1; }

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
  /// The loop along which a packed operand, or one with lanes of a batch, is contiguous goes innermost, so that blocks
  /// have whole lines. If the operand comes from beyond L2, what its next elements or those of the result are along
  /// stands inside of the others.
  void bringNearInside(std::vector<OuterLoop> &loops, std::size_t operand) const {
    if (facts_.operandBytes[operand] > target_.l2Bytes)
      std::ranges::stable_sort(loops, std::greater<>(), [&](const OuterLoop &loop) {
        const IteratorFacts &iterator = facts_.iterators[loop.iterator];
        const std::int64_t stride = std::abs(iterator.strides[operand]);
        return std::pair(std::min(stride, std::abs(iterator.resultStride)), stride);
      });
    const auto contiguous =
        std::ranges::find_if(loops, [&](const OuterLoop &loop) { return isContiguous(loop, operand); });
    if (contiguous != loops.end()) std::rotate(contiguous, contiguous + 1, loops.end());
  }

  const OpFacts &facts_;
  const Target &target_;
  const Tile &tile_;
  const bool exact_, isPart_;
  const std::size_t v_;
  const std::int64_t copyLanes_; ///< the most that a copy has
  std::int64_t vectorRun_;       ///< elements side by side that a block of V has at least
  std::int64_t columnBytes_;     ///< of blocks of V that stay
  bool hasBatchLanes_ = false;   ///< whether lanes are of a batch: then the smaller operand is S
  std::int64_t blockLength_ = 1; ///< of K
  Blocking blocking_{};
};

} // namespace

std::optional<Blocking> chooseBlocking(const OpFacts &facts, const Target &target, const Tile &tile, bool exact,
                                       bool isPart) {
  if (!facts.hasReduction || !facts.hasOwnMemory || !tile.vectorIterator || tile.streams) return std::nullopt;
  if (facts.iterators[*tile.vectorIterator].reduced) return std::nullopt;
  return BlockingChoice(facts, target, tile, exact, isPart).run();
}

} // namespace einjit::plan
