// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/ScalarCode.h"
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

/// Comparisons are ordered, so false on NaN, but for `ne`. Bools compare as 0 and 1.
CmpInst::Predicate predicate(ScalarOp op, DType type) {
  const auto choose = [type](CmpInst::Predicate forFloat, CmpInst::Predicate forSigned, CmpInst::Predicate forBool) {
    return isFloat(type) ? forFloat : type == DType::Bool ? forBool : forSigned;
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

Value *fma(Builder &ir, Value *a, Value *b, Value *c, bool fused) {
  if (fused) return ir.CreateIntrinsic(llvm::Intrinsic::fma, {a->getType()}, {a, b, c});
  return ir.CreateFAdd(ir.CreateFMul(a, b), c);
}

Value *absolute(Builder &ir, DType type, Value *x) {
  if (isFloat(type)) return ir.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x);
  return ir.CreateBinaryIntrinsic(llvm::Intrinsic::abs, x, ir.getFalse());
}

Value *minimum(Builder &ir, DType type, Value *a, Value *b) {
  return ir.CreateBinaryIntrinsic(isFloat(type) ? llvm::Intrinsic::minimum : llvm::Intrinsic::smin, a, b);
}

Value *maximum(Builder &ir, DType type, Value *a, Value *b) {
  return ir.CreateBinaryIntrinsic(isFloat(type) ? llvm::Intrinsic::maximum : llvm::Intrinsic::smax, a, b);
}

Value *cast(Builder &ir, DType from, DType to, Value *x) {
  if (from == to) return x;
  llvm::Type *type = x->getType()->getWithNewType(registerType(ir.getContext(), to));
  Value *zero = llvm::Constant::getNullValue(x->getType());
  if (to == DType::Bool) return compare(ir, ScalarOp::Ne, from, x, zero);
  if (from == DType::Bool) return isFloat(to) ? ir.CreateUIToFP(x, type) : ir.CreateZExt(x, type);
  if (isFloat(from) && isFloat(to)) return ir.CreateFPCast(x, type);
  if (isFloat(from)) return ir.CreateIntrinsic(llvm::Intrinsic::fptosi_sat, {type, x->getType()}, {x});
  return isFloat(to) ? ir.CreateSIToFP(x, type) : ir.CreateSExtOrTrunc(x, type);
}

} // namespace

Value *applyOp(Builder &ir, ScalarOp op, DType argument, DType result, llvm::ArrayRef<Value *> x,
               bool fusedMultiplyAdd) {
  const bool floating = isFloat(argument);
  switch (op) {
  case ScalarOp::Add: return floating ? ir.CreateFAdd(x[0], x[1]) : ir.CreateAdd(x[0], x[1]);
  case ScalarOp::Sub: return floating ? ir.CreateFSub(x[0], x[1]) : ir.CreateSub(x[0], x[1]);
  case ScalarOp::Mul: return floating ? ir.CreateFMul(x[0], x[1]) : ir.CreateMul(x[0], x[1]);
  case ScalarOp::Div: return ir.CreateFDiv(x[0], x[1]);
  case ScalarOp::Fma: return fma(ir, x[0], x[1], x[2], fusedMultiplyAdd);
  case ScalarOp::Neg: return floating ? ir.CreateFNeg(x[0]) : ir.CreateNeg(x[0]);
  case ScalarOp::Abs: return absolute(ir, argument, x[0]);
  case ScalarOp::Sqrt: return ir.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x[0]);
  case ScalarOp::Min: return minimum(ir, argument, x[0], x[1]);
  case ScalarOp::Max: return maximum(ir, argument, x[0], x[1]);
  case ScalarOp::And: return ir.CreateAnd(x[0], x[1]);
  case ScalarOp::Or: return ir.CreateOr(x[0], x[1]);
  case ScalarOp::Not: return ir.CreateNot(x[0]);
  case ScalarOp::Lt:
  case ScalarOp::Le:
  case ScalarOp::Gt:
  case ScalarOp::Ge:
  case ScalarOp::Eq:
  case ScalarOp::Ne: return compare(ir, op, argument, x[0], x[1]);
  case ScalarOp::Select: return ir.CreateSelect(x[0], x[1], x[2]);
  case ScalarOp::Cast: return cast(ir, argument, result, x[0]);
  }
  unreachable(op);
}

Value *foldLanes(Builder &ir, ScalarOp op, DType type, Value *vector) {
  const bool floating = isFloat(type);
  llvm::IRBuilderBase::FastMathFlagGuard guard(ir);
  llvm::FastMathFlags flags;
  flags.setAllowReassoc();
  ir.setFastMathFlags(flags);
  const auto start = [&] { return constant(ir.getContext(), identity(op, type)); };
  if (op == ScalarOp::Add) return floating ? ir.CreateFAddReduce(start(), vector) : ir.CreateAddReduce(vector);
  if (op == ScalarOp::Mul) return floating ? ir.CreateFMulReduce(start(), vector) : ir.CreateMulReduce(vector);
  if (op == ScalarOp::Min)
    return floating ? ir.CreateFPMinimumReduce(vector) : ir.CreateIntMinReduce(vector, /*IsSigned=*/true);
  if (op == ScalarOp::Max)
    return floating ? ir.CreateFPMaximumReduce(vector) : ir.CreateIntMaxReduce(vector, /*IsSigned=*/true);
  if (op == ScalarOp::And) return ir.CreateAndReduce(vector);
  if (op == ScalarOp::Or) return ir.CreateOrReduce(vector);
  unreachable(op);
}

} // namespace einjit::codegen
