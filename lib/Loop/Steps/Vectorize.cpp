// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The iterations of an innermost loop become lanes, statement by statement:
//
//   for l in 0..16 { %t[i,l] = e(l); %s[] = op(%s[], f(l)) }
//     =>  16 lanes: %t[i,lane] = e(lane)
//         16 lanes reduce op: %s[] = f(lane)
//
// All lanes of one statement come before the next statement, so iterations must not conflict, or only in updates of
// one reduction. Every loop of the name gets as many lanes as the longest has iterations; in shorter ones the lanes
// that are too many are masked. A register array that the loop runs along becomes an array of vectors, without that
// axis; where N lanes are a part of it, [N*e + l], it stays with an N-th of its elements, [e], rounded up.
#include "Loop/Dependence.h"
#include "Loop/Reduction.h"
#include "Loop/Steps/Refusal.h"
#include "Loop/VerifyParts.h"
#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace einjit::loop {
namespace {

/// Why the lanes of the loop would not be where they should, or nothing and in `bound` from where on they are masked.
Refusal laneBound(const PlacedLoop &place, std::int64_t lanes, std::optional<Affine> &bound) {
  const For &loop = *place.loop;
  const bool isShort = loop.extent < lanes;
  bound = loop.bound;
  if (!bound && isShort) bound = Affine::number(loop.extent);
  if (!loop.bound) return std::nullopt;
  if (loop.bound->isConstant()) {
    bound->constant = std::min(bound->constant, loop.extent);
    if (bound->constant == lanes) bound.reset();
    return std::nullopt;
  }
  const auto greatest = maximum(*loop.bound, ranges(place.outside));
  if (!isShort || (greatest && *greatest <= loop.extent)) return std::nullopt;
  return fmt::format("a loop of {} iterations would need two bounds for {} lanes", loop.extent, lanes);
}

class Vectorizer {
public:
  Vectorizer(Kernel &kernel, const Vectorize &step) : kernel_(kernel), step_(step), var_(*kernel.findVar(step.loop)) {}

  Refusal run() {
    for (const PlacedLoop &place : loopsNamed(kernel_, step_.loop)) {
      lanes_ = std::max(lanes_, place.loop->extent);
      if (auto reason = checkBody(*place.loop)) return reason;
    }
    if (lanes_ < 2 || lanes_ > maxLanes)
      return fmt::format("{} iterations do not make a vector; 2 to {} do", lanes_, maxLanes);
    replaceLoops(kernel_.body, var_, [&](For loop, const Nest &) {
      Block result = hoistDeclarations(kernel_, loop);
      result.push_back({std::move(loop)});
      return result;
    });
    for (const PlacedLoop &place : loopsNamed(kernel_, step_.loop))
      if (auto reason = checkIterations(place)) return reason;
    if (auto reason = findLaneAxes()) return reason;
    rewrite();
    return std::nullopt;
  }

private:
  /// Only scalar stores, and declarations that can be moved out.
  Refusal checkBody(const For &loop) const {
    if (loop.kind == LoopKind::Parallel) return fmt::format("loop '{}' is parallel", step_.loop);
    Refusal reason;
    for (const Stmt &stmt : loop.body)
      std::visit(Overloaded{
                     [&](const Store &store) {
                       if (store.lanes != 1) reason = "its body has vectors already";
                     },
                     [&](const Prefetch &) { reason = "its body prefetches"; },
                     [](const Declare &) {},
                     [&](const For &inner) {
                       reason = fmt::format("it is not innermost: {} is inside", quoted(kernel_, inner.var));
                     },
                 },
                 stmt.node);
    return reason;
  }

  Refusal checkIterations(const PlacedLoop &place) const {
    if (const auto buffer = orderedBuffer(*place.loop, place.outside))
      return fmt::format("its iterations depend on each other through {}", quoted(kernel_, *buffer));
    Refusal reason;
    forEach<Store>(place.loop->body, [&](const Store &store) {
      if (uses(store.target, var_.value) || asUpdate(store)) return;
      reason = fmt::format("all its iterations write the same element of {}", quoted(kernel_, store.target.buffer));
    });
    std::optional<Affine> bound;
    return reason ? reason : laneBound(place, lanes_, bound);
  }

