// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Unpacking.h"
#include "Plan/Cut.h"
#include "Plan/Fetching.h"
#include "Plan/Packing.h"
#include "Plan/TileModel.h"
#include "Support/Checked.h"
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <utility>

namespace einjit::plan {
namespace {

/// Reads of an element of V: a line of it takes as many cycles to come from memory as that many vectors to multiply.
constexpr std::int64_t mostReuse = 64;
/// Lines of the result that a block has along r, at most.
constexpr std::int64_t mostLines = 4;
/// With longer sums, storing lanes of a batch apart does not show.
constexpr std::int64_t mostSum = 192;
/// What a block reads along x and r, where those are lanes of a batch: two pages.
constexpr std::int64_t pieceBytes = 8192;

std::string insideName(const IteratorFacts &iterator, bool isBlocked) {
  return isBlocked ? iterator.name + "i" : iterator.name;
}
std::string copyName(const std::string &inside) { return inside + "u"; }

class Choice {
public:
  Choice(const OpFacts &facts, const Tile &tile, const Target &target, std::int64_t threads)
      : facts_(facts), tile_(tile), target_(target), threads_(threads) {}

  std::optional<Unpacking> run() {
    if (!isProduct() || !findIterators()) return std::nullopt;
    if (!(result_.ofBatch ? paysForBatch() : pays())) return std::nullopt;
    if (!chooseBlock() || blockCount() < threads_) return std::nullopt;
    result_.inRows = !result_.ofBatch && !isInOnePiece(row_);
    result_.needsFetch = result_.inRows && comesFromFar(facts_, target_, v_);
    if (result_.inRows && !hasLongRows()) return std::nullopt;
    describeBlock();
    return std::move(result_);
  }

private:
  bool moves(std::size_t operand, std::size_t i) const { return facts_.iterators[i].strides[operand] != 0; }
  std::int64_t extent(std::size_t i) const { return facts_.iterators[i].extent; }

  /// Of two factors that are used as they are.
  bool isProduct() {
    if (!facts_.hasReduction || !facts_.hasOwnMemory || facts_.operandCount != 2 || facts_.productsAtOnce > 1 ||
        facts_.registersPerVector() > 1 || !std::ranges::all_of(facts_.bodyOperand, std::identity()))
      return false;
    v_ = facts_.operandBytes[0] >= facts_.operandBytes[1] ? 0 : 1;
    return !facts_.convertedTo[v_] && facts_.isPackable[v_];
  }

  /// r and x, both of V alone where there is no batch, or x of the batch that has the lanes.
  bool findIterators() {
    std::optional<std::size_t> r, x;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      const IteratorFacts &iterator = facts_.iterators[i];
      if (iterator.reduced || iterator.extent < 2 || !moves(v_, i)) continue;
      if (iterator.resultStride == 1) r = i;
      if (iterator.strides[v_] == 1) x = i;
    }
    if (!r || !x || r == x) return false;
    r_ = *r;
    x_ = *x;
    result_.ofBatch = tile_.vectorIterator == x_ && facts_.movesAll(x_);
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (!result_.ofBatch && !facts_.iterators[i].reduced && facts_.movesAll(i)) return false;
    const std::int64_t lanes = target_.lanes(facts_.elementBytes);
    return lanes > 1 && extent(r_) >= lanes && extent(x_) >= lanes;
  }

  bool pays() const {
    const std::int64_t result = checkedMul(facts_.points(false), facts_.elementBytes).value_or(INT64_MAX);
    // Panels of rows that sums jump between take longer to copy, and tiles write rows that are no whole lines slowly.
    const bool isSlowInPanels = !isInOnePiece(extent(x_)) || rowsGoOn();
    const std::int64_t most = isSlowInPanels ? facts_.operandBytes[v_] / 3 * 2 : facts_.operandBytes[v_] / 5 * 2;
    return facts_.operandBytes[v_] > target_.l2Bytes && result <= most && facts_.reuse(v_) < mostReuse;
  }

  /// Of an iterator that rows along r, which are no whole lines, go on with: the fewest iterations for whole lines.
  std::optional<Unpacking::Outside> rowsGoOn() const {
    const std::int64_t line = target_.cacheLineBytes / facts_.elementBytes;
    const std::int64_t part = line / std::gcd(line, extent(r_));
    if (part == 1 || extent(r_) > mostLines * line) return std::nullopt;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (moves(v_, i) && i != x_ && facts_.iterators[i].resultStride == extent(r_) && extent(i) % part == 0)
        return Unpacking::Outside{i, part};
    return std::nullopt;
  }

