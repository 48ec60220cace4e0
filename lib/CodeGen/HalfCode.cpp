// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The derivations of the constants are those of include/einjit/Half.h, lane by lane with selects for its branches.
#include "CodeGen/HalfCode.h"
#include <llvm/IR/Intrinsics.h>

namespace einjit::codegen {
namespace {

using llvm::Value;

/// Integer arithmetic on lanes of i32.
class Words {
public:
  Words(Builder &ir, Value *like) : ir_(ir), type_(like->getType()->getWithNewType(ir.getInt32Ty())) {}
  Value *number(std::uint32_t value) const { return llvm::ConstantInt::get(type_, value); }
  Value *of(Value *floats) const { return ir_.CreateBitCast(floats, type_); }
  Value *asFloat(Value *word) const { return ir_.CreateBitCast(word, type_->getWithNewType(ir_.getFloatTy())); }
  Value *widen(Value *bits) const { return ir_.CreateZExt(bits, type_); }
  Value *narrow(Value *word) const { return ir_.CreateTrunc(word, type_->getWithNewType(ir_.getInt16Ty())); }
  Value *mask(Value *word, std::uint32_t bits) const { return ir_.CreateAnd(word, number(bits)); }
  Value *below(Value *word, std::uint32_t limit) const { return ir_.CreateICmpSLT(word, number(limit)); }
  /// word / 2^bits, to nearest even, plus `rebase` * 2^-bits.
  Value *round(Value *word, std::uint32_t bits, std::uint32_t rebase) const {
    Value *odd = mask(ir_.CreateLShr(word, bits), 1);
    return ir_.CreateLShr(ir_.CreateAdd(ir_.CreateAdd(word, number((1u << (bits - 1)) - 1 + rebase)), odd), bits);
  }

private:
  Builder &ir_;
  llvm::Type *type_;
};

Value *widenF16(Builder &ir, Value *bits) {
  const Words words(ir, bits);
  Value *word = words.widen(bits);
  Value *sign = ir.CreateShl(words.mask(word, 0x8000), 16), *magnitude = ir.CreateShl(words.mask(word, 0x7fff), 13);
  Value *scaled = ir.CreateFMul(words.asFloat(magnitude), words.asFloat(words.number(0x77800000 /* 2^112 */)));
  Value *special = ir.CreateOr(magnitude, words.number(0x7f800000));
  Value *result = ir.CreateSelect(words.below(magnitude, 0x0f800000), words.of(scaled), special);
  return words.asFloat(ir.CreateOr(result, sign));
}

Value *narrowF16(Builder &ir, Value *value) {
  const Words words(ir, value);
  Value *word = words.of(value);
  Value *sign = words.mask(ir.CreateLShr(word, 16), 0x8000), *magnitude = words.mask(word, 0x7fffffff);
  Value *half = words.asFloat(words.number(0x3f000000));
  Value *subnormal = ir.CreateSub(words.of(ir.CreateFAdd(words.asFloat(magnitude), half)), words.number(0x3f000000));
  Value *normal = words.round(magnitude, 13, 0u - 0x38000000);
  Value *nan = ir.CreateOr(words.mask(ir.CreateLShr(magnitude, 13), 0x3ff), words.number(0x7e00));
  Value *special = ir.CreateSelect(words.below(magnitude, 0x7f800001), words.number(0x7c00), nan);
  Value *finite = ir.CreateSelect(words.below(magnitude, 0x38800000), subnormal, normal);
  Value *result = ir.CreateSelect(words.below(magnitude, 0x477ff000), finite, special);
  return words.narrow(ir.CreateOr(result, sign));
}

Value *narrowBF16(Builder &ir, Value *value) {
  const Words words(ir, value);
  Value *word = words.of(value);
  Value *nan = ir.CreateOr(ir.CreateLShr(word, 16), words.number(0x40));
  return words.narrow(ir.CreateSelect(ir.CreateFCmpUNO(value, value), nan, words.round(word, 16, 0)));
}

} // namespace

Value *widenHalf(Builder &ir, DType from, Value *bits, const Target &target) {
  const Words words(ir, bits);
  if (from == DType::BF16) return words.asFloat(ir.CreateShl(words.widen(bits), 16));
  if (!target.halfConversions) return widenF16(ir, bits);
  Value *half = ir.CreateBitCast(bits, bits->getType()->getWithNewType(ir.getHalfTy()));
  return ir.CreateFPExt(half, bits->getType()->getWithNewType(ir.getFloatTy()));
}

Value *narrowHalf(Builder &ir, DType to, Value *value, const Target &target) {
  if (to == DType::BF16) return narrowBF16(ir, value);
  if (!target.halfConversions) return narrowF16(ir, value);
  Value *half = ir.CreateFPTrunc(value, value->getType()->getWithNewType(ir.getHalfTy()));
  return ir.CreateBitCast(half, value->getType()->getWithNewType(ir.getInt16Ty()));
}

Value *roundToOdd(Builder &ir, Value *value) {
  Value *nearest = ir.CreateFPTrunc(value, value->getType()->getWithNewType(ir.getFloatTy()));
  Value *back = ir.CreateFPExt(nearest, value->getType());
  const auto magnitude = [&](Value *x) { return ir.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x); };
  const Words words(ir, nearest);
  Value *away = words.widen(ir.CreateFCmpOGT(magnitude(back), magnitude(value)));
  Value *odd = ir.CreateOr(ir.CreateSub(words.of(nearest), away), words.number(1));
  return words.asFloat(ir.CreateSelect(ir.CreateFCmpONE(back, value), odd, words.of(nearest)));
}

} // namespace einjit::codegen
