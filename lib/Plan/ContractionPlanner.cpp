// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/ContractionPlanner.h"
#include "Plan/Fetching.h"
#include "Plan/Packing.h"
#include "Plan/PanelCopies.h"
#include "Plan/Streaming.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace einjit::plan {
namespace {

/// Tiles that read rows which one of them copies.
constexpr std::int64_t leastTilesOfRows = 3;

class ContractionPlanner {
public:
  ContractionPlanner(const ContractionPlan &plan, std::vector<loop::Step> &steps)
      : plan_(plan), joining_(plan.joining), op_(plan.op), facts_(op_.facts), tile_(op_.tile), blocking_(plan.blocking),
        steps_(steps), v_(*tile_.vectorIterator), panels_(op_, blocking_.vectorOperand, steps) {}

  void run() {
    if (joining_) splitRows();
    orderIterators();
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) splitTile(i);
    // Operands that are loaded for the inner ones stay in registers, and the fewer the better.
    std::ranges::stable_sort(tileLoops_, std::greater<>(), &PlannedLoop::extent);
    splitBlocks();
    order();
    if (!kBlocks_.empty()) stage();
    if (blocking_.packsVector) packVector();
    if (blocking_.packsBroadcast) packBroadcast();
    if (joining_) joinRows();
    packRows();
    add(loop::Keep{op_.accumulator}, {});
    add(loop::Vectorize{lanes_.name}, op_.lanesReason);
    for (const PlannedLoop &loop : tileLoops_) add(loop::Unroll{loop.name}, {});
    finishResults();
    panels_.vectorize();
    fetch();
    parallelize();
  }

private:
  using Loops = PlannedLoops;

  void add(auto action, std::string reason) { steps_.push_back({std::move(action), std::move(reason)}); }

  bool moves(std::size_t operand, const PlannedLoop &loop) const {
    return facts_.iterators[loop.iterator].strides[operand] != 0;
  }

  /// Splits make pairs of loops beside each other, of different lengths, and what is further in stands in both. Blocks
  /// come first; else what streams, so that panels of what stays, which are made outside, serve all its parts.
  void orderIterators() {
    const Cut &streamCut = blocking_.vectorStays ? blocking_.mCut : blocking_.nCut;
    const bool staysFirst = streamCut.isNone() && !blocking_.stayCut().isNone();
    const bool nFirst = blocking_.vectorStays == staysFirst;
    std::vector<std::string> given;
    loop::Reorder step;
    for (const IteratorFacts &iterator : facts_.iterators)
      if (!iterator.reduced) given.push_back(iterator.name);
    std::vector<std::size_t> inOrder;
    for (const auto *group :
         {&blocking_.batch, nFirst ? &blocking_.n : &blocking_.m, nFirst ? &blocking_.m : &blocking_.n})
      for (const OuterLoop &loop : *group) inOrder.push_back(loop.iterator);
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (!facts_.iterators[i].reduced && std::ranges::find(inOrder, i) == inOrder.end()) inOrder.push_back(i);
    for (std::size_t i : inOrder) step.loops.push_back(facts_.iterators[i].name);
    if (joining_) { // innermost
      std::erase(step.loops, facts_.iterators[v_].name);
      std::erase(step.loops, rows_.name);
      step.loops.push_back(rows_.name);
      step.loops.push_back(facts_.iterators[v_].name);
    }
    splitOrder_ = std::move(inOrder);
    if (step.loops != given)
      add(std::move(step), "whole loops first, so that the parts that splits leave nest in them");
  }

  // Splits.

