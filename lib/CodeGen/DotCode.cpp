// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/DotCode.h"
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/MC/MCSubtargetInfo.h>

namespace einjit::codegen {
namespace {

using llvm::Value;

unsigned bitsOf(Value *vector) {
  return static_cast<unsigned>(vector->getType()->getPrimitiveSizeInBits().getFixedValue());
}

Value *call(Builder &ir, llvm::Intrinsic::ID id, llvm::ArrayRef<Value *> arguments) {
  const llvm::FunctionType *type = llvm::Intrinsic::getType(ir.getContext(), id);
  llvm::SmallVector<Value *, 3> cast;
  for (unsigned i = 0; i < arguments.size(); ++i) cast.push_back(ir.CreateBitCast(arguments[i], type->getParamType(i)));
  return ir.CreateIntrinsic(id, {}, cast);
}

/// sum + u8 * i8, in fours.
Value *addFours(Builder &ir, Value *sum, Value *unsignedBytes, Value *signedBytes) {
  const unsigned bits = bitsOf(sum);
  const auto id = bits == 512   ? llvm::Intrinsic::x86_avx512_vpdpbusd_512
                  : bits == 256 ? llvm::Intrinsic::x86_avx512_vpdpbusd_256
                                : llvm::Intrinsic::x86_avx512_vpdpbusd_128;
  return call(ir, id, {sum, unsignedBytes, signedBytes});
}

Value *addPairs(Builder &ir, Value *sum, Value *a, Value *b) {
  const unsigned bits = bitsOf(sum);
  const auto id = bits == 512   ? llvm::Intrinsic::x86_avx512_pmaddw_d_512
                  : bits == 256 ? llvm::Intrinsic::x86_avx2_pmadd_wd
                                : llvm::Intrinsic::x86_sse2_pmadd_wd;
  return ir.CreateAdd(sum, call(ir, id, {a, b}));
}

Value *bytes(Value *like, int value) {
  return llvm::ConstantInt::getSigned(like->getType(), static_cast<signed char>(value));
}

// Where both are signed, a*b = (a + 128)*b - 128*b; where none is, a*b = a*(b - 128) - a*-128. What is subtracted is
// one vector for all sums that share b, or a.
Value *addProductsInFours(Builder &ir, Value *sum, const Bytes &a, const Bytes &b) {
  const bool isSigned = a.type == DType::I8;
  if (a.type != b.type) return isSigned ? addFours(ir, sum, b.value, a.value) : addFours(ir, sum, a.value, b.value);
  Value *zero = llvm::Constant::getNullValue(sum->getType()), *bias = bytes(a.value, -128);
  if (isSigned)
    return ir.CreateSub(addFours(ir, sum, flipSigns(ir, a.value), b.value), addFours(ir, zero, bias, b.value));
  return ir.CreateSub(addFours(ir, sum, a.value, flipSigns(ir, b.value)), addFours(ir, zero, a.value, bias));
}

/// Bytes 0 and 2 (or 1 and 3) of each four, as i16.
Value *everyOther(Builder &ir, const Bytes &x, bool odd) {
  auto *type = llvm::FixedVectorType::get(ir.getInt16Ty(), bitsOf(x.value) / 16);
  Value *words = ir.CreateBitCast(x.value, type);
  if (x.type == DType::I8) return ir.CreateAShr(odd ? words : ir.CreateShl(words, 8), 8);
  return odd ? ir.CreateLShr(words, 8) : ir.CreateAnd(words, llvm::ConstantInt::get(type, 0xff));
}

} // namespace

Value *flipSigns(Builder &ir, Value *x) { return ir.CreateXor(x, bytes(x, -128)); }

DotSupport dotSupport(const llvm::TargetMachine &machine, std::int64_t lanes) {
  if (!machine.getTargetTriple().isX86()) return DotSupport::None;
  const auto has = [&](const char *feature) { return machine.getMCSubtargetInfo()->checkFeatures(feature); };
  switch (lanes) {
  case 16: return has("+avx512vnni") ? DotSupport::Fours : has("+avx512bw") ? DotSupport::Pairs : DotSupport::None;
  case 8:
  case 4:
    if (has("+avxvnni") || has("+avx512vnni,+avx512vl")) return DotSupport::Fours;
    return has(lanes == 8 ? "+avx2" : "+sse2") ? DotSupport::Pairs : DotSupport::None;
  default: return DotSupport::None;
  }
}

Value *addProducts(Builder &ir, DotSupport support, Value *sum, const Bytes &a, const Bytes &b) {
  if (support == DotSupport::Fours) return addProductsInFours(ir, sum, a, b);
  for (bool odd : {false, true}) sum = addPairs(ir, sum, everyOther(ir, a, odd), everyOther(ir, b, odd));
  return sum;
}

} // namespace einjit::codegen
