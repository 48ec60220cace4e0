// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Machine.h"
#include "CodeGen/Module.h"
#include <einjit/Error.h>
#include <llvm/ADT/DenseMap.h>
#include <llvm/IR/Instructions.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/LICM.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/SROA.h>

namespace einjit::codegen {
namespace {

/// Displacements from hoisted pointers, again where they are used: there they are part of an addressing mode, and
/// elsewhere each takes a register.
void sinkDisplacements(llvm::Function &function) {
  std::vector<llvm::GetElementPtrInst *> displacements;
  for (llvm::BasicBlock &block : function)
    for (llvm::Instruction &instruction : block)
      if (auto *address = llvm::dyn_cast<llvm::GetElementPtrInst>(&instruction))
        if (address->hasAllConstantIndices() && !address->getType()->isVectorTy()) displacements.push_back(address);
  for (llvm::GetElementPtrInst *address : llvm::reverse(displacements)) { // those of displaced pointers first
    llvm::DenseMap<llvm::BasicBlock *, llvm::Instruction *> copies;
    for (llvm::Use &use : llvm::make_early_inc_range(address->uses())) {
      auto *user = llvm::cast<llvm::Instruction>(use.getUser());
      if (user->getParent() == address->getParent() || llvm::isa<llvm::PHINode>(user)) continue;
      llvm::Instruction *&copy = copies[user->getParent()];
      if (!copy) {
        copy = address->clone();
        copy->insertInto(user->getParent(), user->getParent()->getFirstInsertionPt());
      }
      use.set(copy);
    }
    if (address->use_empty()) address->eraseFromParent();
  }
}

} // namespace

// The code arrives in the form it is to have: vectorized, unrolled, in registers. What is left to find is what the
// emitter repeats (addresses, masks, broadcast loads) and what an inner loop does not change; in this order, because
// there is less to move once equal things are one. README.md has the times.
void optimize(Module &module) {
  const Result<Machine> machine = Machine::borrow(module.impl().target);
  if (!machine) throw InternalError("code generation: the target is gone");
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&**machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  llvm::FunctionPassManager passes;
  if (module.impl().hasTransient) passes.addPass(llvm::SROAPass(llvm::SROAOptions::PreserveCFG));
  passes.addPass(llvm::EarlyCSEPass());
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LICMPass(llvm::LICMOptions()), /*UseMemorySSA=*/true));
  for (llvm::Function &function : module.impl().module)
    if (!function.isDeclaration()) {
      passes.run(function, functions);
      sinkDisplacements(function);
    }
}

} // namespace einjit::codegen
