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

namespace einjit::codegen {
namespace {

using llvm::Value;

/// The one statement in a nest of unrolled loops that all run, if it folds into registers and does not read them.
const loop::Store *matchFolds(const loop::Kernel &kernel, const loop::For &loop) {
  if (loop.kind != loop::LoopKind::Unrolled || loop.bound || loop.body.size() != 1) return nullptr;
  const loop::Stmt &stmt = loop.body.front();
  if (const auto *inner = std::get_if<loop::For>(&stmt.node)) return matchFolds(kernel, *inner);
  const auto *store = std::get_if<loop::Store>(&stmt.node);
  if (!store || !store->reduce) return nullptr;
  const loop::BufferId target = store->target.buffer;
  const bool readsTarget = std::ranges::count(store->operands, target, &loop::Access::buffer) > 0;
  return kernel[target].storage == loop::Storage::Registers && !readsTarget ? store : nullptr;
}

/// Iterations of the nest.
std::size_t iterations(const loop::For &loop) {
  const auto *inner = std::get_if<loop::For>(&loop.body.front().node);
  return static_cast<std::size_t>(loop.extent) * (inner ? iterations(*inner) : 1);
}

/// Calls visit() in each iteration of the nest.
template <class Visit> void inIterations(Variables &variables, const loop::For &loop, const Visit &visit) {
  const auto *inner = std::get_if<loop::For>(&loop.body.front().node);
  for (std::int64_t i = 0; i < loop.extent; ++i) {
    variables.bind(loop.var, i);
    inner ? inIterations(variables, *inner, visit) : visit();
    variables.unbind(loop.var);
  }
}

} // namespace

struct Emitter::Fold {
  Register target;
  Value *vector;
};

/// Whether it is such a loop.
bool Emitter::emitFolds(const loop::For &loop) {
  const loop::Store *store = matchFolds(kernel_, loop);
  if (!store) return false;
  const auto most = static_cast<std::size_t>(foldedTogether(store->value.type(), store->lanes, context_.target));
  const std::size_t targets = writtenRegisters(kernel_, loop, scope_.variables).size();
  if (most < 2 || targets < 2 || targets < iterations(loop)) return false; // a register is one iteration's alone

  llvm::SmallVector<Fold> folds;
  inIterations(scope_.variables, loop, [&] {
    folds.push_back({registerOf(kernel_, store->target, scope_.variables), foldable(*store, maskOf(*store))});
    if (folds.size() < most) return;
    foldTogether(*store, folds);
    folds.clear();
  });
  if (!folds.empty()) foldTogether(*store, folds);
  return true;
}

/// What the registers hold is added at once where it is known, as in an accumulator that was just set.
void Emitter::foldTogether(const loop::Store &store, llvm::ArrayRef<Fold> folds) {
  const DType type = store.value.type();
  const auto apply = [&](Value *a, Value *b) {
    return applyOp(ir_, *store.reduce, type, type, {a, b}, context_.target);
  };
  llvm::SmallVector<Value *> vectors;
  for (const Fold &fold : folds) vectors.push_back(fold.vector);
  Value *sums = codegen::foldTogether(ir_, *store.reduce, type, vectors, context_.target);
  const bool areKnown = std::ranges::all_of(
      folds, [&](const Fold &fold) { return llvm::isa<llvm::Constant>(scope_.registers[fold.target]); });
  if (areKnown) {
    Value *held = llvm::PoisonValue::get(sums->getType());
    for (std::size_t i = 0; i < folds.size(); ++i)
      held = ir_.CreateInsertElement(held, scope_.registers[folds[i].target], i);
    sums = apply(held, sums);
  }
  for (std::size_t i = 0; i < folds.size(); ++i) {
    Value *&held = scope_.registers[folds[i].target];
    Value *sum = ir_.CreateExtractElement(sums, i);
    held = areKnown ? sum : apply(held, sum);
  }
}

} // namespace einjit::codegen
