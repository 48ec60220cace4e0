// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two loops, one of which is all that the other repeats, become one:
//
//   scratch %s[m,n]
//   for a in 0..m { for b in 0..n { %s[a,b] = %t[n*a + b] } }
//     =>  scratch %s[m*n]
//         for c in 0..m*n { %s[c] = %t[c] }
//
// With c = n*a + b each pair (a, b) has exactly one c, and c counts them in order. What the body uses of them has to be
// a multiple of n*a + b. Neighbouring axes of a buffer that are indexed by a and b, and contiguous in memory, become
// one axis wherever the buffer is used: [x,y] is [n*x + y] then.
#include "Loop/Print.h"
#include "Loop/Rewrite.h"
#include "Loop/Steps/Refusal.h"
#include "Support/Checked.h"
#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace einjit::loop {
namespace {

class Joiner {
public:
  Joiner(Kernel &kernel, const Join &step)
      : kernel_(kernel), step_(step), outer_(*kernel.findVar(step.outer)), inner_(*kernel.findVar(step.inner)) {}

  Refusal run() {
    for (const PlacedLoop &place : loopsNamed(kernel_, step_.outer)) {
      if (auto reason = checkLoops(*place.loop)) return reason;
      if (auto reason = findAxes(*place.loop)) return reason;
    }
    if (auto reason = checkAxes()) return reason;
    joinAxes();
    for (const PlacedLoop &place : loopsNamed(kernel_, step_.outer))
      if (auto reason = checkBody(*place.loop)) return reason;
    joinLoops();
    return std::nullopt;
  }

private:
  static const For &innerOf(const For &loop) { return std::get<For>(loop.body.front().node); }

  Refusal checkLoops(const For &loop) const {
    const auto *inner = loop.body.size() == 1 ? std::get_if<For>(&loop.body.front().node) : nullptr;
    if (!inner || inner->var != inner_)
      return fmt::format("{} is not all that {} repeats", quoted(kernel_, inner_), quoted(kernel_, outer_));
    for (const For *each : {&loop, inner})
      if (each->bound || each->kind != LoopKind::Serial)
        return fmt::format("{} is bounded, unrolled or parallel", quoted(kernel_, each->var));
    if (!checkedMul(loop.extent, inner->extent)) return "the iterations would not fit into 64 bits";
    return std::nullopt;
  }

  // Axes.

  bool usesLoops(const Affine &index) const { return index.uses(outer_.value) || index.uses(inner_.value); }

  /// Which axes of buffers the two loops index, each with the extent of the inner one.
  Refusal findAxes(const For &loop) {
    const std::int64_t length = innerOf(loop).extent;
    Refusal reason;
    forEachAccess(loop.body, [&](const Access &access) {
      const auto axis = axisOf(access);
      if (!axis || reason) return;
      const Buffer &buffer = kernel_[access.buffer];
      const auto [found, isNew] = axes_.emplace(access.buffer, *axis);
      if (!isNew && found->second != *axis)
        reason = fmt::format("the loops index different axes of %{}", buffer.name);
      else if (buffer.type.shape[*axis + 1] != length)
        reason = fmt::format("axis {} of %{} has {} elements, {} {} iterations", *axis + 1, buffer.name,
                             buffer.type.shape[*axis + 1], quoted(kernel_, inner_), length);
    });
    return reason;
  }

  /// The first of two neighbouring axes that the loops index. Those of what is no memory stay as they are.
  std::optional<std::size_t> axisOf(const Access &access) const {
    const Storage storage = kernel_[access.buffer].storage;
    if (storage == Storage::Const || storage == Storage::Iota) return std::nullopt;
    for (std::size_t axis = 0; axis + 1 < access.indices.size(); ++axis)
      if (stepsBy1(access.indices[axis]) && access.indices[axis + 1].asVariable() == inner_.value)
        return isContiguous(kernel_[access.buffer].type, axis) ? std::optional(axis) : std::nullopt;
    return std::nullopt;
  }
  /// Whether the outer loop moves the index from element to element; others may as well.
  bool stepsBy1(const Affine &index) const { return index.coefficient(outer_.value) == 1 && !index.uses(inner_.value); }
  static bool isContiguous(const TensorType &type, std::size_t axis) {
    if (type.strides.empty()) return true;
    const auto whole = checkedMul(type.shape[axis + 1], type.strides[axis + 1]);
    return whole && *whole == type.strides[axis];
  }

