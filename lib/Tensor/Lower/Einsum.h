// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings to tensor IR: the meaning of labels, ellipses, diagonals and size-1 axes.
#pragma once

#include "Support/Result.h"
#include "Syntax/Ast.h"
#include "Tensor/Builder.h"

namespace einjit::tensor {

/// Adds the generic op that an einsum of these operands means: the product of the operands, summed over the labels that
/// the output does not have. On bools product is `and` and sum is `or`. Errors point into the einsum string; `call` is
/// where to point when no part of the string is to blame.
Result<ValueId> lowerEinsum(Builder &builder, const ast::Einsum &einsum, const std::vector<ValueId> &operands,
                            bool strict, SourceRange call);

} // namespace einjit::tensor