  /// Whether V and the result come from beyond L2, and sums are short.
  bool paysForBatch() const {
    const std::int64_t result = checkedMul(facts_.points(false), facts_.elementBytes).value_or(INT64_MAX);
    return std::min(facts_.operandBytes[v_], result) > target_.l2Bytes && facts_.points(true) <= mostSum;
  }

  /// Whether K and x, of which a block has so much, are all of what is near.
  bool isInOnePiece(std::int64_t row) const {
    if (row < extent(x_)) return false;
    std::vector<std::size_t> near{x_};
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (facts_.iterators[i].reduced && extent(i) > 1) near.push_back(i);
    std::ranges::sort(near, {}, [&](std::size_t i) { return std::abs(facts_.iterators[i].strides[v_]); });
    std::int64_t elements = 1;
    for (std::size_t i : near) {
      if (facts_.iterators[i].strides[v_] != elements) return false;
      elements *= extent(i);
    }
    return true;
  }

  /// Whether rows along x, which one sum jumps between, are fetched and make whole lines of results.
  bool hasLongRows() const {
    const std::int64_t line = target_.cacheLineBytes / facts_.elementBytes;
    const auto sums = std::ranges::count_if(facts_.iterators, [](const IteratorFacts &i) { return i.reduced; });
    const std::int64_t row = result_.merged ? product(row_, lengthInside(*result_.merged)) : row_;
    const bool isWhole = lengthInside(r_) == extent(r_) && extent(r_) >= leastLinesOfRow * line;
    return sums == 1 && row >= leastLinesOfRow * line && (result_.joined || extent(r_) % line == 0 || isWhole);
  }
  /// Iterations in one block.
  std::int64_t lengthInside(std::size_t i) const {
    const auto cut = std::ranges::find(result_.outside, i, &Unpacking::Outside::iterator);
    return cut == result_.outside.end() ? extent(i) : cut->length;
  }

  /// Whether rows along r that are no whole lines, and those of V that sums jump between, are best left as they are:
  /// with so many of `elements`, a block of them stays in L2.
  bool keepsRowsWhole(std::int64_t elements) const {
    const std::int64_t line = target_.cacheLineBytes / facts_.elementBytes;
    return !result_.ofBatch && !isInOnePiece(extent(x_)) && extent(r_) % line != 0 &&
           extent(r_) >= leastLinesOfRow * line &&
           product(product(elements, extent(r_)), extent(x_)) <= target_.l2Bytes / 3 * 2 / facts_.elementBytes;
  }

  /// Of r in a block: whole lines if there is such a divisor, else at least so many elements.
  std::int64_t lengthAlongRows(std::int64_t elements, std::int64_t budget, bool isWhole) const {
    const std::int64_t line = target_.cacheLineBytes / facts_.elementBytes, row = extent(r_);
    const std::int64_t linesBesideX = budget / product(elements, extent(x_)) / line;
    if (row % line != 0)
      return result_.ofBatch || row <= mostLines * line || isWhole ? row : greatestDivisor(row, mostLines * line);
    if (result_.ofBatch)
      return line * linesOfBatch(std::min(pieceBytes / target_.cacheLineBytes / extent(x_), linesBesideX));
    // V that does not come in one piece is fetched in rows along x, the better the more of r they follow.
    if (isInOnePiece(extent(x_)) || extent(x_) < leastLinesOfRow * line) return line;
    return line * greatestDivisor(row / line, std::clamp<std::int64_t>(linesBesideX, 1, mostLines));
  }

  bool chooseBlock() {
    const std::int64_t line = target_.cacheLineBytes / facts_.elementBytes;
    const std::int64_t budget = target_.l2Bytes / 5 * (result_.ofBatch ? 2 : 3) / facts_.elementBytes;
    std::int64_t elements = 1; // of %u
    std::vector<std::size_t> others, own;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      if (facts_.iterators[i].reduced || i == r_ || i == x_) continue;
      (moves(v_, i) ? others : own).push_back(i);
      if (!moves(v_, i)) elements = checkedMul(elements, extent(i)).value_or(INT64_MAX);
    }
    const bool isWhole = keepsRowsWhole(elements);
    const std::int64_t length = lengthAlongRows(elements, budget, isWhole);
    const auto next = result_.ofBatch ? std::nullopt : rowsGoOn();
    const std::int64_t rows = next ? product(length, next->length) : length;
    if (length < line || elements > budget / rows) return false;
    elements *= rows;
    row_ = isWhole ? extent(x_) : rowLength(budget / elements);
    if (row_ < line) return false;
    elements *= row_;

