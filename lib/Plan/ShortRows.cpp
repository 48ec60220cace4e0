// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/ShortRows.h"
#include <bit>
#include <fmt/format.h>
#include <utility>

namespace einjit::plan {
namespace {

/// Estimated times that differ by less are as good as each other.
constexpr double leastGain = 0.9;

bool isPowerOfTwo(std::int64_t n) { return std::has_single_bit(static_cast<std::uint64_t>(n)); }

class Choice {
public:
  Choice(const OpFacts &facts, const Target &target)
      : facts_(facts), target_(target), lanes_(target.lanes(facts.elementBytes)) {}

  std::optional<ShortRows> run(const Tile &tile) {
    if (!isProduct() || !findSums() || !findColumns() || !findRows()) return std::nullopt;
    const std::int64_t registers = extent(result_.sums) + extent(result_.columns) + 1;
    if (registers > target_.vectorRegisters || time() > leastGain * tileTime(facts_, target_, tile))
      return std::nullopt;
    result_.lanes = lanes_;
    return result_;
  }

private:
  std::int64_t extent(std::size_t i) const { return facts_.iterators[i].extent; }
  bool isShort(std::size_t i) const { return extent(i) > 1 && extent(i) < lanes_ && isPowerOfTwo(extent(i)); }

  bool isProduct() const {
    return facts_.hasReduction && facts_.hasOwnMemory && facts_.operandCount == 2 && facts_.bodyOperand[0] &&
           facts_.bodyOperand[1] && facts_.productsAtOnce == 1 && facts_.registersPerVector() == 1 &&
           facts_.points(false) > 0;
  }

  /// k, which alone is summed, and the operand that is contiguous along it.
  bool findSums() {
    std::size_t count = 0;
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      if (!facts_.iterators[i].reduced) continue;
      result_.sums = i;
      ++count;
    }
    if (count != 1 || !isShort(result_.sums)) return false;
    result_.v = facts_.operandBytes[0] >= facts_.operandBytes[1] ? 0 : 1;
    return strideOfV(result_.sums) == 1 && facts_.isPackable[result_.v] && !facts_.convertedTo[result_.v];
  }

  bool findColumns() {
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i)
      if (facts_.iterators[i].resultStride == 1 && isShort(i) && strideOfV(i) == 0) {
        result_.columns = i;
        return true;
      }
    return false;
  }

  bool findRows() {
    for (std::size_t i = 0; i < facts_.iterators.size(); ++i) {
      const IteratorFacts &iterator = facts_.iterators[i];
      if (iterator.reduced || iterator.extent < 2 * lanes_ || iterator.strides[1 - result_.v] != 0) continue;
      if (iterator.resultStride != extent(result_.columns) || strideOfV(i) != extent(result_.sums)) continue;
      result_.rows = i;
      return true;
    }
    return false;
  }

  std::int64_t strideOfV(std::size_t i) const { return facts_.iterators[i].strides[result_.v]; }

  /// Cycles of the whole op, as in the header.
  double time() const {
    const auto shuffles = [](std::int64_t n) { return n * std::bit_width(static_cast<std::uint64_t>(n)); };
    const std::int64_t k = extent(result_.sums), n = extent(result_.columns);
    const auto instructions = static_cast<double>(shuffles(k) + shuffles(n) + k * n * facts_.bodyOperations);
    const auto blocks = static_cast<double>(facts_.points(false) / n) / static_cast<double>(lanes_);
    return blocks * instructions / static_cast<double>(target_.fmaPerCycle);
  }

  const OpFacts &facts_;
  const Target &target_;
  const std::int64_t lanes_;
  ShortRows result_{};
};

} // namespace

std::optional<ShortRows> chooseShortRows(const OpFacts &facts, const Tile &tile, const Target &target) {
  if (!tile.vectorIterator) return std::nullopt;
  return Choice(facts, target).run(tile);
}

OpFacts asOneRow(const OpFacts &facts, const ShortRows &rows) {
  OpFacts result = facts;
  IteratorFacts &row = result.iterators[rows.rows], &columns = result.iterators[rows.columns];
  row.extent *= std::exchange(columns.extent, 1);
  row.resultStride = std::exchange(columns.resultStride, 0);
  return result;
}

std::vector<SharedLoop> planShortRows(const TiledOp &op, const ShortRows &rows, const std::string &result,
                                      std::vector<loop::Step> &steps) {
  const auto add = [&](auto action, std::string reason) { steps.push_back({std::move(action), std::move(reason)}); };
  const IteratorFacts &i = op.facts.iterators[rows.rows];
  const std::string k = op.facts.iterators[rows.sums].name, n = op.facts.iterators[rows.columns].name;
  const std::string blocks = i.name + "o", lanes = i.name + "t";
  add(loop::Split{i.name, rows.lanes, blocks, lanes, false, rows.lanes},
      fmt::format("{} rows are transposed in registers", rows.lanes));
  loop::Reorder order;
  std::vector<SharedLoop> nest;
  for (const IteratorFacts &other : op.facts.iterators) {
    if (other.reduced || other.name == i.name || other.name == n) continue;
    order.loops.push_back(other.name);
    nest.push_back(SharedLoop::whole(other.name, other.extent));
  }
  nest.push_back(SharedLoop::ofTiles(blocks, i.extent, rows.lanes, rows.lanes));
  for (const std::string &name : {blocks, k, n, lanes}) order.loops.push_back(name);
  add(std::move(order), describeRoles(op.facts));

  const std::string &v = op.operandNames[rows.v];
  add(loop::Pack{v, blocks, {k, lanes}, v + ".p0" + op.suffix, {k + "p", lanes + "p"}, {}}, "rows become lanes");
  add(loop::Unpack{result, blocks, {n, lanes}, result + ".u" + op.suffix, {n + "u", lanes + "u"}, op.accumulator},
      "lanes become rows");
  add(loop::Keep{op.accumulator}, {});
  for (const std::string &name : {lanes, lanes + "p", lanes + "u"}) add(loop::Vectorize{name}, {});
  for (const std::string &name : {k, n, k + "p", n + "u"}) add(loop::Unroll{name}, {});
  return nest;
}

} // namespace einjit::plan
