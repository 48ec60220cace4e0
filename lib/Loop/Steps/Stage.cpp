// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A reduction may be done in parts, all elements' first parts before any second one:
//
//   for i { scratch %b; S; for k { for l { %b = op(%b, e) } }; R }
//     =>  scratch %p[i]
//         for k { for i { scratch %b
//           if k is first { S } else { %b = %p[i] }
//           for l { %b = op(%b, e) }
//           if k is last { R } else { %p[i] = %b }
//         } }
//
// Each element still goes through S, all k in order, and R, in the same order as the other elements' R; S and e read
// nothing that R writes. So nothing changes but when it is done. What k updates has been set by S, so what S sets is
// all that has to wait. A condition is a loop `once` that runs if its bound is 1. There may be several loops k, one in
// the other, and several such nests beside each other, each with its own %b and %p.
#include "Loop/Print.h"
#include "Loop/Rewrite.h"
#include "Loop/Steps/Refusal.h"
#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <set>

namespace einjit::loop {
namespace {

class Stager {
public:
  Stager(Kernel &kernel, const Stage &step) : kernel_(kernel), step_(step), once_(kernel.var("once")) {
    for (const std::string &name : step.over) over_.push_back(*kernel.findVar(name));
  }

  /// Stages in one block; leaves one alone that does not hold the loops.
  Refusal run(Block &block) {
    const auto holds = [&](const Stmt &stmt) { return holdsReduction(stmt); };
    const auto first = std::ranges::find_if(block, holds);
    if (first == block.end()) return std::nullopt;
    const auto last = std::find_if(block.rbegin(), block.rend(), holds).base();
    Block staged;
    std::move(first, last, std::back_inserter(staged));
    Nest path;
    rewrite(staged, path);
    if (!refusal_ && path.empty() && staged.empty()) refusal_ = "nothing is there";
    if (refusal_) return refusal_;
    Stmt outer = inOverLoops(std::move(staged));
    const auto at = block.erase(first + 1, last) - 1;
    *at = std::move(outer);
    block.insert(at, std::make_move_iterator(declarations_.begin()), std::make_move_iterator(declarations_.end()));
    declarations_.clear();
    hasStaged_ = true;
    return std::nullopt;
  }
  bool hasStaged() const { return hasStaged_; }

private:
  bool holdsReduction(const Stmt &stmt) const {
    const For *loop = std::get_if<For>(&stmt.node);
    return loop && (loop->var == over_.front() || containsLoop(loop->body, over_.front()));
  }

  static const For *asLoop(const Stmt &stmt, VarId var) {
    const For *loop = std::get_if<For>(&stmt.node);
    return loop && loop->var == var ? loop : nullptr;
  }

  /// Rewrites all nests of the block, whose statements are inside the loops `path` that stay inside those staged over.
  void rewrite(Block &block, Nest &path) {
    const auto isOuter = [&](const Stmt &stmt) { return asLoop(stmt, over_.front()) != nullptr; };
    if (std::ranges::any_of(block, isOuter)) return rewriteReduction(block, path);
    for (Stmt &stmt : block) {
      For *loop = std::get_if<For>(&stmt.node);
      if (refusal_) return;
      if (!loop || !holdsReduction(stmt)) {
        refusal_ = "something that is not part of the reduction stands beside it";
        return;
      }
      path.push_back(loop);
      rewrite(loop->body, path);
      path.pop_back();
    }
  }

  /// A block of declarations, S, the loops and R.
  void rewriteReduction(Block &block, const Nest &path) {
    Block declarations, before, body, behind;
    for (Stmt &stmt : block) {
      if (asLoop(stmt, over_.front())) {
        if (!body.empty())
          refusal_ = fmt::format("{} is there twice", quoted(kernel_, over_.front()));
        else
          body = takeBody(std::get<For>(std::move(stmt.node)));
        if (refusal_) return;
      } else if (std::holds_alternative<Declare>(stmt.node)) {
        declarations.push_back(std::move(stmt));
      } else {
        (body.empty() ? before : behind).push_back(std::move(stmt));
      }
    }
    const auto buffer = stagedBuffer(declarations);
    if (!buffer) {
      refusal_ = fmt::format("%{} is not all that is declared beside {}", step_.buffer, quoted(kernel_, over_.front()));
      return;
    }
    refusal_ = check(*buffer, before, body, behind);
    if (refusal_) return;
    const Affine fromFirst = distance(false), toLast = distance(true);
    const Affine one = Affine::number(1);
    const std::vector<std::size_t> axes = axesByDepth(before, *buffer);
    const Waiting waiting{declareWaiting(*buffer, path, axes), path, axes};
    Block fetch = moves(before, *buffer, waiting, true), leave = moves(before, *buffer, waiting, false);
    block = std::move(declarations);
    block.push_back(onlyIf(one - fromFirst, std::move(before)));
    block.push_back(onlyIf(fromFirst, std::move(fetch)));
    std::ranges::move(body, std::back_inserter(block));
    block.push_back(onlyIf(toLast, std::move(leave)));
    block.push_back(onlyIf(one - toLast, std::move(behind)));
  }

