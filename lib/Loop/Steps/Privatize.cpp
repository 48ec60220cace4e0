// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A reduction may be split into partial ones, since its op is associative and commutative:
//
//   for k { for l { %b[i] = op(%b[i], e) } }
//     =>  for l { %p[i,l] = identity }
//         for k { for l { %p[i,l] = op(%p[i,l], e) } }
//         for l { %b[i] = op(%b[i], %p[i,l]) }
//
// Loops over l may be several, of different extents (a split leaves a remainder): %p is as long as the longest, and
// stands for all of them, so that it is set and folded once. The new loops nest as those around the update do.
#include "Loop/Dependence.h"
#include "Loop/Reduction.h"
#include "Loop/Steps/Refusal.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// The statements that hold loops over the variable in which the buffer is used, and those between them.
struct ReductionSite : Site {
  std::optional<ScalarOp> op; ///< if they only reduce into the buffer
};

bool declares(const Stmt &stmt, BufferId buffer) {
  const Declare *declare = std::get_if<Declare>(&stmt.node);
  return declare && declare->buffer == buffer;
}

/// The block that declares the buffer.
Block *scopeOf(Block &block, BufferId buffer) {
  for (Stmt &stmt : block) {
    if (declares(stmt, buffer)) return &block;
    For *loop = std::get_if<For>(&stmt.node);
    if (Block *found = loop ? scopeOf(loop->body, buffer) : nullptr) return found;
  }
  return nullptr;
}

bool usesInLoop(const Stmt &stmt, VarId var, BufferId buffer) {
  const For *loop = std::get_if<For>(&stmt.node);
  if (!loop) return false;
  if (loop->var == var) return accesses(loop->body, buffer);
  return std::ranges::any_of(loop->body, [&](const Stmt &inner) { return usesInLoop(inner, var, buffer); });
}

/// The outermost place that only reduces; without an op if there is none. Nothing if the buffer is not used in loops
/// over the variable.
std::optional<ReductionSite> findSite(Block &block, VarId var, BufferId buffer) {
  const auto site = siteOf(block, [&](const Stmt &stmt) { return usesInLoop(stmt, var, buffer); });
  if (!site) return std::nullopt;
  const auto op = commonReduction(site->statements(), buffer);
  For &loop = std::get<For>(site->statements().front().node);
  if (op || site->first != site->last || loop.var == var) return ReductionSite{*site, op};
  return findSite(loop.body, var, buffer);
}

/// An update inside the loop, and the loops of the site around it.
struct PlacedUpdate {
  const Store *store;
  Nest nest;
};

std::vector<PlacedUpdate> updatesIn(const Site &site, VarId var, BufferId buffer) {
  std::vector<PlacedUpdate> result;
  walk(site.statements(), {}, [&](const Stmt &stmt, const Nest &nest) {
    const Store *store = std::get_if<Store>(&stmt.node);
    const bool inside = std::ranges::any_of(nest, [&](const For *loop) { return loop->var == var; });
    if (inside && store && store->target.buffer == buffer) result.push_back({store, nest});
  });
  return result;
}

/// The updates must agree on the element, and name it by loop variables wherever it changes inside the site.
Refusal checkUpdate(const Kernel &kernel, const PlacedUpdate &update, const Access &element, VarId var) {
  const std::string &name = kernel[element.buffer].name;
  if (update.store->lanes != 1) return fmt::format("%{} is updated by vectors already", name);
  if (update.store->target != element) return fmt::format("%{} is not updated with the same indices everywhere", name);
  for (const Affine &index : element.indices) {
    if (index.uses(var.value))
      return fmt::format("%{} has an element for each iteration of {} already", name, quoted(kernel, var));
    const auto changes = [&](const For *loop) { return index.uses(loop->var.value); };
    if (std::ranges::any_of(update.nest, changes) && !index.asVariable())
      return fmt::format("%{} is indexed by more than loop variables", name);
  }
  return std::nullopt;
}

/// The greatest extent of the loops over a variable around the updates.
std::int64_t extentOf(const std::vector<PlacedUpdate> &updates, VarId var) {
  std::int64_t extent = 0;
  for (const PlacedUpdate &update : updates)
    for (const For *loop : update.nest)
      if (loop->var == var) extent = std::max(extent, loop->extent);
  return extent;
}

bool isUsedIn(const Access &access, VarId var) {
  return std::ranges::any_of(access.indices, [&](const Affine &index) { return index.uses(var.value); });
}

