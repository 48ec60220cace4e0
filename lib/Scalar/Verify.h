// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Scalar/Expr.h"
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace einjit::scalar {

/// What is wrong with an expression, one line each; empty if it is well-formed: there is a value, arguments stand
/// before their users, every node is used and has the type its op gives it, and leaves are operands of these types and,
/// where it has a type, the accumulator.
std::vector<std::string> verify(const Expr &expr, std::span<const DType> operandTypes,
                                std::optional<DType> accumulatorType = std::nullopt);

} // namespace einjit::scalar
