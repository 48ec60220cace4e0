// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A parallel loop becomes a call of the runtime with a function for a range of its iterations:
//
//   record = { every value of the enclosing function that is live }
//   einjitParallelFor(&record, thunk, count, threads)
//
//   thunk(record, begin, end, slot):  work(record's values…, scratch in this slot…, begin, end)
//   work(…):                          for i in begin..end { body }
//
// Parallel loops inside parallel loops run serially. Registers never live across the start of a parallel loop.
#include "CodeGen/Functions.h"

namespace einjit::codegen {
namespace {

using llvm::Value;

class Outliner {
public:
  Outliner(const ModuleContext &context, const loop::For &loop, Scope scope)
      : context_(context), kernel_(context.kernel), loop_(loop), inner_(std::move(scope)), live_(liveValues(inner_)),
        scratch_(declaredScratch(kernel_, loop.body)) {
    for (const LiveValue &live : live_) types_.push_back((*live.place)->getType());
    recordType_ = llvm::StructType::get(context.module.getContext(), types_);
  }

  /// The record on the stack of `ir`'s function, filled in.
  Value *emitRecord(Builder &ir) const {
    llvm::BasicBlock &entry = ir.GetInsertBlock()->getParent()->getEntryBlock();
    Value *record = Builder(&entry, entry.begin()).CreateAlloca(recordType_, nullptr, "record");
    for (unsigned i = 0; i < live_.size(); ++i)
      ir.CreateStore(*live_[i].place, ir.CreateStructGEP(recordType_, record, i));
    return record;
  }

  llvm::Function *emitThunk(llvm::Function *work) const {
    llvm::LLVMContext &llvmContext = context_.module.getContext();
    llvm::Type *pointer = llvm::PointerType::getUnqual(llvmContext), *i64 = llvm::Type::getInt64Ty(llvmContext);
    llvm::Function *thunk = createFunction(context_, work->getName() + ".thunk", {pointer, i64, i64, i64}, true);
    Builder ir(&thunk->back());
    std::vector<Value *> arguments;
    Value *arena = nullptr;
    for (unsigned i = 0; i < live_.size(); ++i) {
      arguments.push_back(ir.CreateLoad(types_[i], ir.CreateStructGEP(recordType_, thunk->getArg(0), i)));
      if (live_[i].place == &inner_.arena) arena = arguments.back();
    }
    addSlotPointers(ir, arena, thunk->getArg(3), arguments);
    arguments.push_back(thunk->getArg(1));
    arguments.push_back(thunk->getArg(2));
    ir.CreateCall(work, arguments)->setDoesNotThrow();
    ir.CreateRetVoid();
    return thunk;
  }

  llvm::Function *emitWork(const llvm::Twine &name) {
    llvm::LLVMContext &llvmContext = context_.module.getContext();
    std::vector<llvm::Type *> parameters = types_;
    parameters.insert(parameters.end(), scratch_.size(), llvm::PointerType::getUnqual(llvmContext));
    parameters.insert(parameters.end(), 2, llvm::Type::getInt64Ty(llvmContext));
    llvm::Function *work = createFunction(context_, name, parameters, true);
    receive(*work);
    const auto count = static_cast<unsigned>(work->arg_size());
    Emitter emitter(context_, work, inner_);
    emitter.emitRange(loop_, work->getArg(count - 2), work->getArg(count - 1));
    emitter.builder().CreateRetVoid();
    return work;
  }

private:
  /// slot's start = arena + sharedBytes + slot * slotBytes
  void addSlotPointers(Builder &ir, Value *arena, Value *slot, std::vector<Value *> &arguments) const {
    const auto number = [&](std::int64_t n) { return ir.getInt64(static_cast<std::uint64_t>(n)); };
    for (loop::BufferId id : scratch_) {
      const std::int64_t offset = context_.layout.arena.sharedBytes + *context_.layout.slot[id.index()];
      Value *start = ir.CreatePtrAdd(arena, ir.CreateMul(slot, number(context_.layout.arena.slotBytes)));
      arguments.push_back(ir.CreatePtrAdd(start, number(offset)));
    }
  }

  /// Redirects the inner scope to the parameters.
  void receive(llvm::Function &work) {
    unsigned index = 0;
    for (const LiveValue &live : live_) {
      llvm::Argument *parameter = work.getArg(index++);
      if (live.buffer)
        receiveBuffer(kernel_, *live.buffer, *parameter, *live.place);
      else
        *live.place = parameter;
    }
    for (loop::BufferId id : scratch_) receiveBuffer(kernel_, id, *work.getArg(index++), inner_.memory[id.index()]);
  }

  const ModuleContext &context_;
  const loop::Kernel &kernel_;
  const loop::For &loop_;
  Scope inner_;
  std::vector<LiveValue> live_; ///< places in inner_
  std::vector<loop::BufferId> scratch_;
  std::vector<llvm::Type *> types_;
  llvm::StructType *recordType_ = nullptr;
};

llvm::FunctionCallee runtimeFunction(llvm::Module &module) {
  llvm::LLVMContext &context = module.getContext();
  llvm::Type *pointer = llvm::PointerType::getUnqual(context), *i64 = llvm::Type::getInt64Ty(context);
  return module.getOrInsertFunction("einjitParallelFor", llvm::FunctionType::get(llvm::Type::getVoidTy(context),
                                                                                 {pointer, pointer, i64, i64}, false));
}

} // namespace

bool Emitter::canOutline() const { return context_.threads > 1 && !scope_.inParallel; }

void Emitter::emitParallel(const loop::For &loop, Value *count) {
  Scope inner = scope_;
  inner.inParallel = true;
  Outliner outliner(context_, loop, std::move(inner));
  Value *record = outliner.emitRecord(ir_);
  llvm::Function *work = outliner.emitWork(function_->getName() + "." + kernel_.vars[loop.var.index()]);
  llvm::Function *thunk = outliner.emitThunk(work);
  Value *threads = ir_.getInt64(static_cast<std::uint64_t>(context_.threads));
  ir_.CreateCall(runtimeFunction(context_.module), {record, thunk, count, threads})->setDoesNotThrow();
}

} // namespace einjit::codegen
