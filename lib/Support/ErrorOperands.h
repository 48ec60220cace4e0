// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Support/Diagnostic.h"
#include <initializer_list>

namespace einjit {

/// `operand 0: f32[32,20,128], axis 1`, or `x: f32[3], axis 0` of an operand with a name. The operand has a type.
std::string describe(const ErrorOperand &operand);

/// What is wrong with an operand that has another type than expected: the first axis along which the sizes differ, with
/// its size and the expected one; both numbers of axes where these differ; neither where the extents are the same.
DiagnosticParts typesDisagree(ErrorOperand operand);

/// What is wrong with an operand that has not as many axes as are `named`.
DiagnosticParts ranksDisagree(ErrorOperand operand, std::size_t named);

/// The counts that do not agree.
DiagnosticParts countsDisagree(std::initializer_list<std::size_t> counts);

} // namespace einjit