  /// What the tile takes of an iterator becomes loops of the tile; the rest, or all of it, a loop outside.
  void splitTile(std::size_t i) {
    const IteratorFacts &iterator = facts_.iterators[i];
    const auto repeat = std::ranges::find(tile_.repeats, i, &Tile::Repeat::iterator);
    if (i == v_) return splitVectors();
    if (joining_ && joining_->goesOn && i == joining_->rows) return;
    if (tile_.together && i == tile_.together->iterator) return splitTogether(iterator, i);
    if (repeat == tile_.repeats.end()) {
      outer_.push_back({iterator.name, i, iterator.extent});
      outer_.back().shared = SharedLoop::whole(iterator.name, iterator.extent);
      return;
    }
    if (repeat->count >= iterator.extent) {
      tileLoops_.push_back({iterator.name, i, iterator.extent});
      return;
    }
    const std::string outer = iterator.name + "o", inner = iterator.name + "t";
    const std::int64_t unit = joining_ ? joining_->unit : 1;
    add(loop::Split{iterator.name, repeat->count, outer, inner, false, unit}, tile_.reason);
    outer_.push_back({outer, i, ceilDiv(iterator.extent, repeat->count), repeat->count});
    outer_.back().shared = SharedLoop::ofTiles(outer, iterator.extent, repeat->count, unit);
    tileLoops_.push_back({inner, i, repeat->count});
  }

  /// Iterations that are taken at once; what is left in the end is a shorter loop.
  void splitTogether(const IteratorFacts &iterator, std::size_t i) {
    const std::int64_t count = tile_.together->count;
    together_ = PlannedLoop{iterator.name, i, count};
    if (count == iterator.extent) return;
    together_->name = iterator.name + "t";
    add(loop::Split{iterator.name, count, iterator.name + "o", together_->name, false, count},
        facts_.productsAtOnce > 1 ? fmt::format("{} products of bytes at once", count)
                                  : "blocks are read in rows and transposed");
    outer_.push_back({iterator.name + "o", i, ceilDiv(iterator.extent, count), count});
    outer_.back().hasShortEnd = iterator.extent % count != 0;
  }

  /// Lanes over several rows: these are a loop of their own.
  void splitRows() {
    if (joining_->goesOn) {
      add(loop::Split{joining_->whole, joining_->count, joining_->whole + "o", joining_->part},
          fmt::format("lanes go on through {} rows", joining_->count));
      rows_ = {joining_->part, joining_->rows, joining_->count};
      return;
    }
    const IteratorFacts &counted = facts_.iterators[joining_->rows];
    add(loop::Split{joining_->whole, counted.extent, joining_->part, counted.name},
        fmt::format("{} rows have their lanes side by side", joining_->count));
    rows_ = {joining_->part, joining_->rows, joining_->count, counted.extent};
  }

  void splitVectors() {
    if (joining_) {
      lanes_ = {facts_.iterators[v_].name, v_, facts_.iterators[v_].extent};
      if (!joining_->goesOn) lanes_.extent /= joining_->count;
      return;
    }
    const IteratorFacts &iterator = facts_.iterators[v_];
    const std::int64_t width = tile_.vectors * tile_.lanes;
    std::string rest = iterator.name;
    if (width < iterator.extent) {
      add(loop::Split{rest, width, rest + "o", rest + "t", false, tile_.lanes}, tile_.reason);
      outer_.push_back({rest + "o", v_, ceilDiv(iterator.extent, width), width});
      outer_.back().shared = SharedLoop::ofTiles(rest + "o", iterator.extent, width, tile_.lanes);
      rest += "t";
    }
    lanes_ = {rest, v_, tile_.lanes};
    if (tile_.lanes == std::min(width, iterator.extent)) return;
    lanes_.name = iterator.name + "l";
    vectors_ = PlannedLoop{iterator.name + "v", v_, tile_.vectors, tile_.lanes};
    add(loop::Split{rest, tile_.lanes, vectors_->name, lanes_.name, true},
        "lanes of one register; the last may be masked");
  }

  Loops loopsOf(const std::vector<OuterLoop> &group) const {
    Loops loops;
    for (const OuterLoop &loop : group)
      loops.push_back(*std::ranges::find(outer_, loop.iterator, &PlannedLoop::iterator));
    return loops;
  }

  /// The loops before the cut, in `outside`, and those behind.
  Loops cut(Loops loops, const Cut &cut, Loops &outside, const std::string &reason) {
    for (std::size_t i = 0; i < cut.position; ++i) outside.push_back(loops[i]);
    loops.erase(loops.begin(), loops.begin() + static_cast<std::ptrdiff_t>(cut.position));
    if (cut.innermost > 0) outside.push_back(splitBlock(loops.back(), cut.innermost, reason));
    if (cut.length > 0) outside.push_back(splitBlock(loops.front(), cut.length, reason));
    return loops;
  }

