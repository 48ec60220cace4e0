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

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

/// One access's index without what comes from outside, and the ranges of its variables.
struct OwnIndex {
  Affine index;
  const std::vector<Range> *ranges;
};

/// Whether all values of the indices lie closer together than |step|.
bool areNarrower(const std::vector<OwnIndex> &indices, std::int64_t step) {
  std::optional<std::int64_t> low, high;
  for (const OwnIndex &own : indices) {
    const auto least = minimum(own.index, *own.ranges), greatest = maximum(own.index, *own.ranges);
    if (!least || !greatest) return false;
    low = std::min(low.value_or(*least), *least);
    high = std::max(high.value_or(*greatest), *greatest);
  }
  const auto negative = checkedMul(*low, -1);
  const auto width = negative ? checkedAdd(*high, *negative) : std::nullopt;
  return width && static_cast<std::uint64_t>(*width) < magnitude(step);
}

/// Whether each index is c*v + finer, v some variable of its own and all finer terms together narrower than |c|: then
/// equal indices have equal v, once all coarser terms are equal.
bool isDigit(const std::vector<OwnIndex> &indices, std::int64_t c) {
  std::vector<OwnIndex> finer = indices;
  for (OwnIndex &own : finer) {
    const auto hasStep = [&](const Affine::Term &term) { return magnitude(term.coefficient) == magnitude(c); };
    const auto step = std::find_if(own.index.terms.begin(), own.index.terms.end(), hasStep);
    if (std::ranges::count_if(own.index.terms, hasStep) != 1 || step->coefficient != c) return false;
    std::erase_if(own.index.terms,
                  [&](const Affine::Term &term) { return magnitude(term.coefficient) >= magnitude(c); });
  }
  return areNarrower(finer, c);
}

bool isDisjointOnAxis(const std::vector<PlacedAccess> &accesses, std::size_t axis, VarId var, const Nest &outside) {
  const Parts first = partsOf(accesses.front().access->indices[axis], var, outside);
  if (first.coefficient == 0) return false;
  std::vector<OwnIndex> inner, own;
  for (const PlacedAccess &place : accesses) {
    const Parts parts = partsOf(place.access->indices[axis], var, outside);
    if (parts.coefficient != first.coefficient || parts.outer != first.outer) return false;
    inner.push_back({parts.inner, &place.ranges});
    own.push_back({parts.inner + Affine::variable(var.value, parts.coefficient), &place.ranges});
  }
  if (areNarrower(inner, first.coefficient)) return true;
  return std::ranges::all_of(own, [&](const OwnIndex &access) {
    return std::ranges::all_of(access.index.terms, [&](const Affine::Term &term) {
      return magnitude(term.coefficient) < magnitude(first.coefficient) || isDigit(own, term.coefficient);
    });
  });
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
  const bool isBoundKnown = loop.bound && loop.bound->isConstant();
  if ((isBoundKnown ? std::min(loop.extent, loop.bound->constant) : loop.extent) <= 1) return true;
  const std::vector<PlacedAccess> accesses = accessesIn(scope, outside, buffer);
  if (accesses.empty()) return true;
  for (std::size_t axis = 0; axis < accesses.front().access->indices.size(); ++axis)
    if (isDisjointOnAxis(accesses, axis, loop.var, outside)) return true;
  return false;
}

bool areApart(const Access &a, const Nest &aroundA, const Access &b, const Nest &aroundB, const Nest &outside) {
  std::vector<Range> values = ranges(aroundA);
  const Nest own(aroundB.begin() + static_cast<std::ptrdiff_t>(outside.size()), aroundB.end());
  const auto renamed = [&](const Affine &expr) {
    return substituteAll(expr, [&](std::uint32_t variable) {
      const auto loop = std::ranges::find(own, variable, [](const For *around) { return around->var.value; });
      const auto depth = static_cast<std::uint32_t>(loop - own.begin());
      return Affine::variable(loop == own.end() ? variable : laneVariable - 1 - depth); // far from all other names
    });
  };
  for (Range range : ranges(own)) {
    if (range.bound) range.bound = renamed(*range.bound);
    range.variable = renamed(Affine::variable(range.variable)).terms.front().variable;
    values.push_back(std::move(range));
  }
  for (std::size_t axis = 0; axis < a.indices.size(); ++axis) {
    const Affine distance = a.indices[axis] - renamed(b.indices[axis]);
    const auto least = minimum(distance, values), greatest = maximum(distance, values);
    if ((least && *least > 0) || (greatest && *greatest < 0)) return true;
  }
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
