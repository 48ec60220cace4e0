// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Fetching.h"
#include "Plan/Cut.h"
#include "Plan/Packing.h"
#include "Plan/RowsAhead.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace einjit::plan {
namespace {

/// A step of fewer multiply-adds is longer by more than a tenth for two prefetches.
constexpr std::int64_t leastTileToFetch = 16;
/// A line of an operand that is read so often has so many vectors of multiply-adds for its prefetch.
constexpr std::int64_t leastReuseToFetch = 8;
/// Of what panels are copied from: with more, the copies take little of the time.
constexpr std::int64_t mostReuseOfPieces = 512;
/// Of rows, in one step.
constexpr std::int64_t mostPrefetches = 2, mostPrefetchesOfShort = 16;

class Fetching {
public:
  Fetching(const FetchedOp &op, std::span<const PlannedLoops> groups, const PlannedLoops &sums)
      : op_(op.op), copies_(op.copies), jumpsBetweenRows_(op.jumpsBetweenRows), facts_(op_.facts), groups_(groups),
        sums_(sums), sum_(sums.back()), ofBatch_(op.ofBatch) {}

  /// Returns how a loop around the sums is split, if one is.
  std::optional<loop::Split> run(std::vector<loop::Step> &steps) const {
    const std::size_t begin = steps.size();
    std::vector<std::size_t> apart;
    for (std::size_t operand = 0; operand < facts_.operandCount; ++operand)
      if (isWorthFetching(op_, operand) && !fetchInOrder(operand, steps)) apart.push_back(operand);
    for (std::size_t operand : apart) {
      const std::size_t before = steps.size();
      const PlannedLoops loops = loopsAround(operand);
      if (isInPieces(operand))
        fetchPieces(operand, loops, steps);
      else if (std::ranges::any_of(loops, [&](const PlannedLoop &loop) { return isReduced(loop); }))
        fetchPartsOfRows(operand, loops, steps);
      else if (jumpsBetweenRows_)
        fetchRows(operand, loops, steps);
      else
        fetchNextPiece(operand, loops, steps);
      const auto *split = steps.size() > before ? std::get_if<loop::Split>(&steps[before].action) : nullptr;
      if (!split) continue; // others would have to name the parts
      return split->loop == sum_.name ? std::nullopt : std::optional(*split);
    }
    for (std::size_t operand = 0; operand < facts_.operandCount; ++operand)
      if (!isInPieces(operand) && !isFetched(operand, std::span(steps).subspan(begin))) fetchAlongSum(operand, steps);
    return std::nullopt;
  }

private:
  struct Pieces {
    std::int64_t length = 1, count = 1, apart = 0; ///< of length 1 where they are not equally far apart
  };

  bool isFetched(std::size_t operand, std::span<const loop::Step> steps) const {
    return std::ranges::any_of(steps, [&](const loop::Step &step) {
      const auto *fetch = std::get_if<loop::Fetch>(&step.action);
      return fetch && fetch->buffer == op_.operandNames[operand];
    });
  }

  void fetchAlongSum(std::size_t operand, std::vector<loop::Step> &steps) const {
    if (auto fetch = rowsAhead(op_, operand, sum_))
      steps.push_back({std::move(*fetch), "rows that the sum jumps to are on their way"});
  }

  bool isPacked(std::size_t operand) const { return copies_ && copies_->areOf(operand); }
  bool isInPieces(std::size_t operand) const { return isPacked(operand) || isOfBatch(operand); }

  /// Those that an operand is fetched ahead of: panels are made outside of the loops inside blocks.
  PlannedLoops loopsAround(std::size_t operand) const {
    PlannedLoops loops;
    for (std::size_t group = 0; group < groups_.size() - (isInPieces(operand) ? 1 : 0); ++group)
      loops.insert(loops.end(), groups_[group].begin(), groups_[group].end());
    return loops;
  }

