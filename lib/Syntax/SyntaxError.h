// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the place where the grammar gave up to a message in the user's words.
#pragma once

#include "Support/Diagnostic.h"
#include <string_view>

namespace einjit::syntax {

/// What the grammar was waiting for; the texts are the names of its rules and complete "expected …".
inline constexpr char anExpression[] = "an expression";
inline constexpr char aName[] = "a name";
inline constexpr char aSubscript[] = "an index or a slice";
inline constexpr char endOfStatement[] = "an operator or the end of the statement";

/// The error of one statement. `where` is the place in `text` (blanks may follow it), `expected` one of the texts
/// above or a closing bracket in quotes.
Diagnostic syntaxError(std::string_view text, SourceRange statement, std::size_t where, std::string_view expected);

} // namespace einjit::syntax
