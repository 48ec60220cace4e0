// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Precedence. The grammar reads `a + b * c @ d - e` as one flat chain; here it is grouped by the table in Ast.h.
// That keeps the grammar's recursion, and its size, independent of the number of precedence levels.
#pragma once

#include "Syntax/Ast.h"
#include <optional>
#include <string_view>

namespace einjit::syntax {

int precedence(ast::BinaryOp op);

/// The operator with this text, if there is one.
std::optional<ast::BinaryOp> binaryOperator(std::string_view text);
std::optional<ast::AssignOp> assignOperator(std::string_view text);

/// Groups a chain whose links are of any precedence into Binary nodes whose links are all of one: `a + b * c - d`
/// becomes `+` and `-` on a, the node of `b * c`, and d. The chain has a link. Takes time linear in the chain.
ast::Expr groupByPrecedence(ast::Binary chain);

} // namespace einjit::syntax