  /// What is read on, in one piece, by the innermost loop that does so; whether there is nothing else to fetch.
  bool fetchInOrder(std::size_t operand, std::vector<loop::Step> &steps) const {
    const PlannedLoops loops = loopsAround(operand);
    for (std::size_t i = loops.size(); i-- > 0;) {
      if (!readsOn(operand, loops, i)) continue;
      const std::int64_t stride = loops[i].step * facts_.iterators[loops[i].iterator].strides[operand];
      // Panels, or blocks that jump from row to row, take room themselves.
      const std::int64_t most = isInPieces(operand) ? op_.target.l2Bytes / 4 : op_.target.l2Bytes / 5 * 3;
      if (stride > most / facts_.elementBytes || !isRepeated(loops[i]))
        return !isInPieces(operand) && !isReduced(loops[i]);
      steps.push_back(
          {loop::Fetch{op_.operandNames[operand], loops[i].name, sum_.name, line()}, "what comes next is on its way"});
      return true;
    }
    return false;
  }

  /// What is fetched of a row has to reach its last line, or that is waited for: elements up to the end of that line,
  /// wherever the row begins.
  std::int64_t toLastLine(std::size_t operand, std::int64_t row) const {
    std::int64_t goesOn = 1; // with how many elements rows make one piece of memory
    bool areAligned = facts_.blocksApart.empty() || facts_.blocksApart[operand] % line() == 0;
    for (const IteratorFacts &iterator : facts_.iterators) {
      const std::int64_t stride = std::abs(iterator.strides[operand]);
      if (stride < row)
        goesOn *= stride == 0 ? 1 : iterator.extent;
      else
        areAligned &= iterator.extent == 1 || stride % line() == 0;
    }
    areAligned &= row % line() == 0 || goesOn == row;
    return areAligned ? ceilDiv(row, line()) * line() : row + line() - 1;
  }

  bool isOfBatch(std::size_t operand) const { return ofBatch_ && ofBatch_->operand == operand; }
  std::int64_t line() const { return op_.target.cacheLineBytes / facts_.elementBytes; }

  /// Rows that iterations of the sum jump between: the longest ones that fit L2 twice, where they wait, for in L1 rows
  /// so far apart share places. The sum is split, so that it runs once for each row.
  void fetchRows(std::size_t operand, const PlannedLoops &loops, std::vector<loop::Step> &steps) const {
    const std::int64_t rows = facts_.iterators[sum_.iterator].extent;
    if (sum_.extent != rows) return;
    loop::Fetch none{op_.operandNames[operand], {}, sum_.name + "i", line()};
    none.toL2 = true;
    std::optional<loop::Fetch> best;
    std::int64_t part = 0, runs = 1; // of the sum, in an iteration of the loop
    for (std::size_t i = loops.size(); i-- > 0; runs *= loops[i].extent) {
      const std::int64_t row = rowLength(operand, loops, i);
      if (row == 0 || row > op_.target.l2Bytes / 5 * 3 / facts_.elementBytes / rows) break;
      const std::int64_t length = greatestDivisor(rows, runs);
      const std::int64_t stride = facts_.iterators[loops[i].iterator].strides[operand];
      if (stride <= 0 || row < leastLinesOfRow * line() || !isRepeated(loops[i])) continue;
      // Runs that are left over fetch rows that nobody asked for.
      if (4 * length < 3 * runs || ceilDiv(row, length) > mostPrefetches * line()) continue;
      best = none;
      best->ahead = loops[i].name;
      best->row = row;
      part = length;
    }
    if (!best) return;
    best->row = toLastLine(operand, *best->row);
    steps.push_back({loop::Split{sum_.name, part, sum_.name + "o", sum_.name + "i"}, "a row is fetched by each part"});
    steps.push_back({*best, "what comes next is on its way"});
  }

  /// Pieces that the next block is read from, or its panel copied, if all are equally far apart.
  void fetchPieces(std::size_t operand, const PlannedLoops &loops, std::vector<loop::Step> &steps) const {
    const auto block = std::find_if(loops.rbegin(), loops.rend(),
                                    [&](const PlannedLoop &loop) { return strideOf(operand, loop.iterator) != 0; });
    const bool isWhole = block == loops.rend(); // all that is inside of the loop around everything
    if (isWhole ? !isOfBatch(operand) || !ofBatch_->isBlock
                : strideOf(operand, block->iterator) <= 0 || !isRepeated(*block))
      return;
    const std::string &ahead = isWhole ? op_.within : block->name;
    if (sum_.extent != facts_.iterators[sum_.iterator].extent || !isFetchedInPieces(facts_, op_.target, operand))
      return;
    if (isPacked(operand) && !copies_->isMadeIn(operand, ahead)) return;
    const Pieces pieces = isWhole ? piecesOf(operand, {}, 0)
                                  : piecesOf(operand, loops, static_cast<std::size_t>(loops.rend() - block) - 1);
    if (pieces.length < leastLinesOfRow * line() || pieces.count < 2) return;
    const std::string_view what = isPacked(operand) ? "what the next panel is copied from" : "the next block";
    fetchByTurns(operand, ahead, pieces, withSums(groups_.back()), fmt::format("{} is on its way", what), steps);
  }

