// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Functions.h"
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/TargetParser/Triple.h>

namespace einjit::codegen {
namespace {

/// LLVM must keep to the width the kernel was planned for: on some processors it would split 512-bit vectors.
void addTargetAttributes(llvm::Function &function, const Target &target) {
  const std::string bits = std::to_string(target.vectorBits);
  function.addFnAttr("target-cpu", target.cpu);
  if (!target.features.empty()) function.addFnAttr("target-features", target.features);
  function.addFnAttr("prefer-vector-width", bits);
  function.addFnAttr("min-legal-vector-width", bits);
  function.addFnAttr("frame-pointer", "none");
  function.setDoesNotThrow();
}

} // namespace

llvm::Function *createFunction(const ModuleContext &context, const llvm::Twine &name,
                               llvm::ArrayRef<llvm::Type *> parameters, bool internal) {
  llvm::LLVMContext &llvmContext = context.module.getContext();
  auto *type = llvm::FunctionType::get(llvm::Type::getVoidTy(llvmContext), parameters, false);
  const auto linkage = internal ? llvm::Function::InternalLinkage : llvm::Function::ExternalLinkage;
  llvm::Function *function = llvm::Function::Create(type, linkage, name, context.module);
  addTargetAttributes(*function, context.target);
  llvm::BasicBlock::Create(llvmContext, "entry", function);
  return function;
}

llvm::Value *loadField(Builder &ir, llvm::Type *type, llvm::Value *address, const llvm::Twine &name) {
  llvm::LoadInst *load = ir.CreateLoad(type, address, name);
  load->setMetadata(llvm::LLVMContext::MD_invariant_load, llvm::MDNode::get(ir.getContext(), {}));
  return load;
}

// Elsewhere such stores are ordered like all others.
void finishStreams(Builder &ir, const ModuleContext &context) {
  if (context.streams && llvm::Triple(context.target.triple).isX86())
    ir.CreateIntrinsic(llvm::Intrinsic::x86_sse_sfence, {}, {});
}

llvm::Value *addBytes(Builder &ir, llvm::Value *pointer, std::int64_t bytes, const llvm::Twine &name) {
  return ir.CreatePtrAdd(pointer, ir.getInt64(static_cast<std::uint64_t>(bytes)), name);
}

} // namespace einjit::codegen
