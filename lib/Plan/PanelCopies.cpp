// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/PanelCopies.h"
#include "Plan/Packing.h"
#include "Plan/TileModel.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace einjit::plan {
namespace {

/// Copying fewer elements takes less time than sharing the work.
constexpr double leastSharedCopy = 32768;

/// Whether whole vectors leave so little of a row that transposing it by itself pays: of 36 f32, which are two vectors
/// and four lanes, the copy takes 0.75 of the time of three vectors.
constexpr bool leavesShortRegister(std::int64_t row, std::int64_t lanes) {
  constexpr std::int64_t least = 4;
  const std::int64_t rest = row % lanes;
  return row > lanes && rest >= least && 4 * rest <= lanes && (rest & (rest - 1)) == 0;
}

} // namespace

std::int64_t distance(const OpFacts &facts, std::size_t operand, const PlannedLoop &loop) {
  return loop.step * std::abs(facts.iterators[loop.iterator].strides[operand]);
}

void PanelCopies::pack(std::size_t operand, const std::string &at, const PlannedLoops &over, const std::string &lanes,
                       const std::string &reason) {
  loop::Pack step{op_.operandNames[operand], at, {}, {}, {}, facts_.convertedTo[operand]};
  const std::string suffix = fmt::format("p{}", copies_.size());
  step.as = fmt::format("{}.{}{}", step.buffer, suffix, op_.suffix);
  step.padded = padded(operand, over);
  PlannedLoops copies = over;
  for (PlannedLoop &copy : copies) {
    step.over.push_back(copy.name);
    copy.name += suffix;
    step.by.push_back(copy.name);
  }
  add(std::move(step), facts_.convertedTo[operand] ? "each element is converted once" : reason);
  double elements = 1;
  for (const PlannedLoop &loop : over) elements *= static_cast<double>(loop.extent);
  copies_.push_back({operand, at, vectorizeCopy(operand, copies, lanes), elements});
}

/// Where vectors of the copy are written along another loop than the operand is read, and all to few sets of L1, the
/// loop behind that, whose axis is to be longer; else none.
std::string PanelCopies::padded(std::size_t operand, const PlannedLoops &over) const {
  const auto row = std::ranges::find_if(over, [&](const PlannedLoop &loop) { return isContiguous(operand, loop); });
  if (over.end() - row < 3) return {};
  std::int64_t bytes = facts_.elementBytes;
  for (auto loop = row + 1; loop != over.end(); ++loop) bytes *= loop->extent;
  return bytes % fewSetsBytes == 0 ? (row + 1)->name : std::string();
}

/// Iterations of a contiguous loop that are transposed at once: as many as lanes, but equal parts of a bounded one.
std::int64_t PanelCopies::blockSide(const PlannedLoop &loop, std::int64_t lanes) const {
  if (!loop.isBounded || loop.extent % lanes == 0) return lanes;
  return greatestDivisor(loop.extent, op_.target.lanes(facts_.elementBytes));
}

/// Lanes of the panel's last axis; where the operand is contiguous along another one, as many of that repeated. The
/// loops around those, outermost first.
PlannedLoops PanelCopies::vectorizeCopy(std::size_t operand, PlannedLoops copies, const std::string &tileLanes) {
  PlannedLoop last = copies.back();
  copies.pop_back();
  const std::int64_t lanes =
      last.name.starts_with(tileLanes) ? last.extent : std::min(op_.target.lanes(facts_.elementBytes), last.extent);
  if (lanes < 2 || last.hasShortEnd) return copies;
  const auto contiguous =
      std::ranges::find_if(copies, [&](const PlannedLoop &loop) { return isContiguous(operand, loop); });
  std::optional<PlannedLoop> row; // along which blocks are transposed
  if (!isContiguous(operand, last) && contiguous != copies.end()) {
    row = *contiguous;
    copies.erase(contiguous);
  }
  if (last.extent > lanes) {
    const bool isMasked = !row || last.isBounded || !leavesShortRegister(last.extent, lanes);
    add(loop::Split{last.name, lanes, last.name + "v", last.name + "l", isMasked}, "lanes of one register");
    copies.push_back({last.name + "v", last.iterator, 0, lanes * last.step});
    last.name += "l";
  }
  const PlannedLoops given = copies;
  if (row ? operand == vectors_ : isContiguous(operand, last))
    orderByDistance(operand, last.iterator, row ? &*row : nullptr, copies);
  if (!row) writeFewPanels(copies);
  const bool readsRows = !std::ranges::equal(given, copies, {}, &PlannedLoop::name, &PlannedLoop::name);
  loop::Reorder order;
  for (const PlannedLoop &loop : copies) order.loops.push_back(loop.name);
  if (row) order.loops.push_back(row->name);
  order.loops.push_back(last.name);
  if (row || readsRows) add(std::move(order), "rows are read to their end");
  lanes_.push_back({last.name, {}});
  if (row) splitRow(*row, lanes, copies);
  return copies;
}