  /// Sums that are cut read parts of the operand's rows, as it lies: the next parts, of the loop whose iterations read
  /// the longest pieces that take an eighth of L2 at most.
  void fetchPartsOfRows(std::size_t operand, const PlannedLoops &loops, std::vector<loop::Step> &steps) const {
    if (!comesFromFar(facts_, op_.target, operand)) return;
    std::optional<std::size_t> ahead;
    Pieces longest{};
    for (std::size_t i = loops.size(); i-- > 0 && !isReduced(loops[i]);) {
      const Pieces pieces = piecesOf(operand, loops, i);
      if (product(pieces.length, pieces.count) > op_.target.l2Bytes / 8 / facts_.elementBytes) break;
      if (strideOf(operand, loops[i].iterator) <= 0 || !isRepeated(loops[i]) || pieces.length <= longest.length)
        continue;
      ahead = i;
      longest = pieces;
    }
    if (!ahead || longest.length < leastLinesOfRow * line()) return fetchForNextSums(operand, loops, steps);
    fetchAhead(operand, loops, *ahead, longest, steps);
  }

  /// What the iterations of some loop read in one piece each, which do not go on in each other: the innermost such one.
  void fetchNextPiece(std::size_t operand, const PlannedLoops &loops, std::vector<loop::Step> &steps) const {
    if (!comesFromFar(facts_, op_.target, operand)) return;
    for (std::size_t i = loops.size(); i-- > 0;) {
      if (strideOf(operand, loops[i].iterator) <= 0 || !isRepeated(loops[i])) continue;
      const Pieces pieces = piecesOf(operand, loops, i);
      if (pieces.length > op_.target.l2Bytes / 4 / facts_.elementBytes) return;
      if (pieces.count == 1 && pieces.length >= leastLinesOfRow * line())
        return fetchAhead(operand, loops, i, pieces, steps);
    }
  }

  /// Of one piece each iteration of what stands in the loop at `ahead` takes a part.
  void fetchAhead(std::size_t operand, const PlannedLoops &loops, std::size_t ahead, Pieces pieces,
                  std::vector<loop::Step> &steps) const {
    const PlannedLoops inside = withSums({loops.begin() + static_cast<std::ptrdiff_t>(ahead) + 1, loops.end()});
    if (pieces.count == 1) {
      pieces.count = inside.front().extent;
      pieces.apart = pieces.length = ceilDiv(pieces.length, pieces.count);
    }
    fetchByTurns(operand, loops[ahead].name, pieces, inside, "what comes next is on its way", steps);
  }

  /// Or else, of sums over several axes, what an iteration further on reads of them, in pieces along the innermost one
  /// that do not go on from one such iteration to the next.
  void fetchForNextSums(std::size_t operand, const PlannedLoops &loops, std::vector<loop::Step> &steps) const {
    if (sums_.size() < 2) return;
    const PlannedLoops nest = withSums(loops);
    const std::size_t ahead = nest.size() - 2;
    const Pieces pieces = piecesOf(operand, nest, ahead);
    if (strideOf(operand, nest[ahead].iterator) <= pieces.length || !isRepeated(nest[ahead]) || pieces.count < 2 ||
        pieces.length < leastLinesOfRow * line())
      return;
    fetchByTurns(operand, nest[ahead].name, pieces, {nest.back()}, "what comes next is on its way", steps);
  }