  /// The loop over blocks; what is left is that inside of one.
  PlannedLoop splitBlock(PlannedLoop &split, std::int64_t length, const std::string &reason) {
    const std::string name = split.name;
    add(loop::Split{name, length, name + "b", name + "i", true}, reason);
    PlannedLoop blocks{name + "b", split.iterator, ceilDiv(split.extent, length), split.step * length};
    if (split.shared) {
      blocks.shared = split.shared->blocks(name + "b", length);
      split.shared = split.shared->inBlock(name + "i", length);
    }
    split.name = name + "i";
    split.isBounded = split.extent % length != 0;
    split.extent = length;
    return blocks;
  }

  void splitBlocks() {
    panelBatch_ = cut(loopsOf(blocking_.batch), blocking_.batchCut, batch_, "blocks of a batch for a panel");
    k_ = cut(loopsOf(blocking_.k), blocking_.kCut, kBlocks_, std::string(blocking_.kReason));
    n_ = cut(loopsOf(blocking_.n), blocking_.nCut, nBlocks_, std::string(blocking_.nReason));
    m_ = cut(loopsOf(blocking_.m), blocking_.mCut, mBlocks_,
             blocking_.vectorStays ? "blocks of rows for a panel" : "blocks of rows that stay in L2");
  }

  const Loops &stayBlocks() const { return blocking_.vectorStays ? nBlocks_ : mBlocks_; }
  const Loops &streamBlocks() const { return blocking_.vectorStays ? mBlocks_ : nBlocks_; }

  /// Loops over K blocks still stand inside of M and N, from where they are staged.
  void order() {
    loop::Reorder step;
    const auto append = [&](const Loops &loops) {
      for (const PlannedLoop &loop : loops) step.loops.push_back(loop.name);
    };
    const Loops &stays = blocking_.vectorStays ? n_ : m_, &streams = blocking_.vectorStays ? m_ : n_;
    Loops inside = panelBatch_;
    inside.insert(inside.end(), streams.begin(), streams.end());
    inside.insert(inside.end(), stays.begin(), stays.end());
    if (blocking_.inOrderOfResult)
      std::ranges::stable_sort(inside, std::greater<>(), [&](const PlannedLoop &loop) {
        return loop.step * std::abs(facts_.iterators[loop.iterator].resultStride);
      });
    for (const Loops *loops : std::initializer_list<const Loops *>{&batch_, &streamBlocks(), &stayBlocks(), &inside,
                                                                   &kBlocks_, &k_, &tileLoops_})
      append(*loops);
    outsideOfSums_ = {batch_, kBlocks_, streamBlocks(), stayBlocks(), inside};
    for (const Loops *loops :
         std::initializer_list<const Loops *>{&batch_, &kBlocks_, &streamBlocks(), &stayBlocks(), &inside})
      nest_.insert(nest_.end(), loops->begin(), loops->end());
    if (joining_) step.loops.push_back(rows_.name);
    if (vectors_) step.loops.push_back(vectors_->name);
    if (together_) step.loops.push_back(together_->name);
    step.loops.push_back(lanes_.name);
    inOrder_ = step.loops;
    if (joining_ && joining_->goesOn) // sums stay inside of lanes until these are joined
      for (const PlannedLoop &loop : k_) std::erase(step.loops, loop.name);
    if (step.loops.size() > 1) add(std::move(step), describeRoles(facts_) + "; tile " + tile_.reason);
    if (vectors_) tileLoops_.push_back(*vectors_);
    if (together_) tileLoops_.push_back(*together_);
  }

  /// A tile's rows are pieces of the result's, far from each other, and no prefetcher follows them. Those that come
  /// from memory are streamed, or their lines are on their way while the tile's sums are computed. Where the next tile
  /// goes on with the same rows, prefetchers do.
  void farResults() {
    const PlannedLoop *around = nullptr; // whose iterations compute a tile each
    for (const Loops &loops : outsideOfSums_)
      if (!loops.empty()) around = &loops.back();
    const bool rowsGoOn = around && around->iterator == neighboursInResult(facts_, tile_).iterator;
    if (!kBlocks_.empty() || rowsGoOn || !leavesCaches(facts_, op_.target)) return;
    if (plan_.streamed) return add(loop::Stream{*plan_.streamed}, streamReason);
    const auto first = std::ranges::find_if(
        tileLoops_, [&](const PlannedLoop &loop) { return !facts_.iterators[loop.iterator].reduced; });
    const bool isContiguous = facts_.iterators[v_].resultStride == 1;
    if (!blocking_.inOrderOfResult || !isContiguous || !around || first == tileLoops_.end()) return;
    add(loop::PrefetchStores{first->name, op_.target.cacheLineBytes / facts_.elementBytes, around->name},
        "lines of results come while their sums are computed");
  }

