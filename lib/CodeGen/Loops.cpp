// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocks and loops. A loop that runs at least once is tested at its end:
//
//   entry:  …                                 registers written in the loop have a phi in `head`,
//           br (runs) head, exit              and another in `exit` if it may not run at all
//   head:   i = phi(begin, i + 1)             so have multiples of i, where addresses of an innermost loop need them
//           body
//           br (i + 1 < end) head, exit
//   exit:
//
// Loops that are shared as one have its number's digits for variables: of the innermost i % extent, of the one around
// it i / extent % its extent, and so on.
#include "CodeGen/Emitter.h"
#include "CodeGen/Halves.h"
#include <algorithm>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/Module.h>

namespace einjit::codegen {
namespace {

using llvm::Value;

/// Which value a register has behind two ways to get there.
void addPhi(Builder &ir, Value *&target, Value *one, llvm::BasicBlock *from, Value *other, llvm::BasicBlock *orFrom) {
  llvm::PHINode *phi = ir.CreatePHI(one->getType(), 2);
  phi->addIncoming(one, from);
  phi->addIncoming(other, orFrom);
  target = phi;
}

/// Nothing in it is repeated by a branch.
bool isInnermost(const loop::Block &body) {
  return std::ranges::all_of(body, [](const loop::Stmt &stmt) {
    const auto *loop = std::get_if<loop::For>(&stmt.node);
    return !loop || (loop->kind == loop::LoopKind::Unrolled && isInnermost(loop->body));
  });
}

std::vector<Value **> placesOf(Registers &registers, const std::vector<Register> &which) {
  std::vector<Value **> places;
  for (const Register &r : which) places.push_back(&registers[r]);
  return places;
}

std::vector<Value *> valuesAt(const std::vector<Value **> &places) {
  std::vector<Value *> values;
  for (Value **place : places) values.push_back(*place);
  return values;
}

} // namespace

Emitter::Emitter(const ModuleContext &context, llvm::Function *function, Scope scope)
    : context_(context), kernel_(context.kernel), function_(function), ir_(&function->back()),
      scope_(std::move(scope)) {}

void Emitter::emit(const loop::Block &block) {
  for (const loop::Stmt &stmt : block) std::visit([this](const auto &node) { emit(node); }, stmt.node);
}

/// Stores are about to be emitted; blocks have few.
void Emitter::countStores(std::int64_t stores) {
  constexpr std::int64_t most = 64;
  if (std::exchange(counted_, ir_.GetInsertBlock()) != ir_.GetInsertBlock()) stores_ = 0;
  stores_ += stores;
  if (stores_ <= most || stores_ == stores) return;
  startBlock(ir_);
  counted_ = ir_.GetInsertBlock();
  stores_ = stores;
}

llvm::BasicBlock *Emitter::createBlock(const llvm::Twine &name) {
  return llvm::BasicBlock::Create(ir_.getContext(), name, function_);
}

/// min(bound, extent), a constant where that is known. May be negative where the loop does not run.
Value *Emitter::iterationCount(const loop::For &loop, const Iterations &iterations) {
  const auto number = [&](std::int64_t n) { return ir_.getInt64(static_cast<std::uint64_t>(n)); };
  if (iterations.least == iterations.most) return number(iterations.most);
  Value *bound = scope_.variables.emit(ir_, scope_.variables.fold(*loop.bound));
  return ir_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, bound, number(loop.extent));
}

void Emitter::emit(const loop::For &loop) {
  if (context_.calls && context_.calls->has(loop)) return context_.calls->emitCall(ir_, context_, loop, scope_);
  if (loop.kind == loop::LoopKind::Unrolled) return emitUnrolled(loop);
  const Iterations iterations = scope_.variables.iterations(loop);
  if (iterations.most == 0) return;
  Value *count = iterationCount(loop, iterations);
  Value *runs = iterations.least == 0 ? ir_.CreateICmpSGT(count, ir_.getInt64(0)) : nullptr;
  // A parallel loop is a function of its own even where it runs once: scratch in it lies in a slot.
  if (loop.kind == loop::LoopKind::Parallel && canOutline()) return emitParallel(loop, count);
  if (iterations.most == 1) return emitIteration(loop, 0, runs);
  emitSerial({&loop}, ir_.getInt64(0), count, runs);
}

/// One iteration, whose number is known, if `runs` holds. `changed` are places that it writes besides registers.
void Emitter::emitIteration(const loop::For &loop, std::int64_t iteration, Value *runs, const Places &changed) {
  scope_.variables.bind(loop.var, iteration);
  Places all = runs ? writtenBy(loop.body) : Places{};
  all.insert(all.end(), changed.begin(), changed.end());
  emitIf(runs, all, [&] { emit(loop.body); });
  scope_.variables.unbind(loop.var);
}

// An iteration that may or may not lie below the bound tests it.
void Emitter::emitUnrolled(const loop::For &loop) {
  if (emitDot(loop) || emitFolds(loop)) return;
  const Iterations iterations = scope_.variables.iterations(loop);
  Value *count = iterationCount(loop, iterations);
  const TransposedAccesses transposed = transposedAccesses(kernel_, loop, context_.target);
  if (!transposed.empty()) return emitTransposed(loop, transposed, iterations, count);
  if (const std::optional<loop::For> other = interchanged(loop)) return emitUnrolled(*other);
  for (std::int64_t i = 0; i < iterations.most; ++i) {
    Value *number = ir_.getInt64(static_cast<std::uint64_t>(i));
    emitIteration(loop, i, i < iterations.least ? nullptr : ir_.CreateICmpSGT(count, number));
  }
}

