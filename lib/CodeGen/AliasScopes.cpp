// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/AliasScopes.h"
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/MDBuilder.h>

namespace einjit::codegen {

// Inputs may overlap each other, which does not matter as nobody writes them, so they are one scope. One that an output
// may be the memory of is in the output's, and is not invariant.
AliasScopes::AliasScopes(llvm::LLVMContext &context, const loop::Kernel &kernel, const Layout &layout)
    : buffers_(kernel.buffers.size()) {
  llvm::MDBuilder builder(context);
  llvm::MDNode *domain = builder.createAnonymousAliasScopeDomain("buffers");
  llvm::MDNode *inputs = builder.createAnonymousAliasScope(domain, "inputs");
  std::vector<llvm::Metadata *> scopes = {inputs};
  std::vector<llvm::MDNode *> own(kernel.buffers.size());
  for (std::size_t i = 0; i < kernel.buffers.size(); ++i) {
    const loop::Storage storage = kernel.buffers[i].storage;
    if (storage == loop::Storage::In) own[i] = inputs;
    if (storage != loop::Storage::Out && storage != loop::Storage::Scratch) continue;
    own[i] = builder.createAnonymousAliasScope(domain, kernel.buffers[i].name);
    scopes.push_back(own[i]);
  }
  for (std::size_t i = 0; i < kernel.buffers.size(); ++i)
    if (const auto &over = kernel.buffers[i].over) own[over->index()] = own[i];
  llvm::MDNode *empty = llvm::MDNode::get(context, {});
  for (std::size_t i = 0; i < kernel.buffers.size(); ++i) {
    const loop::Storage storage = kernel.buffers[i].storage;
    if (own[i] == inputs || storage == loop::Storage::Const) buffers_[i].invariant = empty;
    if (!own[i]) continue;
    std::vector<llvm::Metadata *> others = scopes;
    std::erase(others, own[i]);
    for (std::size_t j = 0; j < kernel.buffers.size(); ++j)
      if (j != i && own[j] && layout.overlap(loop::BufferId(i), loop::BufferId(j))) std::erase(others, own[j]);
    buffers_[i].scope = llvm::MDNode::get(context, {own[i]});
    buffers_[i].others = llvm::MDNode::get(context, others);
  }
}

void annotateStore(llvm::Instruction *store, const AliasInfo &info) {
  if (!info.scope) return;
  store->setMetadata(llvm::LLVMContext::MD_alias_scope, info.scope);
  store->setMetadata(llvm::LLVMContext::MD_noalias, info.others);
}

void annotateLoad(llvm::Instruction *load, const AliasInfo &info) {
  annotateStore(load, info);
  if (info.invariant) load->setMetadata(llvm::LLVMContext::MD_invariant_load, info.invariant);
}

} // namespace einjit::codegen