  void fetch() {
    if (k_.empty()) return;
    FetchedOp fetched{op_, &panels_, plan_.jumpsBetweenRows || blocking_.rowsStay};
    if (blocking_.broadcastOperand && facts_.movesAll(v_)) fetched.ofBatch = {blocking_.vectorOperand, plan_.isBlock};
    const auto split = planFetches(fetched, outsideOfSums_, k_, steps_);
    if (!split) return;
    const auto found = std::ranges::find(nest_, split->loop, &PlannedLoop::name);
    if (found == nest_.end()) return; // of the sums
    PlannedLoop &loop = *found;
    loop.shared = loop.shared.value_or(SharedLoop::whole(loop.name, loop.extent)).blocks(split->outer, split->factor);
    loop.name = split->outer;
    loop.step *= split->factor;
    loop.extent = ceilDiv(loop.extent, split->factor);
  }

  void stage() {
    loop::Stage step{op_.accumulator, {}, lastOf({&batch_}), op_.accumulator + ".s"};
    for (const PlannedLoop &loop : kBlocks_) step.over.push_back(loop.name);
    add(std::move(step), "partial sums wait in memory while others are added to");
  }

  /// The innermost of the loops, or the one that all stands in.
  std::string lastOf(std::initializer_list<const Loops *> groups) const {
    std::string name = op_.within;
    for (const Loops *loops : groups)
      if (!loops->empty()) name = loops->back().name;
    return name;
  }

  // Rows side by side (Joining.h).

  std::string joinedName() const { return lanes_.name + "j"; }
  static std::string copyName(const std::string &loop) { return loop + "u"; }

  /// What lanes go on through is one loop, of register tiles.
  void joinLanes() {
    const Tile &tile = joining_->registers;
    const std::int64_t width = tile.vectors * tile.lanes, extent = joining_->count * lanes_.extent;
    const std::string all = joinedName(), tiles = all + "o";
    add(loop::Join{rows_.name, lanes_.name, all}, "lanes over all of them");
    std::string rest = all;
    loop::Reorder order;
    if (width < extent) {
      rest = all + "t";
      add(loop::Split{all, width, tiles, rest, false, tile.lanes}, tile.reason);
      outsideOfSums_.back().push_back({tiles, v_, ceilDiv(extent, width), width});
    }
    add(loop::Split{rest, tile.lanes, all + "v", all + "l", true}, "lanes of one register");
    for (const std::string &name : inOrder_) {
      if (name == rows_.name || name == lanes_.name) continue;
      if (!k_.empty() && name == k_.front().name && width < extent) order.loops.push_back(tiles);
      order.loops.push_back(name);
    }
    order.loops.push_back(all + "v");
    order.loops.push_back(all + "l");
    add(std::move(order), "register tiles one beside the other");
    lanes_ = {all + "l", v_, tile.lanes};
    tileLoops_.push_back({all + "v", v_, tile.vectors, tile.lanes});
  }

  /// The tile's results wait for the copy to their rows, so that lanes need not.
  void joinRows() {
    if (joining_->goesOn) return joinLanes();
    const std::string place = nest_.empty() ? op_.within : nest_.back().name;
    loop::Unpack unpack{plan_.result, place, {}, plan_.result + ".u" + op_.suffix, {}, op_.accumulator};
    for (const PlannedLoop &loop : tileLoops_) unpack.over.push_back(loop.name);
    unpack.over.push_back(rows_.name);
    unpack.over.push_back(lanes_.name);
    for (const std::string &name : unpack.over) unpack.by.push_back(copyName(name));
    add(std::move(unpack), "rows side by side are copied to where they belong");
    copied_ = lanes_;
    add(loop::Join{rows_.name, lanes_.name, joinedName()}, "lanes over all of them");
    lanes_ = {joinedName(), v_, tile_.lanes};
    if (tile_.vectors == 1) return;
    const std::string vectors = copied_.name + "v", lanes = copied_.name + "l";
    add(loop::Split{lanes_.name, tile_.lanes, vectors, lanes, true}, "lanes of one register; the last may be masked");
    lanes_.name = lanes;
    tileLoops_.push_back({vectors, v_, tile_.vectors, tile_.lanes});
  }

