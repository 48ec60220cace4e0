// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM code for complex numbers. A vector of N of them is one value of 2N parts in planar order, [re … | im …], so that
// registers and phis stay single values and arithmetic finds its parts side by side; one complex number is <2 x part>.
#pragma once

#include "CodeGen/Types.h"
#include "Target/Target.h"

namespace einjit::codegen {

/// Real and imaginary parts: vectors of N, or scalars for one number.
struct Parts {
  llvm::Value *re, *im;
};

Parts split(Builder &ir, llvm::Value *complex);
llvm::Value *join(Builder &ir, const Parts &parts);

/// `op` on complex arguments, or ScalarOp::Complex on real ones; casts aside. See scalar::evaluate for what it
/// computes.
llvm::Value *applyComplex(Builder &ir, ScalarOp op, llvm::ArrayRef<llvm::Value *> arguments, const Target &target);

/// All lanes of `vector` combined by addition or multiplication.
llvm::Value *foldComplex(Builder &ir, ScalarOp op, DType type, llvm::Value *vector, const Target &target);

} // namespace einjit::codegen
