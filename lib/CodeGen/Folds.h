// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lanes of several vectors folded together.
#pragma once

#include "CodeGen/Types.h"
#include "Target/Target.h"

namespace einjit::codegen {

/// Whether foldTogether takes vectors of that type and length, and how many of them: a power of two; 1 if it does not.
std::int64_t foldedTogether(DType type, std::int64_t lanes, const Target &target);

/// A vector whose lane i has all lanes of vector i combined by the reduction operator `op`; as many lanes as the number
/// of vectors rounded up to a power of two, those without a vector undefined. Takes about one operation and two
/// shuffles a vector, where folding each on its own takes one of each for every bit of its lanes' numbers.
llvm::Value *foldTogether(Builder &ir, ScalarOp op, DType type, llvm::ArrayRef<llvm::Value *> vectors,
                          const Target &target);

} // namespace einjit::codegen
