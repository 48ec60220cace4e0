// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Syntax/Ast.h"
#include <functional>

namespace einjit::ast {

/// Calls `visit` with every expression of a program, each before those inside it, in the order of the text.
void forEachExpr(const Program &program, const std::function<void(const Expr &)> &visit);

} // namespace einjit::ast