  /// The statements inside all the loops staged over, from the i-th on, which must hold nothing else.
  Block takeBody(For loop, std::size_t i = 0) {
    if (loop.bound || loop.kind != LoopKind::Serial)
      refusal_ = fmt::format("{} is bounded, unrolled or parallel", quoted(kernel_, loop.var));
    if (extents_.size() <= i) extents_.push_back(loop.extent);
    if (extents_[i] != loop.extent || loop.extent == 0)
      refusal_ = fmt::format("{} is of different lengths", quoted(kernel_, loop.var));
    if (refusal_ || i + 1 == over_.size()) return std::move(loop.body);
    if (loop.body.size() == 1 && asLoop(loop.body.front(), over_[i + 1]))
      return takeBody(std::get<For>(std::move(loop.body.front().node)), i + 1);
    refusal_ = fmt::format("{} is not all that {} repeats", quoted(kernel_, over_[i + 1]), quoted(kernel_, over_[i]));
    return {};
  }

  std::optional<BufferId> stagedBuffer(const Block &declarations) const {
    if (declarations.size() != 1) return std::nullopt;
    const BufferId buffer = std::get<Declare>(declarations.front().node).buffer;
    const std::vector<BufferId> named = buffersNamed(kernel_, step_.buffer);
    return std::ranges::find(named, buffer) != named.end() ? std::optional(buffer) : std::nullopt;
  }

  /// S only sets elements of the buffer, the loops change nothing else, and neither reads what R writes.
  Refusal check(BufferId buffer, const Block &before, const Block &body, const Block &behind) const {
    Refusal reason;
    const auto onlyBuffer = [&](const Store &store) {
      if (store.target.buffer != buffer)
        reason = fmt::format("{} is written beside %{}", quoted(kernel_, store.target.buffer), step_.buffer);
      if (store.lanes != 1) reason = "it is done by vectors already; stage before vectorizing";
    };
    forEach<Store>(before, onlyBuffer);
    if (reads(before, buffer))
      reason = fmt::format("%{} is read before {}", step_.buffer, quoted(kernel_, over_.front()));
    for (const Block *block : {&before, &body, &behind})
      for (VarId var : over_)
        if (containsLoop(*block, var)) reason = fmt::format("{} is there twice", quoted(kernel_, var));
    forEach<Store>(body, onlyBuffer);
    forEach<Store>(body, [&](const Store &store) {
      if (std::ranges::find(store.operands, store.target) == store.operands.end())
        reason = fmt::format("{} is not an update of what stands before {}", print(kernel_, store.target),
                             quoted(kernel_, over_.front()));
    });
    if (kernel_[buffer].storage != Storage::Scratch) reason = fmt::format("%{} is not scratch", step_.buffer);
    std::set<BufferId> written;
    forEach<Store>(behind, [&](const Store &store) { written.insert(store.target.buffer); });
    for (const Block *block : {&before, &body})
      forEach<Store>(*block, [&](const Store &store) {
        for (const Access &operand : store.operands)
          if (written.contains(operand.buffer) && operand.buffer != buffer)
            reason = fmt::format("{} is read where it is written", quoted(kernel_, operand.buffer));
      });
    return reason;
  }

  static bool reads(const Block &block, BufferId buffer) {
    bool found = false;
    forEach<Store>(block, [&](const Store &store) {
      for (const Access &operand : store.operands) found |= operand.buffer == buffer;
    });
    return found;
  }

  /// Of the loops staged over: how many iterations lie behind, or before the last; 0 only in the first, or the last.
  Affine distance(bool toLast) const {
    Affine sum;
    for (std::size_t i = 0; i < over_.size(); ++i) {
      const Affine var = Affine::variable(over_[i].value);
      sum = sum + (toLast ? Affine::number(extents_[i] - 1) - var : var);
    }
    return sum;
  }

  Stmt onlyIf(Affine bound, Block body) const {
    return {For{once_, LoopKind::Serial, 1, std::move(bound), std::move(body)}};
  }

