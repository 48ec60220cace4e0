// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM code that converts between f32 and the 16-bit floating-point types, which registers hold as i16. Where the
// target has no instruction for it, integer arithmetic on whole vectors does it: LLVM's own way out would call the C
// library for each lane.
#pragma once

#include "CodeGen/Types.h"
#include "Target/Target.h"

namespace einjit::codegen {

/// The f32 that an f16 or bf16 is.
llvm::Value *widenHalf(Builder &ir, DType from, llvm::Value *bits, const Target &target);
/// The f16 or bf16 nearest to an f32, of two the even one.
llvm::Value *narrowHalf(Builder &ir, DType to, llvm::Value *value, const Target &target);
/// An f32 near an f64, from which narrowHalf() arrives where it would have from the f64.
llvm::Value *roundToOdd(Builder &ir, llvm::Value *value);

} // namespace einjit::codegen
