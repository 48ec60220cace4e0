// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types in LLVM: a bool is an i1 in registers and an i8 holding 0 or 1 in memory.
#pragma once

#include "Scalar/ScalarOp.h"
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/IRBuilder.h>

namespace einjit::codegen {

using Builder = llvm::IRBuilder<>;

llvm::Type *registerType(llvm::LLVMContext &context, DType type);
llvm::Type *memoryType(llvm::LLVMContext &context, DType type);
/// `type` itself for one lane, else a vector.
llvm::Type *withLanes(llvm::Type *type, std::int64_t lanes);
/// `value` as a register holds it.
llvm::Constant *constant(llvm::LLVMContext &context, const Scalar &value);
/// `value` in every lane; itself for one lane.
llvm::Value *splat(Builder &ir, llvm::Value *value, std::int64_t lanes);
/// Between the two forms of a bool; other types are left alone.
llvm::Value *toMemory(Builder &ir, llvm::Value *value, DType type);
llvm::Value *fromMemory(Builder &ir, llvm::Value *value, DType type);

} // namespace einjit::codegen
