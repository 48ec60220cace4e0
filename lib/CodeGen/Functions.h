// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "CodeGen/Emitter.h"
#include <llvm/IR/Module.h>

namespace einjit::codegen {

/// A function without result and with an empty first block, made for the target. Internal ones are only called from
/// within the module.
llvm::Function *createFunction(const ModuleContext &context, const llvm::Twine &name,
                               llvm::ArrayRef<llvm::Type *> parameters, bool internal);

/// Loads from a record of pointers and numbers that is not written while the function runs.
llvm::Value *loadField(Builder &ir, llvm::Type *type, llvm::Value *address, const llvm::Twine &name);

/// The place `bytes` behind a pointer.
llvm::Value *addBytes(Builder &ir, llvm::Value *pointer, std::int64_t bytes, const llvm::Twine &name);

/// What is streamed is visible to other threads behind this.
void finishStreams(Builder &ir, const ModuleContext &context);

} // namespace einjit::codegen
