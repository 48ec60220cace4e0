// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Powers of integers. No processor has them, and the C library has none: the module gets a function of its own.
#pragma once

#include "CodeGen/Types.h"

namespace einjit::codegen {

/// base^exponent modulo 2^64 in each lane of 64-bit integers; for a negative exponent 1 / base^-exponent rounded
/// towards 0, and 0 where that has no value.
llvm::Value *emitPower(Builder &ir, llvm::Value *base, llvm::Value *exponent);

} // namespace einjit::codegen