    result_.outside = {{r_, length}};
    if (row_ < extent(x_)) result_.outside.push_back({x_, row_});
    result_.inside = own;
    result_.inside.push_back(x_);
    std::ranges::sort(others, {}, [&](std::size_t i) { return std::abs(facts_.iterators[i].strides[v_]); });
    if (next) std::erase(others, next->iterator);
    for (std::size_t i : others) { // the nearest first, which is innermost
      const std::int64_t part = greatestDivisor(extent(i), std::max<std::int64_t>(1, budget / elements));
      elements *= part;
      if (part < extent(i)) result_.outside.insert(result_.outside.begin() + 1, {i, part});
      if (part > 1) result_.inside.insert(result_.inside.begin(), i);
    }
    result_.rows = r_;
    result_.inside.insert(result_.ofBatch ? result_.inside.end() - 1 : result_.inside.begin(), r_);
    if (result_.ofBatch) joinRows();
    if (!result_.ofBatch && !others.empty()) mergeLanes(others.front());
    if (next) joinBlock(*next);
    const std::size_t last = result_.outside.back().iterator;
    result_.goesOn =
        result_.ofBatch && facts_.iterators[last].strides[v_] > 0 && result_.outside.back().length < extent(last);
    return true;
  }

  /// Whole rows that are no whole lines may go on with an iterator that is whole in the block: that stands before r
  /// then, and nothing of r outside.
  void joinRows() {
    const std::int64_t line = target_.cacheLineBytes / facts_.elementBytes;
    if (result_.outside.front().length < extent(r_) || result_.outside.size() < 2 || extent(r_) % line == 0) return;
    const auto next = std::ranges::find_if(result_.inside, [&](std::size_t i) {
      const auto cut = std::ranges::find(result_.outside, i, &Unpacking::Outside::iterator);
      return i != r_ && i != x_ && cut == result_.outside.end() && facts_.iterators[i].resultStride == extent(r_) &&
             extent(r_) * extent(i) % line == 0;
    });
    if (next == result_.inside.end()) return;
    result_.joined = *next;
    std::rotate(next, next + 1, std::ranges::find(result_.inside, r_));
    result_.outside.erase(result_.outside.begin());
  }

  /// The same for a part of an iterator.
  void joinBlock(const Unpacking::Outside &next) {
    result_.joined = next.iterator;
    result_.inside.insert(result_.inside.begin(), next.iterator);
    if (next.length < extent(next.iterator))
      result_.outside.front() = next;
    else if (result_.outside.size() > 1)
      result_.outside.erase(result_.outside.begin());
  }

  /// Rows along x that are no whole vectors may go on in V, with an iterator that stands beside it in %u then.
  void mergeLanes(std::size_t nearest) {
    const bool isInside = std::ranges::find(result_.inside, nearest) != result_.inside.end();
    if (!isInside || row_ < extent(x_) || extent(x_) % target_.lanes(facts_.elementBytes) == 0 ||
        facts_.iterators[nearest].strides[v_] != extent(x_))
      return;
    result_.merged = nearest;
    std::erase(result_.inside, nearest);
    result_.inside.insert(result_.inside.end() - 1, nearest);
  }

  /// Lines of the result along r, at most so many. Of a V from far beyond L2 those whose sums read an eighth of that.
  std::int64_t linesOfBatch(std::int64_t most) const {
    constexpr std::int64_t leastLines = 2;
    const std::int64_t all = extent(r_) / (target_.cacheLineBytes / facts_.elementBytes);
    const std::int64_t read = product(product(facts_.points(true), extent(x_)), target_.cacheLineBytes);
    const std::int64_t fetched = std::min(most, target_.l2Bytes / 8 / read);
    if (comesFromFar(facts_, target_, v_) && fetched >= leastLines)
      if (const std::int64_t lines = greatestDivisor(all, fetched); lines >= leastLines) return lines;
    return greatestDivisor(all, std::max<std::int64_t>(1, most));
  }

  /// The longest part of x that fits, in whole lines if that is not much shorter; all of it, for lanes of a batch.
  std::int64_t rowLength(std::int64_t most) const {
    const std::int64_t line = target_.cacheLineBytes / facts_.elementBytes, whole = extent(x_);
    if (most < 1 || (result_.ofBatch && most < whole)) return 0;
    const std::int64_t length = greatestDivisor(whole, most);
    if (length == whole || whole % line != 0 || most < line) return length;
    const std::int64_t inLines = greatestDivisor(whole / line, most / line) * line;
    return 2 * inLines >= length ? inLines : length;
  }

