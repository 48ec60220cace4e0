// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/ContractionPlanner.h"
#include "Plan/Sharing.h"
#include "Plan/Streaming.h"
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

/// A loop of the plan: all of an iterator, or what splits make of it. One iteration moves by `step` iterations of it.
struct PlannedLoop {
  std::string name;
  std::size_t iterator;
  std::int64_t extent; ///< the longest
  std::int64_t step = 1;
  bool isBounded = false;   ///< whether the last block's ends early
  bool hasShortEnd = false; ///< whether what is left of the iterator is a loop of the same name, of one iteration
  std::optional<SharedLoop> shared = {}; ///< how threads may share it
};

/// Copying fewer elements takes less time than sharing the work.
constexpr double leastSharedCopy = 32768;

class ContractionPlanner {
public:
  ContractionPlanner(const ContractionPlan &plan, std::vector<loop::Step> &steps)
      : plan_(plan), facts_(plan.facts), tile_(plan.tile), blocking_(plan.blocking), steps_(steps),
        v_(*plan.tile.vectorIterator) {}

  void run() {
    orderIterators();
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) splitTile(i);
    splitBlocks();
    order();
    if (!kBlocks_.empty()) stage();
    if (blocking_.packsVector) packVector();
    if (blocking_.packsBroadcast) packBroadcast();
    add(loop::Keep{plan_.accumulator}, {});
    add(loop::Vectorize{lanes_.name}, plan_.lanesReason);
    for (const PlannedLoop &loop : tileLoops_) add(loop::Unroll{loop.name}, {});
    farResults();
    for (const auto &[name, unrolled] : copyLanes_) {
      add(loop::Vectorize{name}, {});
      for (const std::string &loop : unrolled) add(loop::Unroll{loop}, {});
    }
    for (std::size_t operand = 0; operand < facts_.operandCount; ++operand) fetch(operand);
    parallelize();
  }

