// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/ScalarCode.h"
#include "CodeGen/ArithmeticCode.h"
#include "CodeGen/ComplexCode.h"
#include "CodeGen/HalfCode.h"
#include "CodeGen/LibraryCode.h"
#include <einjit/Error.h>
#include <fmt/format.h>
#include <llvm/IR/Intrinsics.h>

namespace einjit::codegen {
namespace {

using llvm::CmpInst;
using llvm::Value;

[[noreturn]] void unreachable(ScalarOp op) {
  throw InternalError(fmt::format("code generation: '{}' does not apply here", name(op)));
}

bool isUnsigned(DType type) { return type == DType::Bool || type == DType::U8; }

/// Comparisons are ordered, so false on NaN, but for `ne`. Bools compare as 0 and 1.
CmpInst::Predicate predicate(ScalarOp op, DType type) {
  const auto choose = [type](CmpInst::Predicate forFloat, CmpInst::Predicate forSigned,
                             CmpInst::Predicate forUnsigned) {
    return isFloat(type) ? forFloat : isUnsigned(type) ? forUnsigned : forSigned;
  };
  switch (op) {
  case ScalarOp::Lt: return choose(CmpInst::FCMP_OLT, CmpInst::ICMP_SLT, CmpInst::ICMP_ULT);
  case ScalarOp::Le: return choose(CmpInst::FCMP_OLE, CmpInst::ICMP_SLE, CmpInst::ICMP_ULE);
  case ScalarOp::Gt: return choose(CmpInst::FCMP_OGT, CmpInst::ICMP_SGT, CmpInst::ICMP_UGT);
  case ScalarOp::Ge: return choose(CmpInst::FCMP_OGE, CmpInst::ICMP_SGE, CmpInst::ICMP_UGE);
  case ScalarOp::Eq: return choose(CmpInst::FCMP_OEQ, CmpInst::ICMP_EQ, CmpInst::ICMP_EQ);
  case ScalarOp::Ne: return choose(CmpInst::FCMP_UNE, CmpInst::ICMP_NE, CmpInst::ICMP_NE);
  default: unreachable(op);
  }
}

Value *compare(Builder &ir, ScalarOp op, DType type, Value *a, Value *b) {
  return ir.CreateCmp(predicate(op, type), a, b);
}

Value *absolute(Builder &ir, DType type, Value *x) {
  if (isFloat(type)) return ir.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x);
  return isUnsigned(type) ? x : ir.CreateBinaryIntrinsic(llvm::Intrinsic::abs, x, ir.getFalse());
}

Value *minimum(Builder &ir, DType type, Value *a, Value *b) {
  const auto integer = isUnsigned(type) ? llvm::Intrinsic::umin : llvm::Intrinsic::smin;
  return ir.CreateBinaryIntrinsic(isFloat(type) ? llvm::Intrinsic::minimum : integer, a, b);
}

Value *maximum(Builder &ir, DType type, Value *a, Value *b) {
  const auto integer = isUnsigned(type) ? llvm::Intrinsic::umax : llvm::Intrinsic::smax;
  return ir.CreateBinaryIntrinsic(isFloat(type) ? llvm::Intrinsic::maximum : integer, a, b);
}

/// Truncates, saturating. Bytes by way of i32, because processors convert to nothing narrower.
Value *toInteger(Builder &ir, Value *x, DType to) {
  const bool byte = byteSize(to) == 1;
  llvm::Type *type = x->getType()->getWithNewType(registerType(ir.getContext(), byte ? DType::I32 : to));
  Value *integer = ir.CreateIntrinsic(llvm::Intrinsic::fptosi_sat, {type, x->getType()}, {x});
  if (!byte) return integer;
  const std::int64_t least = to == DType::U8 ? 0 : -128, most = to == DType::U8 ? 255 : 127;
  integer = ir.CreateBinaryIntrinsic(llvm::Intrinsic::smax, integer, llvm::ConstantInt::getSigned(type, least));
  integer = ir.CreateBinaryIntrinsic(llvm::Intrinsic::smin, integer, llvm::ConstantInt::getSigned(type, most));
  return ir.CreateTrunc(integer, type->getWithNewType(ir.getInt8Ty()));
}

/// Between bool, integers, f32 and f64.
Value *castReal(Builder &ir, DType from, DType to, Value *x) {
  if (from == to) return x;
  if (to == DType::Bool) return compare(ir, ScalarOp::Ne, from, x, llvm::Constant::getNullValue(x->getType()));
  if (isFloat(from) && !isFloat(to)) return toInteger(ir, x, to);
  llvm::Type *type = x->getType()->getWithNewType(registerType(ir.getContext(), to));
  if (isFloat(from)) return ir.CreateFPCast(x, type);
  if (isFloat(to)) return isUnsigned(from) ? ir.CreateUIToFP(x, type) : ir.CreateSIToFP(x, type);
  return ir.CreateIntCast(x, type, !isUnsigned(from));
}

Value *castComplex(Builder &ir, DType to, Value *x) {
  if (to == DType::Bool) {
    const Parts parts = split(ir, x);
    Value *zero = llvm::Constant::getNullValue(parts.re->getType());
    return ir.CreateOr(ir.CreateFCmpUNE(parts.re, zero), ir.CreateFCmpUNE(parts.im, zero));
  }
  return ir.CreateFPCast(x, x->getType()->getWithNewType(registerType(ir.getContext(), realType(to))));
}

Value *cast(Builder &ir, DType from, DType to, Value *x, const Target &target) {
  if (from == to) return x;
  if (isHalf(from)) return cast(ir, DType::F32, to, widenHalf(ir, from, x, target), target);
  if (isComplex(from)) return castComplex(ir, to, x);
  if (isComplex(to)) {
    Value *re = castReal(ir, from, realType(to), x);
    return join(ir, {re, llvm::Constant::getNullValue(re->getType())});
  }
  if (!isHalf(to)) return castReal(ir, from, to, x);
  Value *single = from == DType::F64 ? roundToOdd(ir, x) : castReal(ir, from, DType::F32, x);
  return narrowHalf(ir, to, single, target);
}

} // namespace

