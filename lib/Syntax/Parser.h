// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text to syntax tree. All that is Boost.Spirit stays behind this header.
#pragma once

#include "Support/Result.h"
#include "Syntax/Ast.h"
#include <einjit/detail/EinsumWords.h>
#include <string_view>

namespace einjit {

using detail::maxTextBytes;
/// Deepest nesting of brackets in a program.
inline constexpr std::size_t maxNesting = 256;

/// Reads a program: statements separated by newlines or `;`, `#` comments; a line goes on inside open brackets. Ranges
/// in the tree are counted from `offset`, so that they can be told from those of another text; those of errors are not.
Result<ast::Program> parseProgram(std::string_view text, std::uint32_t offset = 0);

/// Reads an einsum string. Ranges are counted from `offset`, the string's place in a larger text.
Result<ast::Einsum> parseEinsum(std::string_view text, std::uint32_t offset = 0);

/// Whether the text is an einsum string rather than a program: it has `->` outside quotes and comments.
bool looksLikeEinsum(std::string_view text);

} // namespace einjit
