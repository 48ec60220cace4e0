// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A reduction may add up to a sum of its own first, since its op is associative and commutative:
//
//   for l { for i { for k { %b[i,l] = op(%b[i,l], e) } } }
//     =>  for l { for i { %s = identity
//                         for k { %s = op(%s, e) }
//                         %b[i,l] = op(%b[i,l], %s) } }
//
// %s is declared in the innermost loops that are around all updates of an element in l: there the element stays the
// same, so one is enough.
#include "Loop/Dependence.h"
#include "Loop/Reduction.h"
#include "Loop/Steps/Refusal.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// The first update of the buffer; the statements hold one.
const Store *firstUpdate(std::span<const Stmt> statements, BufferId buffer) {
  const Store *first = nullptr;
  forEach<Store>(statements, [&](const Store &store) {
    if (!first && store.target.buffer == buffer) first = &store;
  });
  return first;
}

/// The statements that use the buffer, in the innermost place: loops that index the element and hold all its updates
/// stay outside. The block reduces into the buffer.
Site findSite(Block &block, BufferId buffer) {
  const Site site = *siteOf(block, [&](const Stmt &stmt) { return accesses(std::span(&stmt, 1), buffer); });
  For *loop = std::get_if<For>(&site.statements().front().node);
  const Store *update = firstUpdate(site.statements(), buffer);
  const bool goesIn = site.first == site.last && loop && uses(update->target, loop->var.value);
  return goesIn ? findSite(loop->body, buffer) : site;
}

/// The element that all updates in the statements are of, unless there are several.
Refusal checkUpdates(const Kernel &kernel, std::span<const Stmt> statements, const Store &first) {
  const std::string name = quoted(kernel, first.target.buffer);
  Refusal reason;
  walk(statements, {}, [&](const Stmt &stmt, const Nest &nest) {
    const Store *store = std::get_if<Store>(&stmt.node);
    if (!store || store->target.buffer != first.target.buffer) return;
    if (store->lanes != 1) reason = fmt::format("{} is updated by vectors already", name);
    if (store->target != first.target ||
        std::ranges::any_of(nest, [&](const For *loop) { return uses(store->target, loop->var.value); }))
      reason = fmt::format("more than one element of {} is updated there", name);
  });
  return reason;
}

/// Localizes in one loop; leaves one alone in which the buffer is not only reduced.
Refusal localize(Kernel &kernel, For &loop, BufferId buffer, const std::string &as, bool &done) {
  if (!commonReduction(loop.body, buffer)) return std::nullopt;
  const auto site = findSite(loop.body, buffer);
  const Store *update = firstUpdate(site.statements(), buffer);
  if (auto reason = checkUpdates(kernel, site.statements(), *update)) return reason;
  const Access element = update->target;
  const ScalarOp op = *commonReduction(site.statements(), buffer);
  const DType type = kernel[buffer].type.dtype;

  Buffer sum{kernel.findBuffer(as) ? copyName(kernel, as) : as, Storage::Scratch, {type, {}, {}}};
  kernel.buffers.push_back(std::move(sum));
  const Access local{BufferId(kernel.buffers.size() - 1), {}};
  std::span<Stmt> statements = site.statements();
  forEachAccess(statements, [&](Access &access) {
    if (access.buffer == buffer) access = local;
  });
  site.surround({Stmt{Declare{local.buffer}}, Stmt{initialise(op, type, local)}},
                {Stmt{combine(op, type, element, local)}});
  done = true;
  return std::nullopt;
}

Refusal check(const Kernel &kernel, const Localize &step) {
  if (auto reason = unlessLoopExists(kernel, step.at)) return reason;
  if (auto reason = unlessBufferExists(kernel, step.buffer)) return reason;
  for (BufferId buffer : buffersNamed(kernel, step.buffer))
    if (kernel[buffer].storage != Storage::Scratch) return fmt::format("{} is not scratch", quoted(kernel, buffer));
  return unlessBufferIsNew(kernel, step.as);
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Localize &step) {
  Refusal reason = check(kernel, step);
  bool done = false;
  if (!reason) {
    const VarId at = *kernel.findVar(step.at);
    for (BufferId buffer : buffersNamed(kernel, step.buffer)) {
      Block body = kernel.body;
      forEach<For>(body, [&](For &loop) {
        if (loop.var == at && !reason) reason = localize(kernel, loop, buffer, step.as, done);
      });
      kernel.body = std::move(body);
    }
  }
  if (!reason && !done) reason = fmt::format("%{} is not only reduced in loop '{}'", step.buffer, step.at);
  if (reason) return refused({step}, *reason);
  return kernel;
}

} // namespace einjit::loop
