// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Dependence.h"
#include "Loop/Reduction.h"
#include "Support/Checked.h"
#include <algorithm>
#include <set>

namespace einjit::loop {
namespace {

/// An access, and what the variables in its indices can be.
struct PlacedAccess {
  const Access *access;
  std::vector<Range> ranges; ///< of all loops around it, outermost first, and of the lane
};

std::vector<PlacedAccess> accessesIn(const For &scope, const Nest &outside, BufferId buffer) {
  Nest around = outside;
  around.push_back(&scope);
  std::vector<PlacedAccess> result;
  walk(scope.body, around, [&](const Stmt &stmt, const Nest &nest) {
    forEachAccessOf(stmt, [&](const Access &access) {
      if (access.buffer != buffer) return;
      result.push_back({&access, ranges(nest)});
      if (const Store *store = std::get_if<Store>(&stmt.node))
        result.back().ranges.push_back({laneVariable, store->lanes, store->laneBound});
    });
  });
  return result;
}

/// An index as c*var + outer + inner.
struct Parts {
  std::int64_t coefficient = 0;
  Affine outer, inner;
};

Parts partsOf(const Affine &index, VarId var, const Nest &outside) {
  Parts parts;
  parts.inner.constant = index.constant;
  for (const Affine::Term &term : index.terms) {
    const auto isOutside = [&](const For *loop) { return loop->var.value == term.variable; };
    if (term.variable == var.value)
      parts.coefficient = term.coefficient;
    else if (std::any_of(outside.begin(), outside.end(), isOutside))
      parts.outer.terms.push_back(term);
    else
      parts.inner.terms.push_back(term);
  }
  return parts;
}

bool isDisjointOnAxis(const std::vector<PlacedAccess> &accesses, std::size_t axis, VarId var, const Nest &outside) {
  const Parts first = partsOf(accesses.front().access->indices[axis], var, outside);
  if (first.coefficient == 0) return false;
  std::optional<std::int64_t> low, high;
  for (const PlacedAccess &place : accesses) {
    const Parts parts = partsOf(place.access->indices[axis], var, outside);
    if (parts.coefficient != first.coefficient || parts.outer != first.outer) return false;
    const auto least = minimum(parts.inner, place.ranges);
    const auto greatest = maximum(parts.inner, place.ranges);
    if (!least || !greatest) return false;
    low = std::min(low.value_or(*least), *least);
    high = std::max(high.value_or(*greatest), *greatest);
  }
  // The distance must be below |c|: compared without forming |c| or the difference where they could overflow.
  const auto negative = checkedMul(*low, -1);
  const auto width = negative ? checkedAdd(*high, *negative) : std::nullopt;
  return width && (first.coefficient > 0 ? *width < first.coefficient : -*width > first.coefficient);
}

} // namespace

std::vector<BufferId> writtenBuffers(std::span<const Stmt> block) {
  std::set<BufferId> declared, written;
  forEach<Declare>(block, [&](const Declare &declare) { declared.insert(declare.buffer); });
  forEach<Store>(block, [&](const Store &store) {
    if (!declared.contains(store.target.buffer)) written.insert(store.target.buffer);
  });
  return {written.begin(), written.end()};
}

bool isDisjoint(const For &scope, const Nest &outside, const For &loop, BufferId buffer) {
  if (loop.extent <= 1) return true;
  const std::vector<PlacedAccess> accesses = accessesIn(scope, outside, buffer);
  if (accesses.empty()) return true;
  for (std::size_t axis = 0; axis < accesses.front().access->indices.size(); ++axis)
    if (isDisjointOnAxis(accesses, axis, loop.var, outside)) return true;
  return false;
}

std::optional<ScalarOp> commonReduction(std::span<const Stmt> block, BufferId buffer) {
  std::set<std::optional<ScalarOp>> ops; // none for a store that uses the buffer in another way
  forEach<Store>(block, [&](const Store &store) {
    const auto readsBuffer = [&](const Access &operand) { return operand.buffer == buffer; };
    if (store.target.buffer == buffer)
      ops.insert(reductionOp(store));
    else if (std::ranges::any_of(store.operands, readsBuffer))
      ops.insert(std::nullopt);
  });
  return ops.size() == 1 ? *ops.begin() : std::nullopt;
}

std::optional<BufferId> sharedBuffer(const For &loop, const Nest &outside) {
  for (BufferId buffer : writtenBuffers(loop.body))
    if (!isDisjoint(loop, outside, loop, buffer)) return buffer;
  return std::nullopt;
}

std::optional<BufferId> orderedBuffer(const For &loop, const Nest &outside) {
  for (BufferId buffer : writtenBuffers(loop.body))
    if (!commonReduction(loop.body, buffer) && !isDisjoint(loop, outside, loop, buffer)) return buffer;
  return std::nullopt;
}

} // namespace einjit::loop