Value *fma(Builder &ir, Value *a, Value *b, Value *c, bool fused) {
  if (fused) return ir.CreateIntrinsic(llvm::Intrinsic::fma, {a->getType()}, {a, b, c});
  return ir.CreateFAdd(ir.CreateFMul(a, b), c);
}

Value *applyOp(Builder &ir, ScalarOp op, DType argument, DType result, llvm::ArrayRef<Value *> x,
               const Target &target) {
  if (op == ScalarOp::Select) return ir.CreateSelect(selectMask(ir, x[0], argument), x[1], x[2]);
  if (op == ScalarOp::Cast) return cast(ir, argument, result, x[0], target);
  if (isComplex(argument) || isComplex(result)) return applyComplex(ir, op, x, target);
  const bool floating = isFloat(argument);
  switch (op) {
  case ScalarOp::Add: return floating ? ir.CreateFAdd(x[0], x[1]) : ir.CreateAdd(x[0], x[1]);
  case ScalarOp::Sub: return floating ? ir.CreateFSub(x[0], x[1]) : ir.CreateSub(x[0], x[1]);
  case ScalarOp::Mul: return floating ? ir.CreateFMul(x[0], x[1]) : ir.CreateMul(x[0], x[1]);
  case ScalarOp::Div: return ir.CreateFDiv(x[0], x[1]);
  case ScalarOp::Fma: return fma(ir, x[0], x[1], x[2], target.fusedMultiplyAdd);
  case ScalarOp::Neg: return floating ? ir.CreateFNeg(x[0]) : ir.CreateNeg(x[0]);
  case ScalarOp::Abs: return absolute(ir, argument, x[0]);
  case ScalarOp::Sqrt: return ir.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x[0]);
  case ScalarOp::Min: return minimum(ir, argument, x[0], x[1]);
  case ScalarOp::Max: return maximum(ir, argument, x[0], x[1]);
  case ScalarOp::Floor: return ir.CreateUnaryIntrinsic(llvm::Intrinsic::floor, x[0]);
  case ScalarOp::Ceil: return ir.CreateUnaryIntrinsic(llvm::Intrinsic::ceil, x[0]);
  case ScalarOp::Round: return ir.CreateUnaryIntrinsic(llvm::Intrinsic::roundeven, x[0]);
  case ScalarOp::Trunc: return ir.CreateUnaryIntrinsic(llvm::Intrinsic::trunc, x[0]);
  case ScalarOp::Exp:
  case ScalarOp::Exp2:
  case ScalarOp::Expm1:
  case ScalarOp::Log:
  case ScalarOp::Log2:
  case ScalarOp::Log1p:
  case ScalarOp::Sin:
  case ScalarOp::Cos:
  case ScalarOp::Tan:
  case ScalarOp::Asin:
  case ScalarOp::Acos:
  case ScalarOp::Atan:
  case ScalarOp::Sinh:
  case ScalarOp::Cosh:
  case ScalarOp::Tanh:
  case ScalarOp::Erf:
  case ScalarOp::Atan2: return callLibrary(ir, name(op), argument, x);
  case ScalarOp::Pow: return floating ? callLibrary(ir, "pow", argument, x) : integerPower(ir, argument, x[0], x[1]);
  case ScalarOp::FloorDiv: return divideFloored(ir, argument, x[0], x[1]).quotient;
  case ScalarOp::Rem: return divideFloored(ir, argument, x[0], x[1]).remainder;
  case ScalarOp::And: return ir.CreateAnd(x[0], x[1]);
  case ScalarOp::Or: return ir.CreateOr(x[0], x[1]);
  case ScalarOp::Xor: return ir.CreateXor(x[0], x[1]);
  case ScalarOp::Shl: return shift(ir, llvm::Instruction::Shl, x[0], x[1]);
  case ScalarOp::Shr: return shift(ir, llvm::Instruction::LShr, x[0], x[1]);
  case ScalarOp::Not: return ir.CreateNot(x[0]);
  case ScalarOp::Lt:
  case ScalarOp::Le:
  case ScalarOp::Gt:
  case ScalarOp::Ge:
  case ScalarOp::Eq:
  case ScalarOp::Ne: return compare(ir, op, argument, x[0], x[1]);
  case ScalarOp::Real:
  case ScalarOp::Imag:
  case ScalarOp::Conj:
  case ScalarOp::Complex:
  case ScalarOp::Select:
  case ScalarOp::Cast: break; // answered above
  }
  unreachable(op);
}

