// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass over the bytes before the grammar's: it knows only quotes, comments and brackets. After it each statement
// stands alone, so that an error in one hides none in the next, and no bracket is without its partner, so that the
// grammar's recursion is as deep as the brackets are and no deeper than maxNesting.
#pragma once

#include "Support/Diagnostic.h"
#include <string>
#include <string_view>
#include <vector>

namespace einjit::syntax {

struct Statements {
  std::string text; ///< as long as the source; comments, newlines inside brackets and the like are blanks
  std::vector<SourceRange> ranges; ///< of each statement that has no error yet, without blanks around it
  Diagnostics errors;              ///< brackets and strings not closed, at most one a statement
};

/// Cuts a program at the newlines and `;` that stand outside brackets.
Statements splitStatements(std::string_view source);

} // namespace einjit::syntax
