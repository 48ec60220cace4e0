// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Types.h"
#include "Support/Overloaded.h"
#include <einjit/Error.h>

namespace einjit::codegen {

llvm::Type *registerType(llvm::LLVMContext &context, DType type) {
  switch (type) {
  case DType::Bool: return llvm::Type::getInt1Ty(context);
  case DType::I32: return llvm::Type::getInt32Ty(context);
  case DType::I64: return llvm::Type::getInt64Ty(context);
  case DType::F32: return llvm::Type::getFloatTy(context);
  case DType::F64: return llvm::Type::getDoubleTy(context);
  }
  throw InternalError("code generation: unknown element type");
}

llvm::Type *memoryType(llvm::LLVMContext &context, DType type) {
  return type == DType::Bool ? llvm::Type::getInt8Ty(context) : registerType(context, type);
}

llvm::Type *withLanes(llvm::Type *type, std::int64_t lanes) {
  return lanes == 1 ? type : llvm::FixedVectorType::get(type, static_cast<unsigned>(lanes));
}

llvm::Constant *constant(llvm::LLVMContext &context, const Scalar &value) {
  llvm::Type *type = registerType(context, dtypeOfScalar(value));
  return std::visit(Overloaded{
                        [&](bool v) -> llvm::Constant * { return llvm::ConstantInt::get(type, v); },
                        [&](std::int32_t v) -> llvm::Constant * { return llvm::ConstantInt::getSigned(type, v); },
                        [&](std::int64_t v) -> llvm::Constant * { return llvm::ConstantInt::getSigned(type, v); },
                        [&](float v) -> llvm::Constant * { return llvm::ConstantFP::get(context, llvm::APFloat(v)); },
                        [&](double v) -> llvm::Constant * { return llvm::ConstantFP::get(context, llvm::APFloat(v)); },
                    },
                    value);
}

llvm::Value *splat(Builder &ir, llvm::Value *value, std::int64_t lanes) {
  return lanes == 1 ? value : ir.CreateVectorSplat(static_cast<unsigned>(lanes), value);
}

llvm::Value *toMemory(Builder &ir, llvm::Value *value, DType type) {
  if (type != DType::Bool) return value;
  return ir.CreateZExt(value, value->getType()->getWithNewType(ir.getInt8Ty()));
}

llvm::Value *fromMemory(Builder &ir, llvm::Value *value, DType type) {
  return type == DType::Bool ? ir.CreateIsNotNull(value) : value;
}

} // namespace einjit::codegen
