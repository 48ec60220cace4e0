// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The smallest pieces of program text. The grammar and the words of its error messages agree on what a token is by
// both asking here.
#pragma once

#include <array>
#include <cstddef>
#include <einjit/detail/Characters.h>
#include <string>
#include <string_view>

namespace einjit::syntax {

using detail::characterLength;
using detail::isDigit;
using detail::isLetter;
using detail::isNamePart;
using detail::isNameStart;

/// White space inside a statement. A newline is none: it ends the statement, or was blanked inside brackets.
constexpr bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Punctuation of more than one character, whether this grammar uses it or not, none a prefix of a later one. Such a
/// token is never read as two: `a ** b` does not become `a *` and a stray `*`.
inline constexpr std::array<std::string_view, 22> longPunctuation = {
    "...", "->", "**=", "**", "//=", "//", "==", "!=", "<=", ">=", "<<",
    ">>",  "+=", "-=",  "*=", "/=",  "%=", "&=", "|=", "^=", "@=", ":="};

/// The token of punctuation that starts `text`: a long one if it is one, else the first byte whatever it is; empty if
/// `text` is.
std::string_view punctuation(std::string_view text);

/// The token that ends the left side of an assignment, as far as it looks like one: a token of punctuation, or a word
/// with a `=` (but not `==`) directly behind it.
std::string_view assignment(std::string_view text);

/// Bytes of the token that starts `text`, which must not start with a blank; 0 if `text` is empty.
std::size_t tokenLength(std::string_view text);

/// Words that stand behind `torch.`, `np.` or `numpy.` without being called: constants, and long names of types.
bool isLibraryWord(std::string_view name);

/// The token in single quotes as messages show it: long ones cut short, control characters as `\x01`.
inline std::string quoted(std::string_view token) { return std::string(detail::quoted(token).view()); }

} // namespace einjit::syntax