  /// Registers that the loop runs along, and the axis that turns into lanes.
  Refusal findLaneAxes() {
    Refusal reason;
    forEachAccess(kernel_.body, [&](const Access &access) {
      if (kernel_[access.buffer].storage == Storage::Registers && uses(access, var_.value)) {
        const auto usesVar = [&](const Affine &index) { return index.uses(var_.value); };
        const auto axis = std::ranges::find_if(access.indices, usesVar) - access.indices.begin();
        laneAxes_.emplace(access.buffer, static_cast<std::size_t>(axis));
      }
    });
    forEachAccess(kernel_.body, [&](const Access &access) {
      if (const auto found = laneAxes_.find(access.buffer); found != laneAxes_.end() && !reason)
        reason = checkLaneAxis(access, found->second);
    });
    return reason;
  }

  /// The loop's variable, alone or behind a multiple of the lanes, must index the axis in every access, and nothing
  /// else.
  Refusal checkLaneAxis(const Access &access, std::size_t laneAxis) const {
    const Buffer &buffer = kernel_[access.buffer];
    const bool isWhole = isLanes(access.buffer, laneAxis);
    const auto onlyThere = [&](std::size_t axis) {
      const Affine &index = access.indices[axis];
      if (axis != laneAxis) return !index.uses(var_.value);
      return isWhole ? index.asVariable() == var_.value : vectorIndex(index).has_value();
    };
    for (std::size_t axis = 0; axis < access.indices.size(); ++axis)
      if (!onlyThere(axis))
        return fmt::format("the registers %{} are not always indexed by '{}' alone on one axis", buffer.name,
                           step_.loop);
    if (buffer.lanes != 1) return fmt::format("the registers %{} are vectors already", buffer.name);
    return std::nullopt;
  }

  /// Whether the lanes are all of the axis.
  bool isLanes(BufferId buffer, std::size_t axis) const { return kernel_[buffer].type.shape[axis] <= lanes_; }

  /// e of N*e + l, of N lanes.
  std::optional<Affine> vectorIndex(Affine index) const {
    if (index.coefficient(var_.value) != 1 || index.constant % lanes_ != 0) return std::nullopt;
    index = index - Affine::variable(var_.value);
    for (Affine::Term &term : index.terms) {
      if (term.coefficient % lanes_ != 0) return std::nullopt;
      term.coefficient /= lanes_;
    }
    index.constant /= lanes_;
    return index;
  }

  void rewrite() {
    replaceLoops(kernel_.body, var_, [&](For loop, const Nest &outside) {
      std::optional<Affine> bound;
      (void)laneBound({&loop, outside}, lanes_, bound); // checked before
      for (Stmt &stmt : loop.body) vectorize(std::get<Store>(stmt.node), bound);
      return std::move(loop.body);
    });
    for (const auto &[buffer, axis] : laneAxes_) {
      std::vector<std::int64_t> &shape = kernel_[buffer].type.shape;
      if (isLanes(buffer, axis))
        shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
      else
        shape[axis] = shape[axis] / lanes_ + (shape[axis] % lanes_ != 0);
      kernel_[buffer].lanes = lanes_;
    }
  }

  void vectorize(Store &store, const std::optional<Affine> &bound) const {
    if (!uses(store.target, var_.value)) store = foldLanes(store, *asUpdate(store));
    store.lanes = lanes_;
    store.laneBound = bound;
    vectorize(store.target);
    for (Access &operand : store.operands) vectorize(operand);
  }

  void vectorize(Access &access) const {
    if (const auto found = laneAxes_.find(access.buffer); found != laneAxes_.end()) {
      const auto index = access.indices.begin() + static_cast<std::ptrdiff_t>(found->second);
      if (isLanes(access.buffer, found->second))
        access.indices.erase(index);
      else
        *index = *vectorIndex(*index);
    }
    for (Affine &index : access.indices) index = einjit::substitute(index, var_.value, Affine::variable(laneVariable));
  }

  Kernel &kernel_;
  const Vectorize &step_;
  const VarId var_;
  std::int64_t lanes_ = 0;
  std::map<BufferId, std::size_t> laneAxes_;
};

} // namespace

Result<Kernel> apply(Kernel kernel, const Vectorize &step) {
  Refusal reason = unlessLoopExists(kernel, step.loop);
  if (!reason) reason = Vectorizer(kernel, step).run();
  if (reason) return refused({step}, *reason);
  return kernel;
}

} // namespace einjit::loop
