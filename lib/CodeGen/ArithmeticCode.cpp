// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/ArithmeticCode.h"
#include "CodeGen/LibraryCode.h"
#include "CodeGen/PowerCode.h"
#include <llvm/IR/Intrinsics.h>

namespace einjit::codegen {
namespace {

using llvm::Value;

/// Lanes beyond the elements may be poison, by which no lane can be divided; as any number they go the way of the
/// others.
Value *anyNumber(Builder &ir, Value *value) { return value->getType()->isVectorTy() ? ir.CreateFreeze(value) : value; }

/// Division by 0 and -1 is by 1 instead, and their results are chosen afterwards.
Division divideSigned(Builder &ir, Value *a, Value *b) {
  Value *zero = llvm::Constant::getNullValue(a->getType()), *one = llvm::ConstantInt::get(a->getType(), 1);
  Value *isZero = ir.CreateICmpEQ(b, zero),
        *isNegation = ir.CreateICmpEQ(b, llvm::Constant::getAllOnesValue(a->getType()));
  Value *divisor = ir.CreateSelect(ir.CreateOr(isZero, isNegation), one, b);
  Value *quotient = ir.CreateSDiv(a, divisor), *remainder = ir.CreateSub(a, ir.CreateMul(quotient, divisor));
  Value *differ = ir.CreateICmpSLT(ir.CreateXor(remainder, divisor), zero);
  Value *adjust = ir.CreateAnd(ir.CreateICmpNE(remainder, zero), differ);
  quotient = ir.CreateSelect(adjust, ir.CreateSub(quotient, one), quotient);
  quotient = ir.CreateSelect(isNegation, ir.CreateNeg(a), quotient);
  return {ir.CreateSelect(isZero, zero, quotient),
          ir.CreateSelect(adjust, ir.CreateAdd(remainder, divisor), remainder)};
}

Division divideUnsigned(Builder &ir, Value *a, Value *b) {
  Value *zero = llvm::Constant::getNullValue(a->getType()), *one = llvm::ConstantInt::get(a->getType(), 1);
  Value *isZero = ir.CreateICmpEQ(b, zero), *divisor = ir.CreateSelect(isZero, one, b);
  Value *quotient = ir.CreateUDiv(a, divisor), *remainder = ir.CreateSub(a, ir.CreateMul(quotient, divisor));
  return {ir.CreateSelect(isZero, zero, quotient), ir.CreateSelect(isZero, zero, remainder)};
}

Division divideFloats(Builder &ir, DType type, Value *a, Value *b) {
  Value *zero = llvm::Constant::getNullValue(a->getType()), *one = llvm::ConstantFP::get(a->getType(), 1);
  Value *half = llvm::ConstantFP::get(a->getType(), 0.5);
  const auto zeroLike = [&](Value *sign) { return ir.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, zero, sign); };
  Value *ratio = ir.CreateFDiv(a, b), *modulus = callLibrary(ir, "fmod", type, {a, b});
  Value *quotient = ir.CreateFDiv(ir.CreateFSub(a, modulus), b);
  Value *leaves = ir.CreateFCmpUNE(modulus, zero);
  Value *differ = ir.CreateXor(ir.CreateFCmpOLT(b, zero), ir.CreateFCmpOLT(modulus, zero));
  Value *adjust = ir.CreateAnd(leaves, differ);
  Value *remainder = ir.CreateSelect(adjust, ir.CreateFAdd(modulus, b), modulus);
  quotient = ir.CreateSelect(adjust, ir.CreateFSub(quotient, one), quotient);
  remainder = ir.CreateSelect(leaves, remainder, zeroLike(b));
  Value *floored = ir.CreateUnaryIntrinsic(llvm::Intrinsic::floor, quotient);
  Value *above = ir.CreateFCmpOGT(ir.CreateFSub(quotient, floored), half);
  floored = ir.CreateSelect(above, ir.CreateFAdd(floored, one), floored);
  floored = ir.CreateSelect(ir.CreateFCmpOEQ(quotient, zero), zeroLike(ratio), floored);
  Value *byZero = ir.CreateFCmpOEQ(b, zero);
  return {ir.CreateSelect(byZero, ratio, floored), ir.CreateSelect(byZero, modulus, remainder)};
}

bool isUnsigned(DType type) { return type == DType::U8; }

} // namespace

Division divideFloored(Builder &ir, DType type, Value *a, Value *b) {
  if (isFloat(type)) return divideFloats(ir, type, a, b);
  a = anyNumber(ir, a);
  b = anyNumber(ir, b);
  return isUnsigned(type) ? divideUnsigned(ir, a, b) : divideSigned(ir, a, b);
}

// Arithmetic modulo 2^64 is right modulo 2^n of every shorter integer.
Value *integerPower(Builder &ir, DType type, Value *a, Value *b) {
  llvm::Type *wide = a->getType()->getWithNewType(ir.getInt64Ty());
  Value *base = ir.CreateIntCast(a, wide, !isUnsigned(type)), *exponent = ir.CreateIntCast(b, wide, !isUnsigned(type));
  return ir.CreateTrunc(emitPower(ir, base, exponent), a->getType());
}

Value *shift(Builder &ir, llvm::Instruction::BinaryOps op, Value *value, Value *bits) {
  llvm::Type *type = value->getType();
  Value *zero = llvm::Constant::getNullValue(type);
  Value *inside = ir.CreateICmpULT(bits, llvm::ConstantInt::get(type, type->getScalarSizeInBits()));
  return ir.CreateSelect(inside, ir.CreateBinOp(op, value, ir.CreateSelect(inside, bits, zero)), zero);
}

} // namespace einjit::codegen
