// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The syntax tree as text that shows its structure, which canonical program text leaves to precedence:
// `{a + {b * c}}` a Binary inside a Binary, `{-- a}` a Unary, `<x .T (1, dim=2) [0, :]>` a Postfix.
#pragma once

#include "Syntax/Ast.h"
#include <functional>

namespace einjit::test {

std::string tree(const ast::Expr &expr);
std::string tree(const ast::Program &program);

/// Calls `visit` on each expression of the program, outer ones first.
void forEachExpr(const ast::Program &program, const std::function<void(const ast::Expr &)> &visit);

} // namespace einjit::test