/// Whether the loops that index the element go over all elements that those around `other` go over.
bool covers(const PlacedUpdate &update, const PlacedUpdate &other, const Access &element) {
  return std::ranges::all_of(other.nest, [&](const For *loop) {
    if (!isUsedIn(element, loop->var)) return true;
    const auto model = std::ranges::find_if(update.nest, [&](const For *mine) { return mine->var == loop->var; });
    return model != update.nest.end() && (*model)->extent >= loop->extent &&
           (!(*model)->bound || (*model)->bound == loop->bound);
  });
}

/// The update that covers all others, or null.
const PlacedUpdate *widest(const std::vector<PlacedUpdate> &updates, const Access &element) {
  const auto coversAll = [&](const PlacedUpdate &update) {
    return std::ranges::all_of(updates, [&](const PlacedUpdate &other) { return covers(update, other, element); });
  };
  const auto found = std::ranges::find_if(updates, coversAll);
  return found == updates.end() ? nullptr : &*found;
}

bool isAmong(const Nest &nest, std::uint32_t variable) {
  return std::ranges::any_of(nest, [&](const For *loop) { return loop->var.value == variable; });
}

/// Whether a store in these loops sets every element of the buffer: each axis has a loop of its own over all of it, and
/// no loop leaves out an iteration.
bool setsWhole(const Buffer &buffer, const Access &target, const Nest &nest) {
  if (std::ranges::any_of(nest, [](const For *loop) { return loop->bound || loop->extent == 0; })) return false;
  std::vector<const For *> axes;
  for (std::size_t axis = 0; axis < target.indices.size(); ++axis) {
    const auto isOverAxis = [&](const For *loop) {
      return target.indices[axis].asVariable() == loop->var.value && loop->extent == buffer.type.shape[axis];
    };
    const auto found = std::ranges::find_if(nest, isOverAxis);
    if (found == nest.end() || std::ranges::count(axes, *found) > 0) return false;
    axes.push_back(*found);
  }
  return true;
}

/// Whether every element of the buffer is set before the site.
bool isSetBefore(const Kernel &kernel, const Site &site, BufferId buffer) {
  bool found = false;
  walk(std::span<const Stmt>(*site.block).first(site.first), {}, [&](const Stmt &stmt, const Nest &nest) {
    const Store *store = std::get_if<Store>(&stmt.node);
    if (store && store->target.buffer == buffer && store->lanes == 1)
      found |= setsWhole(kernel[buffer], store->target, nest);
  });
  return found;
}

/// The loop without its bound, but not beyond the axes of the buffer that it indexes.
For unbounded(const For &loop, const Buffer &buffer, const Access &element) {
  For result{loop.var, loop.kind, loop.extent, {}, {}};
  for (std::size_t axis = 0; axis < element.indices.size(); ++axis)
    if (element.indices[axis].uses(loop.var.value)) result.extent = std::min(result.extent, buffer.type.shape[axis]);
  return result;
}

/// Empty loops, outermost first, over all partial results: over the variable, and over those that index the element.
/// They are the loops of the widest update: it reads all these elements, so they have values to be folded into. Bounds
/// do not matter where every element has a value; the partial results that no update reaches stay at the identity.
Refusal loopsOver(const Kernel &kernel, const Access &element, const std::vector<PlacedUpdate> &updates, VarId var,
                  bool wholeIsSet, std::vector<For> &result) {
  const PlacedUpdate *model = widest(updates, element);
  if (!model) return fmt::format("the loops around the updates of {} differ", quoted(kernel, element.buffer));
  Nest indexing;
  for (const For *loop : model->nest) {
    const LoopKind kind = loop->kind == LoopKind::Parallel ? LoopKind::Serial : loop->kind;
    if (loop->var == var) result.push_back({var, kind, extentOf(updates, var), {}, {}});
    if (!isUsedIn(element, loop->var)) continue;
    indexing.push_back(loop);
    result.push_back(wholeIsSet ? unbounded(*loop, kernel[element.buffer], element)
                                : For{loop->var, kind, loop->extent, loop->bound, {}});
    result.back().kind = kind;
    if (!result.back().bound) continue;
    for (const Affine::Term &term : loop->bound->terms)
      if (isAmong(model->nest, term.variable) && !isAmong(indexing, term.variable))
        return fmt::format("the bound of {} uses '{}', which does not index {}", quoted(kernel, loop->var),
                           kernel.vars[term.variable], quoted(kernel, element.buffer));
  }
  return std::nullopt;
}

/// Whether all loops that index the element stand inside of that over the variable: then so do the axes of the partial
/// results, and else the one of the variable is the last.
bool standsOutside(const std::vector<PlacedUpdate> &updates, VarId var) {
  return std::ranges::all_of(updates, [&](const PlacedUpdate &update) {
    const auto loop = std::ranges::find(update.nest, var, &For::var);
    return std::none_of(update.nest.begin(), loop,
                        [&](const For *outer) { return isUsedIn(update.store->target, outer->var); });
  });
}

