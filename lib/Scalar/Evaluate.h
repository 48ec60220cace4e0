// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What each scalar operation computes; the interpreters' arithmetic, which code generation never sees.
#pragma once

#include "Scalar/Expr.h"
#include <functional>

namespace einjit::scalar {

/// `op` applied to its arguments; `type` is the result's type. Integers wrap.
Scalar evaluate(ScalarOp op, DType type, std::span<const Scalar> arguments);

/// What the leaves of an expression stand for at one point of the iteration space.
struct Leaves {
  std::function<Scalar(std::size_t operand)> operand;
  std::function<Scalar()> accumulator = {};
};

/// The value of `expr` with its leaves replaced.
Scalar evaluate(const Expr &expr, const Leaves &leaves);

} // namespace einjit::scalar
