// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel's code as two modules, which two threads make at the same time. Some loops, with about half of the
// instructions, are functions of the second module; the first has the entry point and calls them:
//
//   record = { the arena, the address of every buffer that the loop uses, every loop variable in scope }
//   einjit.kernel.1(record)
//
// Where they are called from is known when the first module is emitted, so the second is emitted after it.
#pragma once

#include "CodeGen/Emitter.h"
#include <deque>
#include <set>

namespace einjit::codegen {

/// The loops that the second module has: none that use registers from around them, none that are done too soon to
/// be worth a call. Empty where the kernel is too small to be divided, or is a single loop that cannot be.
/// O(size of the kernel * depth of its loops).
std::set<const loop::For *> secondHalf(const loop::Kernel &kernel, const Target &target, std::int64_t threads);

class Calls {
public:
  explicit Calls(std::set<const loop::For *> loops) : loops_(std::move(loops)) {}
  bool empty() const { return loops_.empty(); }
  bool has(const loop::For &loop) const { return loops_.contains(&loop); }

  /// In the first module: calls a new function for a loop, which sees what `scope` has.
  void emitCall(Builder &ir, const ModuleContext &context, const loop::For &loop, const Scope &scope);
  /// In the second module, of another LLVMContext: all functions called so far.
  void emitFunctions(const ModuleContext &context) const;

private:
  struct Call {
    const loop::For *loop;
    Scope scope; ///< whose values are those of the first module: only which there are counts
    bool streams;
    std::string function;
  };
  std::set<const loop::For *> loops_;
  std::deque<Call> calls_;
};

} // namespace einjit::codegen