Emitter::Places Emitter::writtenBy(const loop::Block &block) {
  return placesOf(scope_.registers, writtenRegisters(kernel_, block, scope_.variables));
}

Emitter::Places Emitter::writtenBy(const loop::For &loop) {
  return placesOf(scope_.registers, writtenRegisters(kernel_, loop, scope_.variables));
}

/// `body` if the condition holds, always if there is none; else `otherwise`. `changed` are places that they write.
void Emitter::emitIf(Value *condition, const Places &changed, const std::function<void()> &body,
                     const std::function<void()> &otherwise) {
  if (!condition) return body();
  const std::vector<Value *> before = valuesAt(changed);
  llvm::BasicBlock *from = ir_.GetInsertBlock(), *then = createBlock("then"), *exit = createBlock("endif");
  llvm::BasicBlock *other = otherwise ? createBlock("else") : exit;
  ir_.CreateCondBr(condition, then, other);
  ir_.SetInsertPoint(then);
  body();
  llvm::BasicBlock *last = ir_.GetInsertBlock();
  ir_.CreateBr(exit);
  const std::vector<Value *> after = valuesAt(changed);
  for (std::size_t i = 0; i < changed.size(); ++i) *changed[i] = before[i];
  if (otherwise) {
    ir_.SetInsertPoint(other);
    otherwise();
    from = ir_.GetInsertBlock();
    ir_.CreateBr(exit);
  }
  ir_.SetInsertPoint(exit);
  for (std::size_t i = 0; i < changed.size(); ++i) addPhi(ir_, *changed[i], *changed[i], from, after[i], last);
}

void Emitter::emitRange(const std::vector<const loop::For *> &nest, Value *begin, Value *end) {
  emitSerial(nest, begin, end, nullptr);
}

void Emitter::bindDigits(const std::vector<const loop::For *> &nest, Value *number) {
  std::vector<Value *> digits;
  for (std::size_t i = nest.size(); i-- > 1;) {
    Value *extent = ir_.getInt64(static_cast<std::uint64_t>(nest[i]->extent));
    digits.push_back(ir_.CreateURem(number, extent));
    number = ir_.CreateUDiv(number, extent);
  }
  scope_.variables.bind(*nest.front(), number);
  for (std::size_t i = 1; i < nest.size(); ++i) scope_.variables.bind(*nest[i], digits[nest.size() - 1 - i]);
}

void Emitter::emitSerial(const std::vector<const loop::For *> &nest, Value *begin, Value *end, Value *runs) {
  const loop::For &loop = *nest.back();
  const std::string &name = kernel_.vars[loop.var.index()];
  llvm::BasicBlock *from = ir_.GetInsertBlock(), *head = createBlock(name);
  const std::vector<Register> written = writtenRegisters(kernel_, loop.body, scope_.variables);
  const std::vector<Value *> before = valuesAt(placesOf(scope_.registers, written));
  llvm::BasicBlock *exit = createBlock(name + ".end");
  runs ? ir_.CreateCondBr(runs, head, exit) : ir_.CreateBr(head);

  ir_.SetInsertPoint(head);
  llvm::PHINode *variable = ir_.CreatePHI(ir_.getInt64Ty(), 2, name);
  std::vector<llvm::PHINode *> phis;
  for (const Register &r : written) {
    Value *&target = scope_.registers[r];
    phis.push_back(ir_.CreatePHI(target->getType(), 2, kernel_[r.buffer].name));
    phis.back()->addIncoming(target, from);
    target = phis.back();
  }
  bindDigits(nest, variable);
  if (isInnermost(loop.body) && nest.size() == 1) scope_.variables.keepMultiples(head);
  emit(loop.body);
  const std::vector<Multiple> multiples = scope_.variables.takeMultiples();
  for (auto shared = nest.rbegin(); shared != nest.rend(); ++shared) scope_.variables.unbind((*shared)->var);

  llvm::BasicBlock *latch = ir_.GetInsertBlock();
  Value *next = ir_.CreateAdd(variable, ir_.getInt64(1), "", /*HasNUW=*/true, /*HasNSW=*/true);
  variable->addIncoming(begin, from);
  variable->addIncoming(next, latch);
  for (const auto &[factor, phi] : multiples) {
    Value *step = ir_.getInt64(static_cast<std::uint64_t>(factor));
    phi->addIncoming(Builder(from->getTerminator()).CreateMul(begin, step), from);
    phi->addIncoming(ir_.CreateAdd(phi, step), latch);
  }
  for (std::size_t i = 0; i < written.size(); ++i) phis[i]->addIncoming(scope_.registers[written[i]], latch);
  ir_.CreateCondBr(ir_.CreateICmpSLT(next, end), head, exit);

  exit->moveAfter(latch);
  ir_.SetInsertPoint(exit);
  if (!runs) return;
  for (std::size_t i = 0; i < written.size(); ++i) {
    Value *&target = scope_.registers[written[i]];
    addPhi(ir_, target, before[i], from, target, latch);
  }
}

} // namespace einjit::codegen