  std::int64_t blockCount() const {
    std::vector<std::int64_t> counts;
    for (const auto &[i, length] : result_.outside) counts.push_back(extent(i) / length);
    return checkedProduct(counts).value_or(INT64_MAX);
  }

  void describeBlock() {
    for (std::size_t i : result_.inside) {
      result_.layout.push_back(facts_.iterators[i]);
      IteratorFacts &iterator = result_.layout.back();
      iterator.extent = lengthInside(i);
      iterator.name = insideName(iterator, std::ranges::count(result_.outside, i, &Unpacking::Outside::iterator) > 0);
    }
    std::int64_t stride = 1;
    for (auto iterator = result_.layout.rbegin(); iterator != result_.layout.rend(); ++iterator) {
      iterator->resultStride = stride;
      stride *= iterator->extent;
    }
    OpFacts &block = result_.block;
    block = facts_;
    block.iterators = result_.layout;
    if (result_.merged) {
      const IteratorFacts x = block.iterators.back();
      block.iterators.pop_back();
      const std::int64_t rows = std::exchange(block.iterators.back(), x).extent;
      block.iterators.back().extent *= rows;
      block.iterators.back().name += "m";
    }
    for (const IteratorFacts &iterator : facts_.iterators)
      if (iterator.reduced) block.iterators.push_back(iterator);
    block.blocksApart.assign(facts_.operandCount, 0);
    for (const auto &[i, length] : result_.outside)
      for (std::size_t operand = 0; operand < facts_.operandCount && length < extent(i); ++operand)
        block.blocksApart[operand] =
            std::gcd(block.blocksApart[operand], product(length, facts_.iterators[i].strides[operand]));
  }

  const OpFacts &facts_;
  const Tile &tile_;
  const Target &target_;
  const std::int64_t threads_;
  std::size_t v_ = 0, r_ = 0, x_ = 0;
  std::int64_t row_ = 0; ///< of x, in a block
  Unpacking result_{};
};

/// Whether lanes of the copy, along r, would read %u from few sets of L1.
bool sharesSets(const Unpacking &unpacking) {
  if (unpacking.joined || unpacking.merged) return false; // whose axes have to go on in each other
  const auto rows = std::ranges::find(unpacking.inside, unpacking.rows) - unpacking.inside.begin();
  const std::int64_t step = unpacking.layout[static_cast<std::size_t>(rows)].resultStride;
  return step * unpacking.block.elementBytes % fewSetsBytes == 0;
}

/// Elements along x of blocks that the copy transposes: as many as lanes; half where those would leave much of a row.
std::int64_t sideOfBlocks(std::int64_t row, std::int64_t lanes) {
  const bool leavesMuch = row < 3 * lanes && row % lanes == lanes / 2;
  return row > lanes && leavesMuch ? lanes / 2 : lanes;
}

/// How many of the last of these loops a row of the result, of so many elements so far, goes on along: those stand
/// inside of the loops over x, if all rows of a square stay in L1.
std::ptrdiff_t loopsAlongRow(const OpFacts &facts, const Unpacking &unpacking, const Target &target,
                             const std::vector<std::size_t> &positions, std::int64_t run) {
  const std::int64_t lanes = target.lanes(facts.elementBytes);
  std::ptrdiff_t count = 0;
  for (auto position = positions.rbegin(); position != positions.rend(); ++position, ++count) {
    const std::int64_t extent = unpacking.layout[*position].extent;
    const bool isNext = facts.iterators[unpacking.inside[*position]].resultStride == run;
    if (!isNext || run * extent * lanes * facts.elementBytes > target.l1Bytes / 2) break;
    run *= extent;
  }
  return count;
}

} // namespace

std::optional<Unpacking> chooseUnpacking(const OpFacts &facts, const Tile &tile, const Target &target,
                                         std::int64_t threads) {
  return Choice(facts, tile, target, threads).run();
}