  /// Steps that fetch pieces ahead of a loop, each while one run of some loop of those inside lasts.
  void fetchByTurns(std::size_t operand, const std::string &ahead, const Pieces &pieces, const PlannedLoops &inside,
                    std::string reason, std::vector<loop::Step> &steps) const {
    std::vector<std::int64_t> extents;
    for (const PlannedLoop &loop : inside) extents.push_back(loop.extent);
    const auto turns = choosePieceTurns(pieces.count, extents, maySplit());
    if (!turns || ceilDiv(pieces.length, turns->steps) > mostPrefetches * line() ||
        ceilDiv(pieces.length, shortestRun(*turns, inside)) > mostPrefetchesOfShort * line())
      return;
    const std::int64_t length = pieces.apart == pieces.length ? pieces.length : toLastLine(operand, pieces.length);
    loop::Fetch fetch{op_.operandNames[operand], ahead, sum_.name, line(), length, pieces.apart};
    takeTurns(*turns, inside, fetch, steps);
    steps.push_back({std::move(fetch), std::move(reason)});
  }

  PlannedLoops withSums(PlannedLoops loops) const {
    loops.insert(loops.end(), sums_.begin(), sums_.end());
    return loops;
  }
  bool isReduced(const PlannedLoop &loop) const { return facts_.iterators[loop.iterator].reduced; }

  /// Iterations of the sum in the shortest run: of loops that even splits make of one, the least.
  static std::int64_t shortestRun(const PieceTurns &turns, const PlannedLoops &loops) {
    std::int64_t steps = 1;
    for (std::size_t i = turns.loop; i < loops.size(); ++i) {
      std::int64_t least = i == turns.loop ? turns.part : loops[i].extent;
      if (loops[i].shared)
        for (const SharedLoop::Part &part : loops[i].shared->parts) least = std::min(least, part.count);
      steps *= least;
    }
    return std::max<std::int64_t>(1, steps);
  }
  /// Whether no other step names the loops inside, and each is one; or all stands in the kernel, so that each holds the
  /// sum, and who plans it knows.
  bool maySplit() const {
    if (op_.within.empty()) return true;
    return ofBatch_ && ofBatch_->isBlock && std::ranges::all_of(groups_.back(), [](const PlannedLoop &loop) {
             return !loop.shared || loop.shared->parts.size() == 1;
           });
  }

  /// Lets the runs that count fetch a piece each.
  void takeTurns(const PieceTurns &turns, const PlannedLoops &inside, loop::Fetch &fetch,
                 std::vector<loop::Step> &steps) const {
    const bool isSum = turns.loop + 1 == inside.size();
    const PlannedLoop &loop = inside[turns.loop];
    const bool isSplit = turns.part < loop.extent;
    const std::string part = isSplit ? loop.name + "i" : loop.name;
    if (isSplit)
      steps.push_back({loop::Split{loop.name, turns.part, loop.name + "o", part, !isSum || loop.isBounded},
                       "a piece is fetched by each part"});
    (isSum ? fetch.in : fetch.by) = part;
  }

  /// Of what an iteration of the loop at `position` copies.
  Pieces piecesOf(std::size_t operand, const PlannedLoops &loops, std::size_t position) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> moves; // strides and counts
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (const std::int64_t stride = std::abs(strideOf(operand, i)), count = inside(loops, position, i);
          stride != 0 && count > 1)
        moves.emplace_back(stride, count);
    std::ranges::sort(moves);
    Pieces pieces;
    for (const auto &[stride, count] : moves) {
      if (pieces.count == 1 && stride == pieces.length) {
        pieces.length *= count;
        continue;
      }
      if (pieces.count == 1) pieces.apart = stride;
      if (stride != pieces.count * pieces.apart) return {};
      pieces.count *= count;
    }
    return pieces;
  }

  std::int64_t strideOf(std::size_t operand, std::size_t iterator) const {
    return facts_.iterators[iterator].strides[operand];
  }

  /// Elements side by side that one iteration of that loop reads in each of the sum; 0 if it reads several such pieces.
  std::int64_t rowLength(std::size_t operand, const PlannedLoops &loops, std::size_t position) const {
    std::vector<std::size_t> moving;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (i != sum_.iterator && facts_.iterators[i].strides[operand] != 0 && inside(loops, position, i) > 1)
        moving.push_back(i);
    std::ranges::sort(moving, {}, [&](std::size_t i) { return std::abs(facts_.iterators[i].strides[operand]); });
    std::int64_t elements = 1;
    for (std::size_t i : moving) {
      if (facts_.iterators[i].strides[operand] != elements) return 0;
      elements *= inside(loops, position, i);
    }
    return facts_.iterators[sum_.iterator].strides[operand] > elements ? elements : 0;
  }