  /// The buffer's axes, those of loops further out first: so what waits is read and written in order.
  std::vector<std::size_t> axesByDepth(const Block &before, BufferId buffer) const {
    std::vector<std::size_t> axes(kernel_[buffer].type.rank());
    std::iota(axes.begin(), axes.end(), std::size_t{0});
    std::vector<std::ptrdiff_t> depths(axes.size(), 0);
    walk(before, {}, [&](const Stmt &stmt, const Nest &nest) {
      const Store *store = std::get_if<Store>(&stmt.node);
      for (std::size_t axis = 0; store && axis < axes.size(); ++axis)
        for (const For *loop : nest)
          if (store->target.indices[axis].uses(loop->var.value))
            depths[axis] = std::ranges::find(nest, loop) - nest.begin() + 1;
    });
    std::ranges::stable_sort(axes, {}, [&](std::size_t axis) { return depths[axis]; });
    return axes;
  }

  BufferId declareWaiting(BufferId buffer, const Nest &path, const std::vector<std::size_t> &axes) {
    TensorType type{kernel_[buffer].type.dtype, {}};
    for (const For *loop : path) type.shape.push_back(loop->extent);
    for (std::size_t axis : axes) type.shape.push_back(kernel_[buffer].type.shape[axis]);
    if (!elementCount(type)) refusal_ = fmt::format("%{} would be too large", step_.as);
    const std::string name = kernel_.findBuffer(step_.as) ? copyName(kernel_, step_.as) : step_.as;
    kernel_.buffers.push_back({name, Storage::Scratch, std::move(type)});
    const BufferId id(kernel_.buffers.size() - 1);
    declarations_.push_back({Declare{id}});
    return id;
  }

  /// Where partial results wait: an element for each iteration of the path and each element of the buffer.
  struct Waiting {
    BufferId buffer;
    const Nest &path;
    const std::vector<std::size_t> &axes;
  };

  /// What sets the buffer, as what fetches it from where it waits, or leaves it there.
  static Block moves(Block block, BufferId buffer, const Waiting &waiting, bool fetches) {
    forEach<Store>(block, [&](Store &store) {
      Access there{waiting.buffer, {}};
      for (const For *loop : waiting.path) there.indices.push_back(Affine::variable(loop->var.value));
      for (std::size_t axis : waiting.axes) there.indices.push_back(store.target.indices[axis]);
      const DType type = store.value.type();
      const Access here{buffer, store.target.indices};
      store =
          fetches ? Store{here, {there}, scalar::identityExpr(type)} : Store{there, {here}, scalar::identityExpr(type)};
    });
    return block;
  }

  Stmt inOverLoops(Block body) const {
    std::vector<For> loops;
    for (std::size_t i = 0; i < over_.size(); ++i) loops.push_back({over_[i], LoopKind::Serial, extents_[i], {}, {}});
    loops.back().body = std::move(body);
    for (std::size_t i = loops.size(); --i > 0;) loops[i - 1].body.push_back({std::move(loops[i])});
    return {std::move(loops.front())};
  }

  Kernel &kernel_;
  const Stage &step_;
  const VarId once_;
  std::vector<VarId> over_;
  std::vector<std::int64_t> extents_;
  Block declarations_;
  Refusal refusal_;
  bool hasStaged_ = false;
};

Refusal check(const Kernel &kernel, const Stage &step) {
  if (auto reason = unlessBufferExists(kernel, step.buffer)) return reason;
  if (auto reason = unlessBufferIsNew(kernel, step.as)) return reason;
  if (step.over.empty()) return "no loop is named";
  for (const std::string &name : step.over) {
    if (auto reason = unlessLoopExists(kernel, name)) return reason;
    if (std::ranges::count(step.over, name) > 1) return fmt::format("loop '{}' is named twice", name);
  }
  if (step.at.empty()) return std::nullopt;
  return unlessLoopExists(kernel, step.at);
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Stage &step) {
  Refusal reason = check(kernel, step);
  if (reason) return refused({step}, *reason);
  Stager stager(kernel, step);
  if (step.at.empty()) {
    reason = stager.run(kernel.body);
  } else {
    replaceLoops(kernel.body, *kernel.findVar(step.at), [&](For loop, const Nest &) {
      if (!reason) reason = stager.run(loop.body);
      Block result;
      result.push_back({std::move(loop)});
      return result;
    });
  }
  if (!reason && !stager.hasStaged()) reason = fmt::format("no loop '{}' is there", step.over.front());
  if (reason) return refused({step}, *reason);
  return kernel;
}

} // namespace einjit::loop