/// The new buffer, and where it has an axis for the variable.
struct Partials {
  BufferId buffer;
  std::size_t axis;

  /// The partial result of an element.
  Access of(Access access, VarId var) const {
    access.buffer = buffer;
    access.indices.insert(access.indices.begin() + static_cast<std::ptrdiff_t>(axis), Affine::variable(var.value));
    return access;
  }
};

/// Makes updates inside loops over the variable go to the partial results.
void redirect(std::span<Stmt> statements, VarId var, BufferId buffer, const Partials &partials, bool inside = false) {
  for (Stmt &stmt : statements) {
    if (For *loop = std::get_if<For>(&stmt.node))
      redirect(loop->body, var, buffer, partials, inside || loop->var == var);
    forEachAccessOf(stmt, [&](Access &access) {
      if (inside && access.buffer == buffer) access = partials.of(access, var);
    });
  }
}

/// Makes the reduction into one buffer partial, if it is reduced in loops over the variable at all. `by` is the
/// variable of the loops over partial results.
Refusal privatize(Kernel &kernel, BufferId buffer, VarId var, VarId by, const std::string &as, bool &done) {
  Block *scope = scopeOf(kernel.body, buffer);
  const auto site = scope ? findSite(*scope, var, buffer) : std::nullopt;
  if (!site) return std::nullopt;
  if (!site->op) return fmt::format("%{} is not only reduced in {}", kernel[buffer].name, quoted(kernel, var));
  const std::vector<PlacedUpdate> updates = updatesIn(*site, var, buffer);
  const Access element = updates.front().store->target;
  for (const PlacedUpdate &update : updates)
    if (auto reason = checkUpdate(kernel, update, element, var)) return reason;
  std::vector<For> loops;
  if (auto reason = loopsOver(kernel, element, updates, var, isSetBefore(kernel, *site, buffer), loops)) return reason;

  Buffer created = kernel[buffer];
  created.name = as;
  created.type.strides.clear();
  const Partials partials{BufferId(kernel.buffers.size()), standsOutside(updates, var) ? 0 : created.type.rank()};
  created.type.shape.insert(created.type.shape.begin() + static_cast<std::ptrdiff_t>(partials.axis),
                            extentOf(updates, var));
  if (!elementCount(created.type)) return fmt::format("%{} would be too large", as);
  kernel.buffers.push_back(std::move(created));

  const DType type = kernel[buffer].type.dtype;
  const Access source = partials.of(element, by);
  for (For &loop : loops)
    if (loop.var == var) loop.var = by;
  redirect(site->statements(), var, buffer, partials);
  site->surround({inLoops(loops, {initialise(*site->op, type, source)})},
                 {inLoops(loops, {combine(*site->op, type, element, source)})});
  const auto declaration = std::ranges::find_if(*scope, [&](const Stmt &stmt) { return declares(stmt, buffer); });
  scope->insert(declaration + 1, {Declare{partials.buffer}});
  done = true;
  return std::nullopt;
}

Refusal check(const Kernel &kernel, const Privatize &step) {
  if (auto reason = unlessLoopExists(kernel, step.loop)) return reason;
  if (auto reason = unlessBufferExists(kernel, step.buffer)) return reason;
  if (auto reason = unlessBufferIsNew(kernel, step.as)) return reason;
  if (auto reason = step.by.empty() ? std::nullopt : unlessLoopIsNew(kernel, step.by)) return reason;
  for (BufferId buffer : buffersNamed(kernel, step.buffer)) {
    const Storage storage = kernel[buffer].storage;
    if (storage != Storage::Scratch && storage != Storage::Registers)
      return fmt::format("%{} is neither scratch nor registers", kernel[buffer].name);
    if (kernel[buffer].lanes != 1) return fmt::format("%{} holds vectors already", kernel[buffer].name);
  }
  return std::nullopt;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Privatize &step) {
  Refusal reason = check(kernel, step);
  bool done = false;
  for (BufferId buffer : buffersNamed(kernel, step.buffer)) {
    if (reason) break;
    const std::string as = step.as + copySuffix(kernel, buffer, step.buffer);
    const VarId var = *kernel.findVar(step.loop);
    reason = privatize(kernel, buffer, var, step.by.empty() ? var : kernel.var(step.by), as, done);
  }
  if (!reason && !done) reason = fmt::format("%{} is not used in loop '{}'", step.buffer, step.loop);
  if (reason) return refused({step}, *reason);
  return kernel;
}

} // namespace einjit::loop
