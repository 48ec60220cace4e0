// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of C functions of numbers, lane by lane. For a vector they are one call of a function of the module that loops
// over the lanes: a kernel's size does not depend on how many lanes there are.
#pragma once

#include "CodeGen/Types.h"

namespace einjit::codegen {

/// The C library's `name` for double, `name` with an f for float (`expf`), on each lane of the arguments.
llvm::Value *callLibrary(Builder &ir, llvm::StringRef name, DType type, llvm::ArrayRef<llvm::Value *> arguments);
/// The function `symbol` on each lane of the arguments, which, as its result, all have the same type.
llvm::Value *callLanes(Builder &ir, llvm::StringRef symbol, llvm::ArrayRef<llvm::Value *> arguments);

} // namespace einjit::codegen