  void finishResults() {
    if (!joining_) return farResults();
    if (!joining_->goesOn) copyRows();
    if (joining_->streams) add(loop::Stream{plan_.result}, streamReason);
  }

  /// From the tile to its rows, one after the other.
  void copyRows() {
    loop::Reorder order{{copyName(rows_.name)}};
    std::string lanes = copyName(copied_.name);
    for (const PlannedLoop &loop : tileLoops_)
      if (loop.iterator != v_) order.loops.push_back(copyName(loop.name));
    if (joining_->piece < copied_.extent) {
      add(loop::Split{lanes, joining_->piece, lanes + "v", lanes + "l", true}, "pieces of a row");
      order.loops.push_back(lanes + "v");
      lanes += "l";
    }
    const std::vector<std::string> unrolled = order.loops;
    order.loops.push_back(lanes);
    add(std::move(order), "whole rows, one after the other");
    add(loop::Vectorize{lanes}, {});
    for (const std::string &name : unrolled) add(loop::Unroll{name}, {});
  }

  // Panels.

  /// The loop that a panel is made in: the innermost one that it depends on and the panel is not over.
  std::string panelPlace(bool stays, const Loops &blocks) const {
    if (blocks.empty()) return lastOf({&batch_, &kBlocks_});
    return stays ? blocks.back().name : lastOf({&batch_, &kBlocks_, &blocks});
  }

  void packVector() {
    const std::size_t operand = blocking_.vectorOperand;
    Loops over;
    for (const Loops *loops : {&panelBatch_, &n_, &k_, &tileLoops_})
      for (const PlannedLoop &loop : *loops)
        if (moves(operand, loop)) over.push_back(loop);
    if (joining_) over.push_back(rows_);
    over.push_back(lanes_);
    panels_.pack(operand, panelPlace(blocking_.vectorStays, nBlocks_), over, joining_ ? joinedName() : lanes_.name,
                 std::string(whyPacked(facts_, op_.target, operand, v_)));
  }

  /// Tiles that read the same rows of V, one after the other: the first one copies them, where they would not stay
  /// near.
  void packRows() {
    const std::size_t operand = blocking_.vectorOperand;
    if (joining_ || nest_.size() < 2 || !kBlocks_.empty() || panels_.areOf(operand)) return;
    const PlannedLoop &tiles = nest_.back(), &rows = nest_[nest_.size() - 2];
    if (moves(operand, tiles) || !moves(operand, rows) || tiles.extent < leastTilesOfRows ||
        !rowsCrowdL1(facts_, op_.target, operand, tile_))
      return;
    loop::Pack step{op_.operandNames[operand], rows.name, {}, {}};
    for (const Loops *loops : {&k_, &tileLoops_})
      for (const PlannedLoop &loop : *loops)
        if (moves(operand, loop)) step.over.push_back(loop.name);
    step.over.push_back(lanes_.name);
    step.as = fmt::format("{}.p{}", step.buffer, op_.suffix);
    step.first = firstTiles_ = tiles.name;
    add(std::move(step), "its rows share places of L1");
  }