  /// Whether sizes and indices of the longer axis fit.
  Refusal checkAxes() const {
    Refusal reason;
    forEachAccess(kernel_.body, [&](const Access &access) {
      const auto found = axes_.find(access.buffer);
      if (found == axes_.end() || reason) return;
      const std::int64_t length = kernel_[access.buffer].type.shape[found->second + 1];
      const Affine &index = access.indices[found->second];
      bool fits = checkedMul(index.constant, length).has_value();
      for (const Affine::Term &term : index.terms) fits &= checkedMul(term.coefficient, length).has_value();
      if (!fits) reason = "indices would not fit into 64 bits";
    });
    return reason;
  }

  void joinAxes() {
    forEachAccess(kernel_.body, [&](Access &access) {
      const auto found = axes_.find(access.buffer);
      if (found == axes_.end()) return;
      const auto first = access.indices.begin() + static_cast<std::ptrdiff_t>(found->second);
      *first = *first * kernel_[access.buffer].type.shape[found->second + 1] + *(first + 1);
      access.indices.erase(first + 1);
    });
    for (const auto &[buffer, axis] : axes_) {
      TensorType &type = kernel_[buffer].type;
      type.shape[axis] *= type.shape[axis + 1];
      type.shape.erase(type.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1);
      if (!type.strides.empty()) type.strides.erase(type.strides.begin() + static_cast<std::ptrdiff_t>(axis));
    }
  }

  // Loops.

  /// Whether all indices and bounds use the loops as they will be counted.
  Refusal checkBody(const For &loop) const {
    const std::int64_t length = innerOf(loop).extent;
    Refusal reason;
    const auto check = [&](const Affine &expr, const std::string &what) {
      if (expr.coefficient(outer_.value) != expr.coefficient(inner_.value) * length)
        reason = fmt::format("{} does not depend on {}*{} + {} alone", what, length, step_.outer, step_.inner);
    };
    forEachStmt(innerOf(loop).body, [&](const Stmt &stmt) {
      forEachAccessOf(stmt, [&](const Access &access) {
        for (const Affine &index : access.indices) check(index, print(kernel_, access));
      });
      if (const For *each = std::get_if<For>(&stmt.node); each && each->bound)
        check(*each->bound, "the bound of " + quoted(kernel_, each->var));
      if (const Store *store = std::get_if<Store>(&stmt.node); store && store->laneBound)
        check(*store->laneBound, "a bound of lanes");
    });
    return reason;
  }

  void joinLoops() {
    const VarId joined = kernel_.var(step_.as);
    replaceLoops(kernel_.body, outer_, [&](For loop, const Nest &) {
      For inner = std::move(std::get<For>(loop.body.front().node));
      substitute(inner.body, outer_, Affine::number(0));
      substitute(inner.body, inner_, Affine::variable(joined.value));
      return Block{{For{joined, LoopKind::Serial, loop.extent * inner.extent, {}, std::move(inner.body)}}};
    });
  }

  Kernel &kernel_;
  const Join &step_;
  const VarId outer_, inner_;
  std::map<BufferId, std::size_t> axes_; ///< the first of two that become one
};

Refusal check(const Kernel &kernel, const Join &step) {
  if (step.as == "lane") return "'lane' is the lane of a vector, not a loop";
  for (const std::string *name : {&step.outer, &step.inner})
    if (auto reason = unlessLoopExists(kernel, *name)) return reason;
  return step.as == step.outer || step.as == step.inner ? std::nullopt : unlessLoopIsNew(kernel, step.as);
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Join &step) {
  Refusal reason = check(kernel, step);
  if (!reason) reason = Joiner(kernel, step).run();
  if (reason) return refused({step}, *reason);
  return kernel;
}

} // namespace einjit::loop
