// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The little that the command line has to know of a program's text before the library parses it. Everything here
// looks only at code: what stands outside quotes and comments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace einjit::cli {

/// The text with each byte of quoted strings (quotes included) and comments made a space; newlines stay.
std::string codeOnly(std::string_view text);

/// Whether `->` occurs, which makes a text an einsum string.
bool holdsArrow(std::string_view text);

/// Brackets opened less brackets closed; a line with more than none of them goes on.
int openBrackets(std::string_view text);

/// The statements of a text: separated by newlines and `;` outside brackets, trimmed, none of them empty. Comments are
/// left out, but not of commands, whose files may have any name.
std::vector<std::string> splitStatements(std::string_view text);

/// The parts of a text between commas outside brackets, trimmed; none for an empty text.
std::vector<std::string> splitList(std::string_view text);

/// The names in a text, each once: of variables, but of functions, methods and keyword arguments too.
std::vector<std::string> names(std::string_view text);

/// Whether the text is one name: a letter or underscore, then letters, digits and underscores.
bool isName(std::string_view text);

/// The text without white space at either end.
std::string_view trim(std::string_view text);

/// A text split where its first `=` is (`==` is none), if a name stands before that; else all of it is the value.
/// Both parts are trimmed.
struct Named {
  std::string_view name;
  std::string_view value;
};
Named splitName(std::string_view text);

} // namespace einjit::cli
