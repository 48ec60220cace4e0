// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Types.h"
#include <algorithm>
#include <einjit/Error.h>
#include <numeric>

namespace einjit::codegen {

llvm::Type *registerType(llvm::LLVMContext &context, DType type) {
  switch (type) {
  case DType::Bool: return llvm::Type::getInt1Ty(context);
  case DType::I8:
  case DType::U8: return llvm::Type::getInt8Ty(context);
  case DType::F16:
  case DType::BF16: return llvm::Type::getInt16Ty(context);
  case DType::I32: return llvm::Type::getInt32Ty(context);
  case DType::I64: return llvm::Type::getInt64Ty(context);
  case DType::F32: return llvm::Type::getFloatTy(context);
  case DType::F64: return llvm::Type::getDoubleTy(context);
  case DType::C64:
  case DType::C128: return llvm::FixedVectorType::get(registerType(context, realType(type)), 2);
  }
  throw InternalError("code generation: unknown element type");
}

llvm::Type *memoryType(llvm::LLVMContext &context, DType type) {
  return type == DType::Bool ? llvm::Type::getInt8Ty(context) : registerType(context, type);
}

llvm::Type *registerType(llvm::LLVMContext &context, DType type, std::int64_t lanes) {
  if (lanes == 1) return registerType(context, type);
  const std::int64_t elements = isComplex(type) ? 2 * lanes : lanes;
  return llvm::FixedVectorType::get(registerType(context, realType(type)), static_cast<unsigned>(elements));
}

llvm::Constant *constant(llvm::LLVMContext &context, const Scalar &value) {
  llvm::Type *type = registerType(context, dtypeOfScalar(value));
  return std::visit(
      [&]<class T>(T v) -> llvm::Constant * {
        if constexpr (isComplexNumber<T>)
          return llvm::ConstantVector::get({constant(context, v.real()), constant(context, v.imag())});
        else if constexpr (isHalfNumber<T>)
          return llvm::ConstantInt::get(type, v.bits());
        else if constexpr (std::is_floating_point_v<T>)
          return llvm::ConstantFP::get(context, llvm::APFloat(v));
        else
          return llvm::ConstantInt::get(type, static_cast<std::uint64_t>(v), std::is_signed_v<T>);
      },
      value);
}

llvm::Value *splat(Builder &ir, llvm::Value *value, std::int64_t lanes, DType type) {
  if (lanes == 1) return value;
  if (!isComplex(type)) return ir.CreateVectorSplat(static_cast<unsigned>(lanes), value);
  llvm::Value *re =
      ir.CreateVectorSplat(static_cast<unsigned>(lanes), ir.CreateExtractElement(value, std::uint64_t{0}));
  llvm::Value *im =
      ir.CreateVectorSplat(static_cast<unsigned>(lanes), ir.CreateExtractElement(value, std::uint64_t{1}));
  llvm::SmallVector<int> parts(static_cast<std::size_t>(2 * lanes));
  std::iota(parts.begin(), parts.end(), 0);
  return ir.CreateShuffleVector(re, im, parts);
}

llvm::Value *selectMask(Builder &ir, llvm::Value *mask, DType type) {
  const auto *vector = llvm::dyn_cast<llvm::FixedVectorType>(mask->getType());
  if (!isComplex(type) || !vector) return mask;
  llvm::SmallVector<int> twice(2 * vector->getNumElements());
  std::iota(twice.begin(), twice.end(), 0);
  return ir.CreateShuffleVector(mask, mask, twice);
}

llvm::Value *toMemory(Builder &ir, llvm::Value *value, DType type) {
  if (type != DType::Bool) return value;
  return ir.CreateZExt(value, value->getType()->getWithNewType(ir.getInt8Ty()));
}

llvm::Value *fromMemory(Builder &ir, llvm::Value *value, DType type) {
  return type == DType::Bool ? ir.CreateIsNotNull(value) : value;
}

void startBlock(Builder &ir) {
  llvm::BasicBlock *last = ir.GetInsertBlock();
  auto *next = llvm::BasicBlock::Create(ir.getContext(), last->getName(), last->getParent(), last->getNextNode());
  ir.CreateBr(next);
  ir.SetInsertPoint(next);
}

} // namespace einjit::codegen
