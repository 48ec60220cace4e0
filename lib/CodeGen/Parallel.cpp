// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A parallel loop becomes a call of the runtime with a function for a range of its iterations:
//
//   record = { every value of the enclosing function that is live }
//   einjitParallelFor(&record, body, count, threads)
//
//   body(record, begin, end, slot):  load the record's values
//                                    scratch declared in the loop lies in the slot
//                                    for i in begin..end { … }
//
// Parallel loops that are shared as one are counted as one; others inside parallel loops run serially. Registers never
// live across the start of a parallel loop.
#include "CodeGen/Functions.h"
#include <span>

namespace einjit::codegen {
namespace {

using llvm::Value;

/// Where a scope keeps the values that belong to its function; constants do not.
std::vector<Value **> liveValues(Scope &scope) {
  std::vector<Value **> places;
  for (Value *&pointer : scope.memory) places.push_back(&pointer);
  for (Value *&value : scope.variables.values()) places.push_back(&value);
  places.push_back(&scope.arena);
  std::erase_if(places, [](Value **place) { return !*place || llvm::isa<llvm::Constant>(*place); });
  return places;
}

/// The scope inside of a parallel loop, and the record that brings it there.
class Capture {
public:
  Capture(llvm::LLVMContext &context, Scope outer) : scope(std::move(outer)), live_(liveValues(scope)) {
    scope.inParallel = true;
    std::vector<llvm::Type *> types;
    for (Value **place : live_) types.push_back((*place)->getType());
    type_ = llvm::StructType::get(context, types);
  }
  Capture(const Capture &) = delete;
  Capture &operator=(const Capture &) = delete;

  /// Writes the record, on the stack of the enclosing function.
  Value *write(Builder &ir) const {
    llvm::BasicBlock &entry = ir.GetInsertBlock()->getParent()->getEntryBlock();
    Value *record = Builder(&entry, entry.begin()).CreateAlloca(type_, nullptr, "record");
    for (unsigned i = 0; i < live_.size(); ++i) ir.CreateStore(*live_[i], ir.CreateStructGEP(type_, record, i));
    return record;
  }

  /// Redirects the scope to values read from the record.
  void read(Builder &ir, Value *record) {
    for (unsigned i = 0; i < live_.size(); ++i)
      *live_[i] = loadField(ir, type_->getElementType(i), ir.CreateStructGEP(type_, record, i), (*live_[i])->getName());
  }

  Scope scope;

private:
  std::vector<Value **> live_; ///< places in scope
  llvm::StructType *type_;
};

/// Slot number s begins at arena + sharedBytes + s * slotBytes.
void placeInSlot(Builder &ir, const ModuleContext &context, const loop::Block &body, Value *slot, Scope &scope) {
  const Layout &layout = context.layout;
  Value *distance = ir.CreateMul(slot, ir.getInt64(static_cast<std::uint64_t>(layout.arena.slotBytes)));
  Value *start = ir.CreatePtrAdd(addBytes(ir, scope.arena, layout.arena.sharedBytes, "slots"), distance, "slot");
  for (loop::BufferId id : declaredScratch(context.kernel, layout, body))
    scope.memory[id.index()] = addBytes(ir, start, *layout.slot[id.index()], context.kernel[id].name);
}

llvm::Function *emitBody(const ModuleContext &context, const llvm::Twine &name,
                         const std::vector<const loop::For *> &nest, Capture &capture) {
  llvm::LLVMContext &llvmContext = context.module.getContext();
  llvm::Type *pointer = llvm::PointerType::getUnqual(llvmContext), *i64 = llvm::Type::getInt64Ty(llvmContext);
  llvm::Function *body = createFunction(context, name, {pointer, i64, i64, i64}, true);
  Builder ir(&body->back());
  capture.read(ir, body->getArg(0));
  placeInSlot(ir, context, nest.back()->body, body->getArg(3), capture.scope);
  Emitter emitter(context, body, capture.scope);
  emitter.emitRange(nest, body->getArg(1), body->getArg(2));
  finishStreams(emitter.builder(), context);
  emitter.builder().CreateRetVoid();
  return body;
}

llvm::FunctionCallee runtimeFunction(llvm::Module &module) {
  llvm::LLVMContext &context = module.getContext();
  llvm::Type *pointer = llvm::PointerType::getUnqual(context), *i64 = llvm::Type::getInt64Ty(context);
  return module.getOrInsertFunction("einjitParallelFor", llvm::FunctionType::get(llvm::Type::getVoidTy(context),
                                                                                 {pointer, pointer, i64, i64}, false));
}

} // namespace

bool Emitter::canOutline() const { return context_.threads > 1 && !scope_.inParallel; }

void Emitter::emitParallel(const loop::For &loop, Value *count) {
  const std::vector<const loop::For *> nest = loop::sharedLoops(loop);
  for (const loop::For *inner : std::span(nest).subspan(1))
    count = ir_.CreateMul(count, ir_.getInt64(static_cast<std::uint64_t>(inner->extent)));
  Capture capture(ir_.getContext(), scope_);
  Value *record = capture.write(ir_);
  llvm::Function *body =
      emitBody(context_, function_->getName() + "." + kernel_.vars[nest.back()->var.index()], nest, capture);
  Value *threads = ir_.getInt64(static_cast<std::uint64_t>(context_.threads));
  ir_.CreateCall(runtimeFunction(context_.module), {record, body, count, threads})->setDoesNotThrow();
}

} // namespace einjit::codegen