/// Where a row goes on in many panels, for each iteration of the sums, parts of it are copied for all of those: a few
/// panels at a time, which stay in L2.
void PanelCopies::writeFewPanels(PlannedLoops &copies) {
  constexpr std::int64_t atOnce = 8;
  const auto isSum = [&](const PlannedLoop &loop) { return facts_.iterators[loop.iterator].reduced; };
  if (copies.empty() || isSum(copies.back()) || std::ranges::none_of(copies, isSum)) return;
  PlannedLoop &panels = copies.back();
  if (panels.extent <= atOnce || (panels.isBounded && panels.extent % atOnce != 0)) return;
  PlannedLoop blocks{panels.name + "b", panels.iterator, ceilDiv(panels.extent, atOnce), atOnce * panels.step};
  add(loop::Split{panels.name, atOnce, blocks.name, panels.name + "i", true}, "few panels are written at a time");
  panels.name += "i";
  panels.extent = atOnce;
  panels.isBounded = true;
  copies.insert(copies.begin(), std::move(blocks));
}

/// Blocks along the innermost loop but for the lanes, behind each other, so that what is left of a row is read with it.
void PanelCopies::splitRow(PlannedLoop row, std::int64_t lanes, PlannedLoops &copies) {
  std::string name = row.name;
  if (const std::int64_t side = blockSide(row, lanes); side < row.extent) {
    add(loop::Split{name, side, name + "o", name + "t", row.isBounded}, "square blocks are transposed in registers");
    row.name = name + "o";
    copies.push_back(std::move(row));
    name += "t";
  }
  lanes_.back().unrolled.push_back(name);
}

/// What moves the operand far stands outside, so that its rows are read to their end; rows of all lanes side by side,
/// where they are not contiguous themselves. Of one, what the loop `contiguous` has is copied inside of the loops, or
/// an element; those that go on with it are a part of it, or where a block of a sum has a part of the row, with the
/// next.
void PanelCopies::orderByDistance(std::size_t operand, std::size_t lanes, const PlannedLoop *contiguous,
                                  PlannedLoops &loops) const {
  const auto byDistance = [&](const PlannedLoop &loop) { return distance(facts_, operand, loop); };
  PlannedLoops nearFirst = loops;
  std::ranges::stable_sort(nearFirst, {}, byDistance);
  std::vector<std::string> rows;
  std::int64_t copied = contiguous ? contiguous->extent : 1;
  const bool isOfSum = contiguous && facts_.iterators[contiguous->iterator].reduced;
  const std::int64_t row = isOfSum ? facts_.iterators[contiguous->iterator].extent : copied;
  for (const PlannedLoop &loop : nearFirst) {
    const std::int64_t distance = byDistance(loop);
    if ((distance != copied && distance != row) || loop.iterator == lanes) continue;
    rows.push_back(loop.name);
    copied *= loop.extent;
  }
  const auto isAlongRows = [&](const PlannedLoop &loop) {
    return std::abs(facts_.iterators[loop.iterator].strides[operand]) == 1 ||
           std::ranges::find(rows, loop.name) != rows.end();
  };
  const auto isOfLanes = [&](const PlannedLoop &loop) { return loop.iterator == lanes && !isAlongRows(loop); };
  const auto others = std::ranges::stable_partition(loops, isOfLanes);
  PlannedLoops ofLanes(loops.begin(), others.begin());
  loops.erase(loops.begin(), others.begin());
  std::ranges::stable_sort(loops, std::greater<>(), byDistance);
  const auto isFarSum = [&](const PlannedLoop &loop) {
    return facts_.iterators[loop.iterator].reduced && !isAlongRows(loop);
  };
  auto place = std::find_if(loops.rbegin(), loops.rend(), isFarSum).base();
  if (place == loops.begin()) place = std::ranges::find_if(loops, isAlongRows);
  loops.insert(place, ofLanes.begin(), ofLanes.end());
}

void PanelCopies::vectorize() {
  for (const auto &[name, unrolled] : lanes_) {
    add(loop::Vectorize{name}, {});
    for (const std::string &loop : unrolled) add(loop::Unroll{loop}, {});
  }
}

void PanelCopies::share(const PlannedLoops &nest, const std::string &outermost, std::int64_t threads) {
  for (const Copy &copy : copies_) shareCopy(copy, nest, outermost, threads);
}

bool PanelCopies::areMadeIn(const std::string &loop) const {
  return std::ranges::find(copies_, loop, &Copy::at) != copies_.end();
}

bool PanelCopies::areOf(std::size_t operand) const {
  return std::ranges::find(copies_, operand, &Copy::operand) != copies_.end();
}

bool PanelCopies::isMadeIn(std::size_t operand, const std::string &loop) const {
  return std::ranges::any_of(copies_, [&](const Copy &copy) { return copy.operand == operand && copy.at == loop; });
}

double PanelCopies::elementsMadeIn(const std::string &loop) const {
  double elements = 0;
  for (const Copy &copy : copies_)
    if (copy.at == loop) elements += copy.elements;
  return elements;
}

/// The outermost loop of a copy with an iteration for each thread, if it stands outside of the loop `outermost`.
void PanelCopies::shareCopy(const Copy &copy, const PlannedLoops &nest, const std::string &outermost,
                            std::int64_t threads) {
  for (const PlannedLoop &loop : nest) {
    if (copy.at.empty()) break;
    if (loop.name == outermost) return;
    if (loop.name == copy.at) break;
  }
  if (copy.elements < leastSharedCopy) return;
  const auto loop =
      std::ranges::find_if(copy.loops, [&](const PlannedLoop &candidate) { return candidate.extent >= threads; });
  if (loop != copy.loops.end()) add(loop::Parallelize{loop->name}, "all threads copy");
}

} // namespace einjit::plan
