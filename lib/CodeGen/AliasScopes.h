// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What tells LLVM that buffers do not overlap, or that they do: scratch of different times may lie in one place.
// Marking the accesses, rather than passing each buffer as a `noalias` parameter, needs no second function between the
// entry point and the code, which saves a fifth of LLVM's time.
#pragma once

#include "CodeGen/Layout.h"
#include "Loop/Kernel.h"
#include <llvm/IR/Instruction.h>
#include <llvm/IR/Metadata.h>
#include <vector>

namespace einjit::codegen {

/// Marks for accesses to one buffer.
struct AliasInfo {
  llvm::MDNode *scope = nullptr;     ///< the buffer; null for a const, which LLVM knows
  llvm::MDNode *others = nullptr;    ///< what it does not overlap
  llvm::MDNode *invariant = nullptr; ///< set if its elements never change while the kernel runs
};

class AliasScopes {
public:
  AliasScopes(llvm::LLVMContext &context, const loop::Kernel &kernel, const Layout &layout);
  const AliasInfo &operator[](loop::BufferId id) const { return buffers_[id.index()]; }

private:
  std::vector<AliasInfo> buffers_;
};

void annotateLoad(llvm::Instruction *load, const AliasInfo &info);
void annotateStore(llvm::Instruction *store, const AliasInfo &info);

} // namespace einjit::codegen
