// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Functions.h"

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

bool isLive(llvm::Value *value) { return value && !llvm::isa<llvm::Constant>(value); }

} // namespace

std::vector<LiveValue> liveValues(Scope &scope) {
  std::vector<LiveValue> live;
  for (std::size_t buffer = 0; buffer < scope.memory.size(); ++buffer)
    if (isLive(scope.memory[buffer])) live.push_back({&scope.memory[buffer], loop::BufferId(buffer)});
  for (llvm::Value *&value : scope.variables.values())
    if (isLive(value)) live.push_back({&value});
  if (isLive(scope.arena)) live.push_back({&scope.arena});
  return live;
}

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

void receiveBuffer(const loop::Kernel &kernel, loop::BufferId buffer, llvm::Argument &parameter, llvm::Value *&place) {
  parameter.setName(kernel[buffer].name);
  parameter.addAttr(llvm::Attribute::NoAlias);
  if (kernel[buffer].storage == loop::Storage::In) parameter.addAttr(llvm::Attribute::ReadOnly);
  place = &parameter;
}

} // namespace einjit::codegen
