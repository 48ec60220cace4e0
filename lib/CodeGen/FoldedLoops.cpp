// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unrolled loops that fold the lanes of a vector each:
//
//   unroll i in 0..5 { 16 lanes: %s[i] = add(%s[i], sum of %v[i]) }
//
// fold them together (Folds.h), as many as fit one vector at a time.
#include "CodeGen/Emitter.h"
#include "CodeGen/Folds.h"
#include "CodeGen/ScalarCode.h"
#include <algorithm>
#include <set>

namespace einjit::codegen {
namespace {

using llvm::Value;

/// The loops, and the one statement in them.
struct Folds {
  std::vector<const loop::For *> nest;
  const loop::Store *store = nullptr;
};

/// A nest of unrolled loops that all run, around a fold into registers.
std::optional<Folds> matchFolds(const loop::Kernel &kernel, const loop::For &loop) {
  Folds folds;
  for (const loop::For *inner = &loop; inner;) {
    if (inner->kind != loop::LoopKind::Unrolled || inner->bound || inner->body.size() != 1) return std::nullopt;
    folds.nest.push_back(inner);
    folds.store = std::get_if<loop::Store>(&inner->body.front().node);
    inner = std::get_if<loop::For>(&inner->body.front().node);
  }
  if (!folds.store || !folds.store->reduce) return std::nullopt;
  const loop::BufferId target = folds.store->target.buffer;
  const bool readsTarget = std::ranges::count(folds.store->operands, target, &loop::Access::buffer) > 0;
  return kernel[target].storage == loop::Storage::Registers && !readsTarget ? std::optional(folds) : std::nullopt;
}

} // namespace

/// Whether it is such a loop.
bool Emitter::emitFolds(const loop::For &loop) {
  const auto folds = matchFolds(kernel_, loop);
  if (!folds) return false;
  const loop::Store &store = *folds->store;
  const DType type = store.value.type();
  const auto most = static_cast<std::size_t>(foldedTogether(type, store.lanes, context_.target));
  if (most < 2) return false;

  std::vector<Register> targets; // of all iterations, in order
  const auto inIterations = [&](const auto &self, std::size_t depth, const std::function<void()> &visit) -> void {
    if (depth == folds->nest.size()) return visit();
    for (std::int64_t i = 0; i < folds->nest[depth]->extent; ++i) {
      scope_.variables.bind(folds->nest[depth]->var, i);
      self(self, depth + 1, visit);
      scope_.variables.unbind(folds->nest[depth]->var);
    }
  };
  inIterations(inIterations, 0, [&] { targets.push_back(registerOf(kernel_, store.target, scope_.variables)); });
  if (targets.size() < 2 || std::set(targets.begin(), targets.end()).size() < targets.size()) return false;

  llvm::SmallVector<Value *> vectors;
  std::size_t done = 0;
  const auto flush = [&] {
    Value *sums = foldTogether(ir_, *store.reduce, type, vectors, context_.target);
    llvm::SmallVector<Value *> old;
    for (std::size_t i = 0; i < vectors.size(); ++i) old.push_back(scope_.registers[targets[done + i]]);
    const bool isKnown = std::ranges::all_of(old, [](Value *value) { return llvm::isa<llvm::Constant>(value); });
    if (isKnown) { // all at once
      Value *vector = llvm::PoisonValue::get(sums->getType());
      for (std::size_t i = 0; i < old.size(); ++i) vector = ir_.CreateInsertElement(vector, old[i], i);
      sums = applyOp(ir_, *store.reduce, type, type, {vector, sums}, context_.target);
    }
    for (std::size_t i = 0; i < old.size(); ++i) {
      Value *sum = ir_.CreateExtractElement(sums, i);
      scope_.registers[targets[done + i]] =
          isKnown ? sum : applyOp(ir_, *store.reduce, type, type, {old[i], sum}, context_.target);
    }
    done += vectors.size();
    vectors.clear();
  };
  inIterations(inIterations, 0, [&] {
    vectors.push_back(foldable(store));
    if (vectors.size() == most) flush();
  });
  if (!vectors.empty()) flush();
  return true;
}

} // namespace einjit::codegen
