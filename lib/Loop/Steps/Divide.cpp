// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Some iterations of a loop, and then the others, in nests of their own:
//
//   for i in 0..n { scratch %b; for k { … } }
//     =>  for p in 0..1 { for i  in 0..m   { scratch %b;  for k  { … } } }
//         for q in 0..1 { for ix in 0..n-m { scratch %bx; for kx { … } } }      i = ix + m
//
// All iterations are done in the same order as before, so nothing changes but names: of loops, and of what they
// declare. The loops p and q hold what steps place at the beginning of a part.
#include "Loop/Rewrite.h"
#include "Loop/Steps/Refusal.h"
#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace einjit::loop {
namespace {

/// The loops of a tree, each once, and what it declares.
std::set<VarId> loopsOf(std::span<const Stmt> block) {
  std::set<VarId> loops;
  forEach<For>(block, [&](const For &loop) { loops.insert(loop.var); });
  return loops;
}
std::vector<BufferId> declaredIn(std::span<const Stmt> block) {
  std::vector<BufferId> buffers;
  forEach<Declare>(block, [&](const Declare &declare) { buffers.push_back(declare.buffer); });
  return buffers;
}

Refusal check(const Kernel &kernel, const Divide &step) {
  if (auto reason = unlessLoopExists(kernel, step.loop)) return reason;
  if (step.first == step.second) return "the two parts need different names";
  if (step.suffix.empty()) return "names in the second part need something behind them";
  for (const std::string *name : {&step.first, &step.second})
    if (auto reason = unlessLoopIsNew(kernel, *name)) return reason;
  const std::vector<PlacedLoop> places = loopsNamed(kernel, step.loop);
  if (places.size() > 1) return fmt::format("loop '{}' is there twice", step.loop);
  const For &loop = *places.front().loop;
  if (loop.bound || loop.kind != LoopKind::Serial)
    return fmt::format("loop '{}' is bounded, unrolled or parallel", step.loop);
  if (step.at < 1 || step.at >= loop.extent)
    return fmt::format("loop '{}' has {} iterations, which {} does not divide in two", step.loop, loop.extent, step.at);
  Block nest{{loop}};
  for (VarId var : loopsOf(nest)) {
    const std::string name = kernel.vars[var.index()] + step.suffix;
    if (name == step.first || name == step.second) return fmt::format("a loop '{}' would be there twice", name);
    if (auto reason = unlessLoopIsNew(kernel, name)) return reason;
  }
  for (BufferId buffer : declaredIn(nest))
    if (auto reason = unlessBufferIsNew(kernel, kernel[buffer].name + step.suffix)) return reason;
  return std::nullopt;
}

/// A copy of the nest whose loops and buffers have the suffix behind their names.
Block renamed(Kernel &kernel, const Block &nest, const std::string &suffix) {
  Block copy = duplicate(kernel, nest);
  const std::vector<BufferId> originals = declaredIn(nest), copies = declaredIn(copy);
  for (std::size_t i = 0; i < copies.size(); ++i) kernel[copies[i]].name = kernel[originals[i]].name + suffix;
  for (VarId var : loopsOf(nest)) {
    const VarId other = kernel.var(kernel.vars[var.index()] + suffix);
    substitute(copy, var, Affine::variable(other.value));
    forEach<For>(copy, [&](For &loop) {
      if (loop.var == var) loop.var = other;
    });
  }
  return copy;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Divide &step) {
  if (const Refusal reason = check(kernel, step)) return refused({step}, *reason);
  const VarId var = *kernel.findVar(step.loop), first = kernel.var(step.first), second = kernel.var(step.second);
  replaceLoops(kernel.body, var, [&](const For &loop, const Nest &) {
    Block rest = renamed(kernel, {{loop}}, step.suffix);
    For &others = std::get<For>(rest.front().node);
    others.extent = loop.extent - step.at;
    substitute(others.body, others.var, Affine::variable(others.var.value) + Affine::number(step.at));
    For some = loop;
    some.extent = step.at;
    return Block{{For{first, LoopKind::Serial, 1, {}, {{std::move(some)}}}},
                 {For{second, LoopKind::Serial, 1, {}, std::move(rest)}}};
  });
  return kernel;
}

} // namespace einjit::loop
