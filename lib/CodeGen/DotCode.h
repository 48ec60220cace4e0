// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums of products of bytes. Lane l of the sum, an i32, gets the products of bytes 4l … 4l+3 of two vectors, each byte
// an i8 or u8 of exact value.
#pragma once

#include "CodeGen/Types.h"
#include <llvm/Target/TargetMachine.h>

namespace einjit::codegen {

/// What a processor has for vectors of so many sums: nothing, products of i16 added in pairs, or products of a u8 and
/// an i8 added in fours.
enum class DotSupport { None, Pairs, Fours };
DotSupport dotSupport(const llvm::TargetMachine &machine, std::int64_t lanes);

/// A vector of bytes, and whether they are signed.
struct Bytes {
  llvm::Value *value; ///< <4*lanes x i8>
  DType type;         ///< I8 or U8
};

/// The bytes with their highest bits flipped.
llvm::Value *flipSigns(Builder &ir, llvm::Value *bytes);

/// `sum`, <lanes x i32>, with the products added. The support is there.
llvm::Value *addProducts(Builder &ir, DotSupport support, llvm::Value *sum, const Bytes &a, const Bytes &b);

} // namespace einjit::codegen
