// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM code for scalar operations, on scalars or on vectors of them. No fast-math flags: what IEEE says is computed,
// except that the order in which lanes are folded is free.
//
// `fma` is one instruction where the target has it. Elsewhere it is a multiplication and an addition, each rounded:
// LLVM's own expansion would call the C library for each lane, and a kernel only asks for fma on such a target if it
// was planned for another one.
#pragma once

#include "CodeGen/Types.h"
#include "Target/Target.h"

namespace einjit::codegen {

/// `op` on arguments that all have `argument`'s type (a select's condition aside).
llvm::Value *applyOp(Builder &ir, ScalarOp op, DType argument, DType result, llvm::ArrayRef<llvm::Value *> arguments,
                     const Target &target);

/// All lanes of `vector` combined by the reduction operator `op`.
llvm::Value *foldLanes(Builder &ir, ScalarOp op, DType type, llvm::Value *vector, const Target &target);

/// a*b + c, rounded once if `fused`.
llvm::Value *fma(Builder &ir, llvm::Value *a, llvm::Value *b, llvm::Value *c, bool fused);

} // namespace einjit::codegen
