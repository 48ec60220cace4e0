// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM code for arithmetic that LLVM leaves undefined for some integers, or does not have: see scalar::divideFloored
// and its neighbours for what is computed. No operand may make it trap, also not in a lane that takes no part.
#pragma once

#include "CodeGen/Types.h"

namespace einjit::codegen {

struct Division {
  llvm::Value *quotient, *remainder;
};
Division divideFloored(Builder &ir, DType type, llvm::Value *a, llvm::Value *b);

/// Of integers (PowerCode.h says of which).
llvm::Value *integerPower(Builder &ir, DType type, llvm::Value *a, llvm::Value *b);

llvm::Value *shift(Builder &ir, llvm::Instruction::BinaryOps op, llvm::Value *value, llvm::Value *bits);

} // namespace einjit::codegen