private:
  using Loops = std::vector<PlannedLoop>;

  struct PanelCopy {
    std::string at; ///< the loop that it is made in; may be empty
    Loops loops;    ///< around its vectors, outermost first
    double elements = 0;
  };

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
    add(loop::Split{iterator.name, repeat->count, outer, inner, false, 1}, tile_.reason);
    outer_.push_back({outer, i, ceilDiv(iterator.extent, repeat->count), repeat->count});
    outer_.back().shared = SharedLoop::ofTiles(outer, iterator.extent, repeat->count, 1);
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

  void splitVectors() {
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
    if (cut.length == 0) return loops;
    PlannedLoop &split = loops.front();
    const std::string name = split.name;
    add(loop::Split{name, cut.length, name + "b", name + "i", true}, reason);
    outside.push_back({name + "b", split.iterator, ceilDiv(split.extent, cut.length), split.step * cut.length});
    if (split.shared) {
      outside.back().shared = split.shared->blocks(name + "b", cut.length);
      split.shared = split.shared->inBlock(name + "i", cut.length);
    }
    split.name = name + "i";
    split.isBounded = split.extent % cut.length != 0;
    split.extent = cut.length;
    return loops;
  }

  void splitBlocks() {
    batch_ = loopsOf(blocking_.batch);
    k_ = cut(loopsOf(blocking_.k), blocking_.kCut, kBlocks_, "blocks of sums, whose part of an operand fits L2");
    n_ = cut(loopsOf(blocking_.n), blocking_.nCut, nBlocks_, "blocks of columns that stay in L2");
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
    Loops inside = streams;
    inside.insert(inside.end(), stays.begin(), stays.end());
    if (blocking_.inOrderOfResult)
      std::ranges::stable_sort(inside, std::greater<>(), [&](const PlannedLoop &loop) {
        return loop.step * std::abs(facts_.iterators[loop.iterator].resultStride);
      });
    outsideOfSums_ = {batch_, streamBlocks(), stayBlocks(), inside};
    for (const Loops &loops : outsideOfSums_) append(loops);
    for (const Loops *loops : {&kBlocks_, &k_, &tileLoops_}) append(*loops);
    for (const Loops *loops :
         std::initializer_list<const Loops *>{&batch_, &kBlocks_, &streamBlocks(), &stayBlocks(), &inside})
      nest_.insert(nest_.end(), loops->begin(), loops->end());
    if (vectors_) step.loops.push_back(vectors_->name);
    if (together_) step.loops.push_back(together_->name);
    step.loops.push_back(lanes_.name);
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
    const bool rowsGoOn = around && around->iterator == v_;
    if (!kBlocks_.empty() || rowsGoOn || !leavesCaches(facts_, plan_.target)) return;
    if (plan_.streamed) return add(loop::Stream{*plan_.streamed}, streamReason);
    const auto first = std::ranges::find_if(
        tileLoops_, [&](const PlannedLoop &loop) { return !facts_.iterators[loop.iterator].reduced; });
    const bool isContiguous = facts_.iterators[v_].resultStride == 1;
    if (!blocking_.inOrderOfResult || !isContiguous || !around || first == tileLoops_.end()) return;
    add(loop::PrefetchStores{first->name, plan_.target.cacheLineBytes / facts_.elementBytes, around->name},
        "lines of results come while their sums are computed");
  }

  void stage() {
    loop::Stage step{plan_.accumulator, {}, lastOf({&batch_}), plan_.accumulator + ".s"};
    for (const PlannedLoop &loop : kBlocks_) step.over.push_back(loop.name);
    add(std::move(step), "partial sums wait in memory while others are added to");
  }

  /// The innermost of the loops; empty if there is none.
  static std::string lastOf(std::initializer_list<const Loops *> groups) {
    std::string name;
    for (const Loops *loops : groups)
      if (!loops->empty()) name = loops->back().name;
    return name;
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
    for (const Loops *loops : {&n_, &k_, &tileLoops_})
      for (const PlannedLoop &loop : *loops)
        if (moves(operand, loop)) over.push_back(loop);
    over.push_back(lanes_);
    const std::int64_t stride = facts_.iterators[v_].strides[operand];
    pack(operand, panelPlace(blocking_.vectorStays, nBlocks_), over,
         std::abs(stride) == 1 ? "its rows are far apart" : "its lanes are far apart");
  }

  void packBroadcast() {
    const std::size_t operand = *blocking_.broadcastOperand;
    Loops over;
    for (const Loops *loops : {&m_, &k_, &tileLoops_})
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
    if (last != over.end()) std::rotate(last, last + 1, over.end());
    pack(operand, panelPlace(!blocking_.vectorStays, mBlocks_), over, "its elements are read again for each tile");
  }

  /// What one instruction takes together is side by side in a panel; else what is so in the operand.
  bool standsLast(std::size_t operand, const PlannedLoop &loop) const {
    return facts_.productsAtOnce > 1 && together_ ? loop.name == together_->name : isContiguous(operand, loop);
  }
  bool isContiguous(std::size_t operand, const PlannedLoop &loop) const {
    return loop.step * std::abs(facts_.iterators[loop.iterator].strides[operand]) == 1;
  }

  void pack(std::size_t operand, const std::string &at, const Loops &over, const std::string &reason) {
    loop::Pack step{plan_.operandNames[operand], at, {}, {}, {}, facts_.convertedTo[operand]};
    const std::string suffix = fmt::format("p{}", panels_);
    step.as = fmt::format("{}.{}", step.buffer, suffix);
    ++panels_;
    Loops copies = over;
    for (PlannedLoop &copy : copies) {
      step.over.push_back(copy.name);
      copy.name += suffix;
      step.by.push_back(copy.name);
    }
    add(std::move(step), facts_.convertedTo[operand] ? "each element is converted once" : reason);
    double elements = 1;
    for (const PlannedLoop &loop : over) elements *= static_cast<double>(loop.extent);
    panelCopies_.push_back({at, vectorizeCopy(operand, copies), elements});
  }

  /// Iterations of a contiguous loop that are transposed at once: as many as lanes, but equal parts of a bounded one.
  std::int64_t blockSide(const PlannedLoop &loop, std::int64_t lanes) const {
    if (!loop.isBounded || loop.extent % lanes == 0) return lanes;
    std::int64_t side = std::min(loop.extent, plan_.target.lanes(facts_.elementBytes));
    while (loop.extent % side != 0) --side;
    return side;
  }

  /// Lanes of the panel's last axis; where the operand is contiguous along another one, as many of that repeated. The
  /// loops around those, outermost first.
  Loops vectorizeCopy(std::size_t operand, Loops copies) {
    PlannedLoop last = copies.back();
    copies.pop_back();
    const std::int64_t lanes = last.name.starts_with(lanes_.name)
                                   ? last.extent
                                   : std::min(plan_.target.lanes(facts_.elementBytes), last.extent);
    if (lanes < 2 || last.hasShortEnd) return copies;
    std::vector<std::string> unrolled;
    const auto contiguous =
        std::ranges::find_if(copies, [&](const PlannedLoop &loop) { return isContiguous(operand, loop); });
    std::vector<std::string> inside;
    if (!isContiguous(operand, last) && contiguous != copies.end()) {
      std::string name = contiguous->name;
      const std::int64_t side = blockSide(*contiguous, lanes);
      if (contiguous->extent > side) {
        add(loop::Split{name, side, name + "o", name + "t", contiguous->isBounded},
            "square blocks are transposed in registers");
        contiguous->name = name + "o";
        std::rotate(contiguous, contiguous + 1, copies.end()); // rows are read to their end
        name += "t";
      } else {
        copies.erase(contiguous);
      }
      inside.push_back(name);
      unrolled.push_back(name);
    }
    if (last.extent > lanes) {
      add(loop::Split{last.name, lanes, last.name + "v", last.name + "l", true}, "lanes of one register");
      copies.push_back({last.name + "v", last.iterator, 0, lanes * last.step});
      last.name += "l";
    }
    const Loops given = copies;
    if (inside.empty() ? isContiguous(operand, last) : operand == blocking_.vectorOperand)
      orderByDistance(operand, last.iterator, copies);
    const bool readsRows = !std::ranges::equal(given, copies, {}, &PlannedLoop::name, &PlannedLoop::name);
    loop::Reorder order;
    for (const PlannedLoop &loop : copies) order.loops.push_back(loop.name);
    order.loops.insert(order.loops.end(), inside.begin(), inside.end());
    order.loops.push_back(last.name);
    if (readsRows || !inside.empty()) add(std::move(order), readsRows ? "rows are read to their end" : "");
    copyLanes_.push_back({last.name, unrolled});
    return copies;
  }

  /// What moves the operand far stands outside, so that its rows are read to their end; rows of all lanes side by side,
  /// where they are not contiguous themselves.
  void orderByDistance(std::size_t operand, std::size_t lanes, Loops &loops) const {
    const auto distance = [&](const PlannedLoop &loop) {
      return loop.step * std::abs(facts_.iterators[loop.iterator].strides[operand]);
    };
    const auto isAlongRows = [&](const PlannedLoop &loop) {
      return std::abs(facts_.iterators[loop.iterator].strides[operand]) == 1;
    };
    const auto isOfLanes = [&](const PlannedLoop &loop) { return loop.iterator == lanes && !isAlongRows(loop); };
    const auto others = std::ranges::stable_partition(loops, isOfLanes);
    Loops ofLanes(loops.begin(), others.begin());
    loops.erase(loops.begin(), others.begin());
    std::ranges::stable_sort(loops, std::greater<>(), distance);
    const auto isFarSum = [&](const PlannedLoop &loop) {
      return facts_.iterators[loop.iterator].reduced && !isAlongRows(loop);
    };
    auto place = std::find_if(loops.rbegin(), loops.rend(), isFarSum).base();
    if (place == loops.begin()) place = std::ranges::find_if(loops, isAlongRows);
    loops.insert(place, ofLanes.begin(), ofLanes.end());
  }

  // What comes next.

  /// Iterations of the iterator in one iteration of the loop at `position` of those outside of the sums.
  std::int64_t inside(const Loops &loops, std::size_t position, std::size_t iterator) const {
    for (std::size_t i = position + 1; i-- > 0;)
      if (loops[i].iterator == iterator) return loops[i].step;
    return facts_.iterators[iterator].extent;
  }

  /// Whether an iteration of that loop reads all that lies between where it begins to read the operand and where the
  /// next one does.
  bool readsOn(std::size_t operand, const Loops &loops, std::size_t position) const {
    const PlannedLoop &loop = loops[position];
    std::int64_t elements = 1;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (facts_.iterators[i].strides[operand] != 0) elements *= inside(loops, position, i);
    return loop.step * facts_.iterators[loop.iterator].strides[operand] == elements;
  }

  /// Whether operands and result all stay there from one call to the next.
  bool staysInL2() const {
    double bytes = static_cast<double>(facts_.points(false)) * static_cast<double>(facts_.elementBytes);
    for (std::int64_t operand : facts_.operandBytes) bytes += static_cast<double>(operand);
    return bytes <= static_cast<double>(plan_.target.l2Bytes);
  }
  std::int64_t tileVectors() const {
    std::int64_t vectors = tile_.vectors;
    for (const Tile::Repeat &repeat : tile_.repeats) vectors *= repeat.count;
    return vectors;
  }

  /// Whether one of the loops that an even split makes of it runs more than once.
  static bool isRepeated(const PlannedLoop &loop) {
    if (!loop.shared) return loop.extent > 1;
    return std::ranges::any_of(loop.shared->parts, [](const SharedLoop::Part &part) { return part.count > 1; });
  }

  /// An operand that comes from beyond L2 is fetched while its predecessor is multiplied: by the innermost loop whose
  /// iterations read one piece of memory after the other, if two of them fit half of L2.
  void fetch(std::size_t operand) {
    if (!facts_.bodyOperand[operand] || !facts_.isPackable[operand] || k_.empty() || !kBlocks_.empty()) return;
    if (staysInL2() || tileVectors() < leastTileToFetch || facts_.reuse(operand) < leastReuseToFetch) return;
    if (facts_.operandBytes[operand] <= plan_.target.l2Bytes / 4) return; // stays there, however often it is read
    // Panels are made outside of the loops inside blocks.
    const bool isPacked = operand == blocking_.vectorOperand ? blocking_.packsVector : blocking_.packsBroadcast;
    Loops loops;
    for (std::size_t group = 0; group < outsideOfSums_.size() - (isPacked ? 1 : 0); ++group)
      loops.insert(loops.end(), outsideOfSums_[group].begin(), outsideOfSums_[group].end());
    for (std::size_t i = loops.size(); i-- > 0;) {
      if (!readsOn(operand, loops, i)) continue;
      const std::int64_t stride = loops[i].step * facts_.iterators[loops[i].iterator].strides[operand];
      if (stride > plan_.target.l2Bytes / 4 / facts_.elementBytes || !isRepeated(loops[i])) return;
      return add(loop::Fetch{plan_.operandNames[operand], loops[i].name, k_.back().name,
                             plan_.target.cacheLineBytes / facts_.elementBytes},
                 "what comes next is on its way");
    }
  }

  /// Of the loops that do not sum. Panels that are made outside of those that threads share are copied by all threads.
  void parallelize() {
    if (plan_.threads < 2) return;
    std::vector<SharedLoop> nest;
    for (const PlannedLoop &loop : nest_) {
      nest.push_back(loop.shared.value_or(SharedLoop::whole(loop.name, loop.extent)));
      nest.back().isSerial = facts_.iterators[loop.iterator].reduced;
      nest.back().isAlone &= nest.size() > 1 && !isPanelPlace(nest[nest.size() - 2].name);
    }
    for (std::size_t i = 0; i < nest.size(); ++i)
      for (std::size_t inner = i + 1; inner < nest.size(); ++inner)
        if (nest[inner].parts.size() > 1 && isSplitBefore(nest_[inner], nest_[i])) nest[i].isAlone = false;
    const std::vector<std::string> shared = chooseShared(nest, plan_.cycles, plan_.threads);
    if (shared.empty()) return;
    for (const PanelCopy &copy : panelCopies_) shareCopy(copy, shared.front());
    for (const std::string &name : shared) add(loop::Parallelize{name}, fmt::format("{} threads", plan_.threads));
  }

  /// Whether parts of the first one's iterator stand beside each other with a loop of the second one in each.
  bool isSplitBefore(const PlannedLoop &first, const PlannedLoop &second) const {
    return std::ranges::find(splitOrder_, first.iterator) < std::ranges::find(splitOrder_, second.iterator);
  }

  bool isPanelPlace(const std::string &name) const {
    return std::ranges::find(panelCopies_, name, &PanelCopy::at) != panelCopies_.end();
  }

  /// The outermost loop of a copy with an iteration for each thread, if it stands outside of the loop `outermost`.
  void shareCopy(const PanelCopy &copy, const std::string &outermost) {
    for (const PlannedLoop &loop : nest_) {
      if (copy.at.empty()) break;
      if (loop.name == outermost) return;
      if (loop.name == copy.at) break;
    }
    if (copy.elements < leastSharedCopy) return;
    const auto loop = std::ranges::find_if(
        copy.loops, [&](const PlannedLoop &candidate) { return candidate.extent >= plan_.threads; });
    if (loop != copy.loops.end()) add(loop::Parallelize{loop->name}, "all threads copy");
  }

  const ContractionPlan &plan_;
  const OpFacts &facts_;
  const Tile &tile_;
  const Blocking &blocking_;
  std::vector<loop::Step> &steps_;
  const std::size_t v_;
  std::vector<std::size_t> splitOrder_; ///< parallel iterators, the first one split outermost
  Loops outer_;                         ///< before blocks
  Loops tileLoops_;                     ///< repetitions, then vectors; unrolled
  std::vector<Loops> outsideOfSums_;    ///< outermost first
  Loops batch_, nBlocks_, kBlocks_, mBlocks_, n_, m_, k_;
  PlannedLoop lanes_{};
  std::optional<PlannedLoop> vectors_, together_;
  struct CopyLanes {
    std::string lanes;
    std::vector<std::string> unrolled;
  };
  std::vector<CopyLanes> copyLanes_;
  std::vector<PanelCopy> panelCopies_;
  Loops nest_; ///< around the tile, K blocks where they are staged, outermost first; sums within blocks aside
  std::size_t panels_ = 0;
};

} // namespace

void planContraction(const ContractionPlan &plan, std::vector<loop::Step> &steps) {
  ContractionPlanner(plan, steps).run();
}

} // namespace einjit::plan
