// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions whose parameters are buffers. The callers that einjit and its runtime see pass an array or a record; the
// work is done in internal functions that get each buffer as a `noalias` parameter, because that is how LLVM learns
// that outputs overlap nothing.
#pragma once

#include "CodeGen/Emitter.h"
#include <llvm/IR/Module.h>

namespace einjit::codegen {

/// A value of a scope that belongs to its function (constants do not), as a place that can be redirected. Registers are
/// not among them: they do not outlive their function.
struct LiveValue {
  llvm::Value **place;
  std::optional<loop::BufferId> buffer = {}; ///< if it is where this buffer lies
};
std::vector<LiveValue> liveValues(Scope &scope);

/// A function without result and with an empty first block, made for the target. Internal ones are only called from
/// within the module.
llvm::Function *createFunction(const ModuleContext &context, const llvm::Twine &name,
                               llvm::ArrayRef<llvm::Type *> parameters, bool internal);

/// Lets `place` be the next parameter of a function, which `buffer` is passed in.
void receiveBuffer(const loop::Kernel &kernel, loop::BufferId buffer, llvm::Argument &parameter, llvm::Value *&place);

} // namespace einjit::codegen
