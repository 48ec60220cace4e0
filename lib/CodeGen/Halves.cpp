// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Halves.h"
#include "CodeGen/Functions.h"
#include "CodeGen/Size.h"
#include "Loop/Rewrite.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::codegen {
namespace {

using llvm::Value;

/// A second thread and module take about 0.3 ms, in which LLVM makes 30 instructions: below this the gain is small.
constexpr std::int64_t leastInstructions = 200;
/// What a call takes, in stores of vectors: about two instructions for each value in scope, ten or so of them.
constexpr double storesOfCall = 20;
/// All calls may take this part of the kernel's time.
constexpr double mostOfCalls = 0.02;

class Divider {
public:
  Divider(const loop::Kernel &kernel, const Target &target, std::int64_t threads)
      : kernel_(kernel), target_(target), threads_(threads) {}

  std::set<const loop::For *> operator()() {
    const std::int64_t all = estimateInstructions(kernel_.body, kernel_, target_);
    if (all < leastInstructions) return {};
    wanted_ = all / 2;
    slack_ = all / 10;
    forCalls_ = mostOfCalls * stores(kernel_.body);
    choose(kernel_.body, 1);
    return std::move(chosen_);
  }

private:
  struct Candidate {
    const loop::For *loop;
    std::int64_t instructions;
  };

  /// The largest loops that fit are taken whole, those that do not are divided; the block is run so many times.
  void choose(const loop::Block &block, double times) {
    for (const auto &[loop, instructions] : candidates(block)) {
      if (wanted_ <= slack_) return;
      if (instructions <= wanted_ + slack_) {
        if (times * storesOfCall > forCalls_) continue;
        chosen_.insert(loop);
        wanted_ -= instructions;
        forCalls_ -= times * storesOfCall;
      } else
        choose(innermostShared(*loop).body, times * iterations(*loop));
    }
  }

  /// Of parallel loops that are shared as one, only the body of the innermost is emitted by itself.
  const loop::For &innermostShared(const loop::For &loop) const {
    return loop.kind == loop::LoopKind::Parallel && threads_ > 1 ? *loop::sharedLoops(loop).back() : loop;
  }

  /// Loops of a block before it has registers, the largest first.
  std::vector<Candidate> candidates(const loop::Block &block) const {
    std::vector<Candidate> found;
    for (const loop::Stmt &stmt : block) {
      const auto *declare = std::get_if<loop::Declare>(&stmt.node);
      if (declare && kernel_[declare->buffer].storage == loop::Storage::Registers) break;
      const auto *loop = std::get_if<loop::For>(&stmt.node);
      if (loop && loop->kind != loop::LoopKind::Unrolled)
        found.push_back({loop, estimateInstructions(loop->body, kernel_, target_)});
    }
    std::ranges::stable_sort(found, std::greater(), &Candidate::instructions);
    return found;
  }

  /// Of all loops that are shared as one, where that is what the loop begins.
  double iterations(const loop::For &loop) const {
    double product = 1;
    const loop::For *last = &innermostShared(loop);
    for (const loop::For *shared : sharedLoops(loop)) {
      product *= static_cast<double>(shared->extent);
      if (shared == last) break;
    }
    return product;
  }

  static double stores(const loop::Block &block) {
    double sum = 0;
    for (const loop::Stmt &stmt : block) {
      const auto *loop = std::get_if<loop::For>(&stmt.node);
      sum += loop ? static_cast<double>(loop->extent) * stores(loop->body) : 1;
    }
    return sum;
  }

  const loop::Kernel &kernel_;
  const Target &target_;
  const std::int64_t threads_;
  std::int64_t wanted_ = 0, slack_ = 0; ///< instructions
  double forCalls_ = 0;                 ///< stores
  std::set<const loop::For *> chosen_;
};

/// Values of a scope that belong to its function or its module, in an order that depends on nothing else.
struct Live {
  std::vector<Value **> pointers, numbers;
  explicit Live(Scope &scope) {
    pointers = {&scope.arena};
    for (Value *&pointer : scope.memory)
      if (pointer) pointers.push_back(&pointer);
    for (Value *&value : scope.variables.values())
      if (value) numbers.push_back(&value);
  }
  llvm::StructType *record(llvm::LLVMContext &context) const {
    std::vector<llvm::Type *> types(pointers.size(), llvm::PointerType::getUnqual(context));
    types.resize(pointers.size() + numbers.size(), llvm::Type::getInt64Ty(context));
    return llvm::StructType::get(context, types);
  }
  std::vector<Value **> all() const {
    std::vector<Value **> places = pointers;
    places.insert(places.end(), numbers.begin(), numbers.end());
    return places;
  }
};

} // namespace

std::set<const loop::For *> secondHalf(const loop::Kernel &kernel, const Target &target, std::int64_t threads) {
  return Divider(kernel, target, threads)();
}

void Calls::emitCall(Builder &ir, const ModuleContext &context, const loop::For &loop, const Scope &scope) {
  Call &call = calls_.emplace_back(Call{&loop, scope, context.streams, {}});
  call.function = fmt::format("einjit.{}.{}", context.kernel.name, calls_.size());
  call.scope.registers = Registers(context.kernel.buffers.size());
  std::vector<bool> used(call.scope.memory.size());
  loop::forEachAccess(loop.body, [&](const loop::Access &access) { used[access.buffer.index()] = true; });
  for (std::size_t i = 0; i < used.size(); ++i)
    if (!used[i]) call.scope.memory[i] = nullptr;
  const Live live(call.scope);
  llvm::StructType *type = live.record(ir.getContext());
  llvm::BasicBlock &entry = ir.GetInsertBlock()->getParent()->getEntryBlock();
  Value *record = Builder(&entry, entry.begin()).CreateAlloca(type, nullptr, "record");
  unsigned field = 0;
  for (Value **value : live.all()) ir.CreateStore(*value, ir.CreateStructGEP(type, record, field++));
  ir.CreateCall(context.module.getOrInsertFunction(call.function, ir.getVoidTy(), ir.getPtrTy()), {record})
      ->setDoesNotThrow();
}

void Calls::emitFunctions(const ModuleContext &context) const {
  llvm::LLVMContext &llvmContext = context.module.getContext();
  for (const Call &call : calls_) {
    llvm::Function *function =
        createFunction(context, call.function, {llvm::PointerType::getUnqual(llvmContext)}, false);
    Builder ir(&function->back());
    Scope scope = call.scope;
    const Live live(scope);
    llvm::StructType *type = live.record(llvmContext);
    unsigned field = 0;
    for (Value **value : live.all()) {
      *value = loadField(ir, type->getElementType(field), ir.CreateStructGEP(type, function->getArg(0), field), "");
      ++field;
    }
    ModuleContext own = context;
    own.streams = call.streams;
    Emitter emitter(own, function, std::move(scope));
    emitter.emit(*call.loop);
    emitter.builder().CreateRetVoid();
  }
}

} // namespace einjit::codegen