std::vector<SharedLoop> planOutside(const OpFacts &facts, const Unpacking &unpacking, const std::string &output,
                                    std::vector<loop::Step> &steps) {
  std::vector<SharedLoop> nest;
  loop::Reorder order;
  for (const auto &[i, length] : unpacking.outside) {
    const IteratorFacts &iterator = facts.iterators[i];
    std::string name = iterator.name;
    if (length > 1) {
      name += "b";
      steps.push_back({loop::Split{iterator.name, length, name, insideName(iterator, true), true},
                       i == unpacking.rows ? "whole lines of the result" : "blocks whose results fit L2"});
    }
    order.loops.push_back(name);
    nest.push_back(SharedLoop::whole(name, iterator.extent / length));
  }
  loop::Unpack unpack{output, order.loops.back(), {}, output + ".u", {}, {}};
  for (const IteratorFacts &iterator : unpacking.layout) {
    order.loops.push_back(iterator.name);
    unpack.over.push_back(iterator.name);
    unpack.by.push_back(copyName(iterator.name));
  }
  if (sharesSets(unpacking)) unpack.padded = unpack.over.back();
  steps.push_back({std::move(order), "blocks in the order in which the larger operand lies in memory"});
  steps.push_back({std::move(unpack), unpacking.ofBatch ? "lanes of a batch, which are far apart in the result"
                                                        : "fewer results than elements of an operand are transposed"});
  if (unpacking.merged) {
    const std::size_t x = unpacking.layout.size() - 1;
    steps.push_back({loop::Join{unpacking.layout[x - 1].name, unpacking.layout[x].name, unpacking.layout[x].name + "m"},
                     "lanes along rows that go on in each other"});
  }
  return nest;
}

OpFacts factsOfCopy(const OpFacts &facts, const Unpacking &unpacking) {
  OpFacts copied = facts;
  if (!unpacking.joined) return copied;
  IteratorFacts &next = copied.iterators[*unpacking.joined];
  copied.iterators[unpacking.rows].extent *= next.extent;
  next.extent = 1;
  next.resultStride = 0;
  return copied;
}

void planCopy(const OpFacts &facts, const Unpacking &unpacking, const Target &target, LinesOfCopy lines,
              std::vector<loop::Step> &steps) {
  const std::int64_t lanes = target.lanes(facts.elementBytes);
  const std::size_t last = unpacking.inside.size() - 1;
  const auto first =
      static_cast<std::size_t>(std::ranges::find(unpacking.inside, unpacking.rows) - unpacking.inside.begin());
  std::vector<std::size_t> others; // positions
  for (std::size_t position = 0; position < last; ++position)
    if (position != first && unpacking.inside[position] != unpacking.joined) others.push_back(position);
  std::ranges::stable_sort(others, std::greater(), [&](std::size_t position) {
    return std::abs(facts.iterators[unpacking.inside[position]].resultStride);
  });
  const auto nameAt = [&](std::size_t position) { return copyName(unpacking.layout[position].name); };
  const std::string row = nameAt(last);
  std::string vector = nameAt(first);
  std::int64_t length = unpacking.layout[first].extent;
  if (unpacking.joined) {
    steps.push_back({loop::Join{nameAt(first - 1), vector, vector + "j"}, "rows make whole lines together"});
    vector += "j";
    length *= unpacking.layout[first - 1].extent;
  }
  const auto goesOn = others.end() - loopsAlongRow(facts, unpacking, target, others, length);
  std::vector<std::string> inner;
  for (auto position = goesOn; position != others.end(); ++position) inner.push_back(nameAt(*position));
  loop::Reorder order;
  for (auto position = others.begin(); position != goesOn; ++position) order.loops.push_back(nameAt(*position));
  std::string unrolled = row, rows = row; // the loop over what is read next, and the one that writes parts of rows
  if (length > lanes) {
    steps.push_back({loop::Split{vector, lanes, vector + "v", vector + "l", true}, "lanes of one register"});
    rows = vector + "v";
    // Lines that go to L3 one by one anyway may as well be written in the order in which %u is read on.
    const bool leavesL2 = product(facts.points(false), facts.elementBytes) > target.l2Bytes;
    if (unpacking.joined && lines == LinesOfCopy::Near && leavesL2)
      order.loops.insert(order.loops.begin(), rows);
    else
      inner.push_back(rows);
    vector += "l";
  }
  if (const std::int64_t side = sideOfBlocks(unpacking.layout[last].extent, lanes);
      unpacking.layout[last].extent > side) {
    unrolled = row + "t";
    steps.push_back({loop::Split{row, side, row + "o", unrolled}, "square blocks are transposed in registers"});
    order.loops.push_back(row + "o");
  }
  order.loops.insert(order.loops.end(), inner.begin(), inner.end());
  order.loops.push_back(unrolled);
  order.loops.push_back(vector);
  steps.push_back({std::move(order), "rows are written to their end"});
  steps.push_back({loop::Vectorize{vector}, "contiguous in the result"});
  steps.push_back({loop::Unroll{unrolled}, {}});
  if (lines == LinesOfCopy::Prefetched)
    steps.push_back(
        {loop::PrefetchStores{rows == row ? unrolled : rows, target.cacheLineBytes / facts.elementBytes, {}},
         "rows come from memory, for they are no whole lines"});
}

} // namespace einjit::plan
