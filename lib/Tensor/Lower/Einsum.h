// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings to tensor IR: the meaning of labels, ellipses, diagonals and size-1 axes.
#pragma once

#include "Support/Result.h"
#include "Syntax/Ast.h"
#include "Tensor/Builder.h"

namespace einjit::tensor {

/// A label of a term: a letter of a string, or a number of a list.
struct EinsumLabel {
  std::string name;
  SourceRange range;
};
/// The labels of an operand's axes, or of the result's.
struct EinsumTerm {
  SourceRange range;
  std::vector<EinsumLabel> labels;
  std::optional<std::size_t> ellipsis = {}; ///< stands before labels[*ellipsis]
  SourceRange ellipsisRange = {};
};
/// What an einsum says of its operands, be it in a string or in lists.
struct EinsumTerms {
  SourceRange range;
  std::vector<EinsumTerm> inputs;
  std::optional<EinsumTerm> output;
};

EinsumTerms termsOf(const ast::Einsum &einsum);

/// Adds the generic op that an einsum of these operands means: the product of the operands, summed over the labels that
/// the output does not have. On bools product is `and` and sum is `or`. Without an output the result has the labels
/// that occur once, letters in ASCII order and numbers in theirs. Errors point into the terms; `call` is where to point
/// when none of them is to blame.
Result<ValueId> lowerEinsum(Builder &builder, const EinsumTerms &einsum, const std::vector<ValueId> &operands,
                            bool strict, SourceRange call);

} // namespace einjit::tensor
