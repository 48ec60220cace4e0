// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types in LLVM: a bool is an i1 in registers and an i8 holding 0 or 1 in memory, f16 and bf16 are the i16 that
// holds their bits, a complex number is <2 x part> (vectors of them: ComplexCode.h).
#pragma once

#include "Scalar/ScalarOp.h"
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/IRBuilder.h>

namespace einjit::codegen {

using Builder = llvm::IRBuilder<>;

llvm::Type *registerType(llvm::LLVMContext &context, DType type);
llvm::Type *memoryType(llvm::LLVMContext &context, DType type);
/// What a register of so many lanes holds: the type itself for one, else a vector.
llvm::Type *registerType(llvm::LLVMContext &context, DType type, std::int64_t lanes);
/// `value` as a register holds it.
llvm::Constant *constant(llvm::LLVMContext &context, const Scalar &value);
/// `value`, of the element type, in every lane; itself for one lane.
llvm::Value *splat(Builder &ir, llvm::Value *value, std::int64_t lanes, DType type);
/// `mask` as a select of elements of this type wants it: of complex vectors, once for each half.
llvm::Value *selectMask(Builder &ir, llvm::Value *mask, DType type);
/// Between the two forms of a bool; other types are left alone.
llvm::Value *toMemory(Builder &ir, llvm::Value *value, DType type);
llvm::Value *fromMemory(Builder &ir, llvm::Value *value, DType type);

/// Goes on in a block of its own. What LLVM's instruction selection takes for a block grows with the square of its
/// stores; machine code has no trace of where blocks only go on.
void startBlock(Builder &ir);

} // namespace einjit::codegen
