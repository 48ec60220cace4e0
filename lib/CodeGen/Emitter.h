// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Emits the statements of one function: the kernel's own, or the outlined body of a parallel loop.
#pragma once

#include "CodeGen/AliasScopes.h"
#include "CodeGen/Layout.h"
#include "CodeGen/Memory.h"
#include "CodeGen/Registers.h"
#include "CodeGen/TransposedAccesses.h"
#include <functional>
#include <llvm/Target/TargetMachine.h>
#include <map>

namespace einjit::codegen {

class Calls;

/// What all functions of a module share.
struct ModuleContext {
  const loop::Kernel &kernel;
  const Target &target;
  const Layout &layout;
  const AliasScopes &aliases;
  const WrittenLanes &writtenLanes;
  std::int64_t threads;
  const llvm::TargetMachine &machine;
  llvm::Module &module;
  Calls *calls = nullptr; ///< of functions of another module; null if there is none
  bool streams = false;   ///< whether streamed outs begin at whole cache lines, and are stored past the caches
};

/// What names stand for at one point of a function.
struct Scope {
  explicit Scope(const loop::Kernel &kernel)
      : variables(kernel.vars.size()), memory(kernel.buffers.size()), registers(kernel.buffers.size()) {}
  Variables variables;
  std::vector<llvm::Value *> memory; ///< element 0 of each buffer in memory; null where it is not in scope
  Registers registers;
  llvm::Value *arena = nullptr; ///< where scratch lies
  bool inParallel = false;
};

class Emitter {
public:
  /// Starts at the end of `function`'s last block.
  Emitter(const ModuleContext &context, llvm::Function *function, Scope scope);
  void emit(const loop::Block &block);
  void emit(const loop::For &loop);
  Builder &builder() { return ir_; }
  /// The body of the innermost of these loops, of whose iterations, all counted as one, those from begin to end are run
  /// (begin < end).
  void emitRange(const std::vector<const loop::For *> &nest, llvm::Value *begin, llvm::Value *end);

private:
  /// A value for each lane, or one scalar for all of them.
  struct Lanes {
    llvm::Value *value = nullptr;
    bool uniform = false;
  };

  void emit(const loop::Store &store);
  void emit(const loop::Prefetch &prefetch);
  void emit(const loop::Declare &declare);
  llvm::Value *onStack(const loop::Buffer &buffer);

  // Stores.
  Mask maskOf(const loop::Store &store);
  Lanes evaluate(const loop::Store &store, const Mask &mask);
  Lanes apply(const loop::Store &store, const scalar::Node &node, llvm::ArrayRef<Lanes> values);
  llvm::Value *widen(const Lanes &value, std::int64_t lanes, DType type);
  llvm::Value *foldable(const loop::Store &store, const Mask &mask);
  Lanes reduce(const loop::Store &store, const Mask &mask);
  Lanes read(const loop::Access &access, const Mask &mask);
  Lanes position(const loop::Access &access, std::int64_t lanes);
  void write(const loop::Access &access, const Lanes &value, const Mask &mask);
  void writeRegister(const loop::Access &access, const Lanes &value, const Mask &mask);
  Place place(const loop::Access &access);
  std::int64_t streamAlignment(const loop::Buffer &buffer, const Affine &offset) const;

  // Loops.
  llvm::Value *iterationCount(const loop::For &loop, const Iterations &iterations);
  void emitUnrolled(const loop::For &loop);
  void emitSerial(const std::vector<const loop::For *> &nest, llvm::Value *begin, llvm::Value *end, llvm::Value *runs);
  void bindDigits(const std::vector<const loop::For *> &nest, llvm::Value *number);
  bool canOutline() const;
  void emitParallel(const loop::For &loop, llvm::Value *count);
  /// Where values are that may change in some statements.
  using Places = std::vector<llvm::Value **>;
  Places writtenBy(const loop::Block &block);
  Places writtenBy(const loop::For &loop);
  void emitIteration(const loop::For &loop, std::int64_t iteration, llvm::Value *runs, const Places &changed = {});
  void emitIf(llvm::Value *condition, const Places &changed, const std::function<void()> &body,
              const std::function<void()> &otherwise = {});
  llvm::BasicBlock *createBlock(const llvm::Twine &name);
  void countStores(std::int64_t stores);

  // Unrolled loops that add four products of bytes.
  bool emitDot(const loop::For &loop);
  llvm::Value *readFours(const loop::Access &access, loop::VarId var, const Mask &mask);

  // Unrolled loops that fold lanes.
  bool emitFolds(const loop::For &loop);
  struct Fold;
  void foldTogether(const loop::Store &store, llvm::ArrayRef<Fold> folds);

  // Unrolled loops with transposed accesses.
  std::optional<loop::For> interchanged(const loop::For &loop) const;
  struct IterationBlock;
  void emitTransposed(const loop::For &loop, const TransposedAccesses &accesses, const Iterations &iterations,
                      llvm::Value *count);
  void emitBlock(const loop::For &loop, const TransposedAccesses &accesses, const IterationBlock &block);
  void emitColumns(const loop::For &loop, const TransposedAccesses &accesses, const IterationBlock &block);
  Place row(const Place &place, const IterationBlock &block, std::int64_t lane);
  llvm::SmallVector<llvm::Value *> readColumns(const TransposedAccesses::Member &read, const IterationBlock &block,
                                               const Mask &mask);
  void writeColumns(const TransposedAccesses::Member &write, const IterationBlock &block, const Mask &mask,
                    llvm::ArrayRef<llvm::Value *> columns);

  const ModuleContext &context_;
  const loop::Kernel &kernel_;
  llvm::Function *function_;
  Builder ir_;
  Scope scope_;
  llvm::BasicBlock *counted_ = nullptr; ///< the block that has `stores_` stores so far
  std::int64_t stores_ = 0;
  std::map<const loop::Access *, llvm::Value *> transposedReads_;  ///< what they read in the current iteration
  std::map<const loop::Access *, llvm::Value *> transposedWrites_; ///< what they are to write in the current iteration
};

} // namespace einjit::codegen
