// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/LibraryCode.h"
#include <llvm/IR/Module.h>

namespace einjit::codegen {
namespace {

using llvm::Value;

llvm::FunctionType *uniformType(llvm::Type *type, std::size_t count) {
  return llvm::FunctionType::get(type, std::vector<llvm::Type *>(count, type), false);
}

/// Depends on nothing but its arguments. (The C library may set errno, which no kernel reads.)
void markPure(llvm::Function &function) {
  function.setDoesNotThrow();
  function.setDoesNotAccessMemory();
  function.setWillReturn();
}

/// LLVM must not compute or replace the function itself: its results would differ from the interpreter's.
Value *callSymbol(Builder &ir, llvm::StringRef symbol, llvm::ArrayRef<Value *> arguments) {
  llvm::Module &module = *ir.GetInsertBlock()->getModule();
  llvm::FunctionCallee callee =
      module.getOrInsertFunction(symbol, uniformType(arguments[0]->getType(), arguments.size()));
  markPure(*llvm::cast<llvm::Function>(callee.getCallee()));
  llvm::CallInst *call = ir.CreateCall(callee, arguments);
  call->addFnAttr(llvm::Attribute::NoBuiltin);
  return call;
}

/// Stores the arguments, then for each lane loads them, calls, and stores the result over the first argument.
void emitLoop(llvm::Function &function, llvm::StringRef symbol) {
  Builder ir(llvm::BasicBlock::Create(function.getContext(), "entry", &function));
  auto *vector = llvm::cast<llvm::FixedVectorType>(function.getReturnType());
  std::vector<Value *> memory, lane;
  for (llvm::Argument &argument : function.args()) {
    memory.push_back(ir.CreateAlloca(vector));
    ir.CreateStore(&argument, memory.back());
  }
  llvm::BasicBlock *before = ir.GetInsertBlock();
  auto *body = llvm::BasicBlock::Create(function.getContext(), "lane", &function);
  auto *after = llvm::BasicBlock::Create(function.getContext(), "done", &function);
  ir.CreateBr(body);
  ir.SetInsertPoint(body);
  llvm::PHINode *i = ir.CreatePHI(ir.getInt64Ty(), 2, "i");
  const auto element = [&](Value *at) { return ir.CreateGEP(vector->getElementType(), at, i); };
  for (Value *at : memory) lane.push_back(ir.CreateLoad(vector->getElementType(), element(at)));
  ir.CreateStore(callSymbol(ir, symbol, lane), element(memory[0]));
  Value *next = ir.CreateAdd(i, ir.getInt64(1));
  i->addIncoming(ir.getInt64(0), before);
  i->addIncoming(next, body);
  ir.CreateCondBr(ir.CreateICmpULT(next, ir.getInt64(vector->getNumElements())), body, after);
  ir.SetInsertPoint(after);
  ir.CreateRet(ir.CreateLoad(vector, memory[0]));
}

/// The module's function that applies `symbol` to vectors of this type, made for the target of `caller`.
llvm::Function *laneFunction(llvm::Function &caller, llvm::StringRef symbol, llvm::FixedVectorType *vector,
                             std::size_t count) {
  llvm::Module &module = *caller.getParent();
  const std::string name = ("lanes." + symbol + "." + llvm::Twine(vector->getNumElements())).str();
  if (llvm::Function *known = module.getFunction(name)) return known;
  auto *function = llvm::Function::Create(uniformType(vector, count), llvm::GlobalValue::InternalLinkage, name, module);
  function->setAttributes(caller.getAttributes());
  for (llvm::Argument &argument : function->args()) argument.setName("x");
  markPure(*function);
  function->addFnAttr(llvm::Attribute::NoInline);
  emitLoop(*function, symbol);
  return function;
}

} // namespace

Value *callLanes(Builder &ir, llvm::StringRef symbol, llvm::ArrayRef<Value *> arguments) {
  auto *vector = llvm::dyn_cast<llvm::FixedVectorType>(arguments[0]->getType());
  if (!vector) return callSymbol(ir, symbol, arguments);
  llvm::Function &caller = *ir.GetInsertBlock()->getParent();
  return ir.CreateCall(laneFunction(caller, symbol, vector, arguments.size()), arguments);
}

Value *callLibrary(Builder &ir, llvm::StringRef name, DType type, llvm::ArrayRef<Value *> arguments) {
  return callLanes(ir, type == DType::F32 ? (name + "f").str() : name.str(), arguments);
}

} // namespace einjit::codegen
