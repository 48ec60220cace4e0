// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "CodeGen/CodeGen.h"
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

namespace einjit::codegen {

struct Module::Impl {
  explicit Impl(Target machine) : target(std::move(machine)), module("einjit", context) {}
  Target target;
  ScratchLayout scratch;
  bool hasTransient = false; ///< whether functions have scratch on the stack
  std::string entry;
  llvm::LLVMContext context;
  llvm::Module module; ///< destroyed before its context
};

} // namespace einjit::codegen