  void packBroadcast() {
    const std::size_t operand = *blocking_.broadcastOperand;
    Loops over;
    for (const Loops *loops : {&panelBatch_, &m_, &k_, &tileLoops_})
      for (const PlannedLoop &loop : *loops)
        if (moves(operand, loop)) over.push_back(loop);
    if (over.empty()) return;
    // Last is what an instruction or the tile has side by side, if that can be copied as it is, or else what it reads
    // next.
    auto last = std::ranges::find_if(over, [&](const PlannedLoop &loop) {
      return standsLast(operand, loop) &&
             std::ranges::find(tileLoops_, loop.name, &PlannedLoop::name) != tileLoops_.end();
    });
    if (last == over.end() && !k_.empty()) last = std::ranges::find(over, k_.back().name, &PlannedLoop::name);
    const bool hasLanes = facts_.iterators[v_].strides[operand] != 0; // those of a batch
    if (!hasLanes && last != over.end()) std::rotate(last, last + 1, over.end());
    if (hasLanes) over.push_back(lanes_);
    const std::string place = panelPlace(!blocking_.vectorStays, mBlocks_);
    panels_.pack(operand, plan_.isOfAllBlocks && place == op_.within ? std::string() : place, over, lanes_.name,
                 "its elements are read again for each tile");
  }

  /// What one instruction takes together is side by side in a panel; else what is so in the operand.
  bool standsLast(std::size_t operand, const PlannedLoop &loop) const {
    return facts_.productsAtOnce > 1 && together_ ? loop.name == together_->name : distance(facts_, operand, loop) == 1;
  }

  /// Of the loops that do not sum. Panels that are made outside of those that threads share are copied by all threads.
  void parallelize() {
    if (plan_.threads < 2) return;
    std::vector<SharedLoop> nest;
    double runs = 1, copied = 0; // of the loop's body, and elements of panels that are made in it and outside of it
    for (const PlannedLoop &loop : nest_) {
      nest.push_back(loop.shared.value_or(SharedLoop::whole(loop.name, loop.extent)));
      nest.back().isSerial = facts_.iterators[loop.iterator].reduced || loop.name == firstTiles_;
      nest.back().lines =
          copied * static_cast<double>(facts_.elementBytes) / static_cast<double>(op_.target.cacheLineBytes);
      runs *= static_cast<double>(loop.extent);
      copied += runs * panels_.elementsMadeIn(loop.name);
      nest.back().isAlone &= nest.size() > 1 && !panels_.areMadeIn(nest[nest.size() - 2].name);
    }
    for (std::size_t i = 0; i < nest.size(); ++i)
      for (std::size_t inner = i + 1; inner < nest.size(); ++inner)
        if (nest[inner].parts.size() > 1 && isSplitBefore(nest_[inner], nest_[i])) nest[i].isAlone = false;
    const std::vector<std::string> shared = chooseShared(nest, plan_.cycles, plan_.threads);
    if (shared.empty()) return;
    panels_.share(nest_, shared.front(), plan_.threads);
    for (const std::string &name : shared) add(loop::Parallelize{name}, fmt::format("{} threads", plan_.threads));
  }

  /// Whether parts of the first one's iterator stand beside each other with a loop of the second one in each.
  bool isSplitBefore(const PlannedLoop &first, const PlannedLoop &second) const {
    return std::ranges::find(splitOrder_, first.iterator) < std::ranges::find(splitOrder_, second.iterator);
  }

  const ContractionPlan &plan_;
  const Joining *joining_;
  const TiledOp &op_;
  const OpFacts &facts_;
  const Tile &tile_;
  const Blocking &blocking_;
  std::vector<loop::Step> &steps_;
  const std::size_t v_;
  PanelCopies panels_;
  std::vector<std::size_t> splitOrder_; ///< parallel iterators, the first one split outermost
  Loops outer_;                         ///< before blocks
  std::vector<std::string> inOrder_;    ///< all loops, after the first order
  Loops tileLoops_;                     ///< repetitions, then vectors; unrolled
  std::vector<Loops> outsideOfSums_;    ///< outermost first
  Loops batch_, nBlocks_, kBlocks_, mBlocks_, n_, m_, k_;
  Loops panelBatch_;       ///< the loops of a batch that a panel is over
  std::string firstTiles_; ///< the loop whose first iteration copies for the others
  PlannedLoop lanes_{};
  PlannedLoop rows_{}, copied_{}; ///< of joined lanes: the loop over rows, and the one over a row
  std::optional<PlannedLoop> vectors_, together_;
  Loops nest_; ///< around the tile, K blocks where they are staged, outermost first; sums within blocks aside
};

} // namespace

void planContraction(const ContractionPlan &plan, std::vector<loop::Step> &steps) {
  ContractionPlanner(plan, steps).run();
}

} // namespace einjit::plan