Value *foldLanes(Builder &ir, ScalarOp op, DType type, Value *vector, const Target &target) {
  if (isComplex(type)) return foldComplex(ir, op, type, vector, target);
  const bool floating = isFloat(type);
  llvm::IRBuilderBase::FastMathFlagGuard guard(ir);
  llvm::FastMathFlags flags;
  flags.setAllowReassoc();
  ir.setFastMathFlags(flags);
  const auto start = [&] { return constant(ir.getContext(), identity(op, type)); };
  if (op == ScalarOp::Add) return floating ? ir.CreateFAddReduce(start(), vector) : ir.CreateAddReduce(vector);
  if (op == ScalarOp::Mul) return floating ? ir.CreateFMulReduce(start(), vector) : ir.CreateMulReduce(vector);
  if (op == ScalarOp::Min)
    return floating ? ir.CreateFPMinimumReduce(vector) : ir.CreateIntMinReduce(vector, !isUnsigned(type));
  if (op == ScalarOp::Max)
    return floating ? ir.CreateFPMaximumReduce(vector) : ir.CreateIntMaxReduce(vector, !isUnsigned(type));
  if (op == ScalarOp::And) return ir.CreateAndReduce(vector);
  if (op == ScalarOp::Or) return ir.CreateOrReduce(vector);
  unreachable(op);
}

} // namespace einjit::codegen