  /// Iterations of the iterator in one iteration of the loop at `position` of those outside of the sums.
  std::int64_t inside(const PlannedLoops &loops, std::size_t position, std::size_t iterator) const {
    for (std::size_t i = std::min(position + 1, loops.size()); i-- > 0;)
      if (loops[i].iterator == iterator) return loops[i].step;
    return facts_.iterators[iterator].extent;
  }

  /// Whether an iteration of that loop reads all that lies between where it begins to read the operand and where the
  /// next one does.
  bool readsOn(std::size_t operand, const PlannedLoops &loops, std::size_t position) const {
    const PlannedLoop &loop = loops[position];
    std::int64_t elements = 1;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (facts_.iterators[i].strides[operand] != 0) elements *= inside(loops, position, i);
    return loop.step * facts_.iterators[loop.iterator].strides[operand] == elements;
  }

  /// Whether one of the loops that an even split makes of it runs more than once.
  static bool isRepeated(const PlannedLoop &loop) {
    if (!loop.shared) return loop.extent > 1;
    return std::ranges::any_of(loop.shared->parts, [](const SharedLoop::Part &part) { return part.count > 1; });
  }

  const TiledOp &op_;
  const PanelCopies *copies_;
  const bool jumpsBetweenRows_;
  const OpFacts &facts_;
  std::span<const PlannedLoops> groups_;
  const PlannedLoops &sums_;
  const PlannedLoop &sum_; ///< the innermost one
  const std::optional<FetchedOp::OfBatch> ofBatch_;
};

} // namespace

std::optional<PieceTurns> choosePieceTurns(std::int64_t pieces, std::span<const std::int64_t> extents, bool maySplit) {
  const std::size_t sum = extents.size() - 1;
  const auto turnsOf = [&](std::size_t loop, std::int64_t runs) -> std::optional<PieceTurns> {
    const std::int64_t most = std::max<std::int64_t>(1, product(extents[loop], std::min(runs, pieces)) / pieces);
    const std::int64_t part = greatestDivisor(extents[loop], most);
    runs = product(runs, extents[loop] / part);
    if (product(4, pieces) < product(3, runs) || product(4, runs) < product(3, pieces)) return std::nullopt;
    std::int64_t steps = part;
    for (std::size_t inner = loop + 1; inner <= sum; ++inner) steps = product(steps, extents[inner]);
    // A single iteration is a run of the loop inside.
    return part == 1 && loop < sum ? PieceTurns{loop + 1, extents[loop + 1], steps} : PieceTurns{loop, part, steps};
  };
  std::optional<PieceTurns> split;
  std::int64_t runs = 1;
  for (std::size_t loop = 0; loop <= sum; runs = product(runs, extents[loop++])) {
    const auto turns = turnsOf(loop, runs);
    const bool isSplit = turns && turns->part < extents[turns->loop];
    if (turns && (!isSplit || loop == sum)) return turns;
    if (isSplit && maySplit) split = turns;
    if (runs >= pieces) break;
  }
  return split;
}

bool hasTimeToFetch(const Tile &tile) {
  std::int64_t vectors = tile.vectors;
  for (const Tile::Repeat &repeat : tile.repeats) vectors *= repeat.count;
  return vectors >= leastTileToFetch;
}

bool isFetchedInPieces(const OpFacts &facts, const Target &target, std::size_t operand) {
  return comesFromFar(facts, target, operand) && facts.reuse(operand) <= mostReuseOfPieces;
}

bool isWorthFetching(const TiledOp &op, std::size_t operand) {
  const OpFacts &facts = op.facts;
  if (!facts.bodyOperand[operand] || !facts.isPackable[operand]) return false;
  if (facts.bytesTouched() <= static_cast<double>(op.target.l2Bytes)) return false; // all stays from call to call
  if (facts.operandBytes[operand] <= op.target.l2Bytes / 4) return false; // stays there, however often it is read
  return hasTimeToFetch(op.tile) && facts.reuse(operand) >= leastReuseToFetch;
}

std::optional<loop::Split> planFetches(const FetchedOp &op, std::span<const PlannedLoops> groups,
                                       const PlannedLoops &sums, std::vector<loop::Step> &steps) {
  return Fetching(op, groups, sums).run(steps);
}

} // namespace einjit::plan
