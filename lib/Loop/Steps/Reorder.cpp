// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop L that stands around a loop M it should be inside of *sinks* one level: what L repeats is repeated piece by
// piece instead.
//
//   for L { scratch %t; S; for M { B }; R }
//     =>  scratch %t[L]; for L { S }; for M { for L { B } }; for L { R }
//
// Iterations of L then no longer finish one after the other. That is right if no two of them conflict (Dependence.h),
// or only in updates of one reduction. Where L repeats nothing but M, it is enough that for each buffer the iterations
// of M do not conflict: each element's accesses then lie in one iteration of M, in which L keeps their order.
//
// Sinking L below M takes M out of the loops that L is around of, and adds none; so it comes to an end.
#include "Loop/Dependence.h"
#include "Loop/Steps/Refusal.h"
#include "Support/Checked.h"
#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace einjit::loop {
namespace {

class Reorderer {
public:
  Reorderer(Kernel &kernel, const Reorder &step) : kernel_(kernel) {
    for (const std::string &name : step.loops) order_.push_back(*kernel.findVar(name));
  }

  Refusal run() {
    Nest outside;
    normalise(kernel_.body, outside);
    if (!refusal_) checkOrder();
    return refusal_;
  }

private:
  /// Whether `inner`, found inside `outer`, should be around it.
  bool areSwapped(const For &outer, const For &inner) const {
    const auto innerPlace = std::find(order_.begin(), order_.end(), inner.var);
    return innerPlace != order_.end() && std::find(innerPlace, order_.end(), outer.var) != order_.end();
  }
  /// The loop that `stmt` is, if it should be around `outer`.
  const For *swapped(const For &outer, const Stmt &stmt) const {
    const For *inner = std::get_if<For>(&stmt.node);
    return inner && areSwapped(outer, *inner) ? inner : nullptr;
  }

  /// Brings the loops of the block in order, innermost first.
  void normalise(Block &block, Nest &outside) {
    Block result;
    for (Stmt &stmt : block) {
      Block pieces = normalised(std::move(stmt), outside);
      std::ranges::move(pieces, std::back_inserter(result));
    }
    block = std::move(result);
  }

  Block normalised(Stmt stmt, Nest &outside) {
    if (For *loop = std::get_if<For>(&stmt.node); loop && !refusal_) {
      outside.push_back(loop);
      normalise(loop->body, outside);
      outside.pop_back();
      const auto isSwapped = [&](const Stmt &inner) { return swapped(*loop, inner); };
      const bool sinks = !refusal_ && std::ranges::any_of(loop->body, isSwapped);
      if (sinks) refusal_ = check(*loop, outside);
      if (sinks && !refusal_) {
        Block pieces = sink(std::move(*loop));
        normalise(pieces, outside);
        return pieces;
      }
    }
    Block result;
    result.push_back(std::move(stmt));
    return result;
  }

  Block sink(For loop) {
    Block result = hoistDeclarations(kernel_, loop);
    for (Stmt &stmt : loop.body) {
      For copy{loop.var, loop.kind, loop.extent, loop.bound, {}};
      if (swapped(loop, stmt)) {
        For &inner = std::get<For>(stmt.node);
        copy.body = std::move(inner.body);
        inner.body = {{std::move(copy)}};
        result.push_back(std::move(stmt));
      } else {
        copy.body.push_back(std::move(stmt));
        result.push_back({std::move(copy)});
      }
    }
    return result;
  }

  Refusal check(const For &loop, const Nest &outside) const {
    for (const Stmt &stmt : loop.body)
      if (auto reason = checkStatement(loop, stmt)) return reason;
    const auto buffer = conflict(loop, outside);
    if (!buffer) return std::nullopt;
    return fmt::format("{} cannot move inward: its iterations depend on each other through {}",
                       quoted(kernel_, loop.var), quoted(kernel_, *buffer));
  }

  Refusal checkStatement(const For &loop, const Stmt &stmt) const {
    if (const For *inner = swapped(loop, stmt); inner && inner->bound && inner->bound->uses(loop.var.value))
      return fmt::format("the bound of {} uses '{}', which would be inside it", quoted(kernel_, inner->var),
                         kernel_.vars[loop.var.index()]);
    const Declare *declare = std::get_if<Declare>(&stmt.node);
    if (!declare) return std::nullopt;
    const Buffer &buffer = kernel_[declare->buffer];
    if (buffer.storage == Storage::Registers && loop.kind == LoopKind::Parallel)
      return fmt::format("registers %{} would have to be shared by the iterations of a parallel loop", buffer.name);
    TensorType type = buffer.type;
    type.shape.push_back(loop.extent);
    if (elementCount(type)) return std::nullopt;
    return fmt::format("%{} would be too large with an axis of {}", buffer.name, loop.extent);
  }

  /// A buffer through which sinking the loop would change results.
  std::optional<BufferId> conflict(const For &loop, const Nest &outside) const {
    const For *inner = onlyStatement(loop);
    for (BufferId buffer : writtenBuffers(loop.body)) {
      if (commonReduction(loop.body, buffer) || isDisjoint(loop, outside, loop, buffer)) continue;
      if (!inner || !isDisjoint(loop, outside, *inner, buffer)) return buffer;
    }
    return std::nullopt;
  }

  /// The loop that is all the loop repeats, declarations apart.
  const For *onlyStatement(const For &loop) const {
    const auto repeats = [](const Stmt &stmt) { return !std::holds_alternative<Declare>(stmt.node); };
    if (std::ranges::count_if(loop.body, repeats) != 1) return nullptr;
    return swapped(loop, *std::ranges::find_if(loop.body, repeats));
  }

  /// Loops that are not named stay, and may so keep named ones apart.
  void checkOrder() {
    walk(kernel_.body, {}, [&](const Stmt &stmt, const Nest &nest) {
      const For *inner = std::get_if<For>(&stmt.node);
      if (!inner || refusal_) return;
      for (const For *outer : nest)
        if (areSwapped(*outer, *inner))
          refusal_ =
              fmt::format("{} stays inside {}, because {} between them is not named", quoted(kernel_, inner->var),
                          quoted(kernel_, outer->var), quoted(kernel_, nest.back()->var));
    });
  }

  Kernel &kernel_;
  std::vector<VarId> order_;
  Refusal refusal_;
};

Refusal check(const Kernel &kernel, const Reorder &step) {
  for (const std::string &name : step.loops) {
    if (auto reason = unlessLoopExists(kernel, name)) return reason;
    if (std::ranges::count(step.loops, name) > 1) return fmt::format("loop '{}' is named twice", name);
  }
  return std::nullopt;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Reorder &step) {
  Refusal reason = check(kernel, step);
  if (!reason) reason = Reorderer(kernel, step).run();
  if (reason) return refused({step}, *reason);
  return kernel;
}

} // namespace einjit::loop
