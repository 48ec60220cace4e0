// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/PowerCode.h"
#include "CodeGen/LibraryCode.h"
#include <llvm/IR/Module.h>

namespace einjit::codegen {
namespace {

using llvm::Value;

constexpr llvm::StringRef symbol = "power.i64"; // the dot keeps it apart from C's names and from kernels

/// 1 / base^-exponent: 1 and -1 are their own inverses, all other numbers are rounded to 0, and 0 has none.
Value *inverse(Builder &ir, Value *base, Value *exponent) {
  Value *one = ir.getInt64(1), *minusOne = llvm::ConstantInt::getSigned(ir.getInt64Ty(), -1), *zero = ir.getInt64(0);
  Value *isEven = ir.CreateICmpEQ(ir.CreateAnd(exponent, one), zero);
  Value *ofMinusOne = ir.CreateSelect(isEven, one, minusOne);
  return ir.CreateSelect(ir.CreateICmpEQ(base, one), one,
                         ir.CreateSelect(ir.CreateICmpEQ(base, minusOne), ofMinusOne, zero));
}

/// A loop over the exponent's bits from the lowest on, the invariant being result * square^rest = base^exponent.
void emitBody(llvm::Function &function) {
  llvm::LLVMContext &context = function.getContext();
  Value *base = function.getArg(0), *exponent = function.getArg(1);
  auto *entry = llvm::BasicBlock::Create(context, "entry", &function);
  auto *negative = llvm::BasicBlock::Create(context, "negative", &function);
  auto *bits = llvm::BasicBlock::Create(context, "bits", &function);
  auto *next = llvm::BasicBlock::Create(context, "next", &function);
  auto *done = llvm::BasicBlock::Create(context, "done", &function);

  Builder ir(entry);
  Value *zero = ir.getInt64(0), *one = ir.getInt64(1);
  ir.CreateCondBr(ir.CreateICmpSLT(exponent, zero), negative, bits);
  ir.SetInsertPoint(negative);
  ir.CreateRet(inverse(ir, base, exponent));

  ir.SetInsertPoint(bits);
  llvm::PHINode *result = ir.CreatePHI(ir.getInt64Ty(), 2, "result"),
                *square = ir.CreatePHI(ir.getInt64Ty(), 2, "square"), *rest = ir.CreatePHI(ir.getInt64Ty(), 2, "rest");
  ir.CreateCondBr(ir.CreateICmpEQ(rest, zero), done, next);
  ir.SetInsertPoint(next);
  Value *isOdd = ir.CreateICmpNE(ir.CreateAnd(rest, one), zero);
  const std::tuple<llvm::PHINode *, Value *, Value *> steps[] = {
      {result, one, ir.CreateSelect(isOdd, ir.CreateMul(result, square), result)},
      {square, base, ir.CreateMul(square, square)},
      {rest, exponent, ir.CreateLShr(rest, one)}};
  for (const auto &[phi, first, then] : steps) {
    phi->addIncoming(first, entry);
    phi->addIncoming(then, next);
  }
  ir.CreateBr(bits);
  ir.SetInsertPoint(done);
  ir.CreateRet(result);
}

/// Makes the module's function of one base and one exponent, for the target of `caller`.
void ensureFunction(llvm::Function &caller) {
  llvm::Module &module = *caller.getParent();
  if (module.getFunction(symbol)) return;
  llvm::Type *i64 = llvm::Type::getInt64Ty(module.getContext());
  auto *function = llvm::Function::Create(llvm::FunctionType::get(i64, {i64, i64}, false),
                                          llvm::GlobalValue::InternalLinkage, symbol, module);
  function->setAttributes(caller.getAttributes());
  emitBody(*function);
}

} // namespace

llvm::Value *emitPower(Builder &ir, Value *base, Value *exponent) {
  ensureFunction(*ir.GetInsertBlock()->getParent());
  return callLanes(ir, symbol, {base, exponent});
}

} // namespace einjit::codegen
