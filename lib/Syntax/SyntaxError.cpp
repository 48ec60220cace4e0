// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Syntax/SyntaxError.h"
#include "Syntax/Parser.h"
#include "Syntax/Token.h"
#include <fmt/format.h>

namespace einjit::syntax {
namespace {

std::size_t skipBlanks(std::string_view text, std::size_t at) {
  while (at < text.size() && isBlank(text[at])) ++at;
  return at;
}

/// The last token before `where`, cut off there; empty if there is none.
std::string_view tokenBefore(std::string_view statement, std::size_t where) {
  const std::string_view before = statement.substr(0, where);
  std::string_view last;
  for (std::size_t at = skipBlanks(before, 0); at < before.size(); at = skipBlanks(before, at + last.size()))
    last = before.substr(at, tokenLength(before.substr(at)));
  return last;
}

/// Names, numbers and strings, as opposed to punctuation.
bool isOperand(std::string_view token) {
  if (token.empty()) return false;
  return isNamePart(token[0]) || token[0] == '\'' || token[0] == '"' ||
         (token[0] == '.' && token.size() > 1 && isDigit(token[1]));
}

bool closesBracket(std::string_view expected) { return expected == "')'" || expected == "']'"; }

std::string message(std::string_view found, std::string_view previous, std::string_view expected) {
  const bool wantsMore = expected == endOfStatement || closesBracket(expected);
  if (previous.empty() || (wantsMore && !isOperand(found))) return fmt::format("unexpected {}", quoted(found));
  const std::string_view separator = closesBracket(expected) ? "',' or " : "";
  return fmt::format("expected {}{} after {}", separator, expected, quoted(previous));
}

/// Whether the text goes on in the line after `at`.
bool lineFollows(std::string_view text, std::size_t at) {
  at = skipBlanks(text, at);
  if (at == text.size() || text[at] != '\n') return false;
  at = skipBlanks(text, at + 1);
  return at < text.size() && text[at] != '\n';
}

std::string help(std::string_view statement, std::string_view found, bool lineFollows) {
  if (looksLikeEinsum(statement))
    return "this looks like an einsum string; inside a program write einsum('bce,bc->be', a, b)";
  if (found == "=") return "'=' stands once, behind the name at the start of a statement or of an argument";
  if (found == "(") return "only a name can be called; '*' multiplies";
  if (found == "\\" || (found.empty() && lineFollows))
    return "a statement goes on in the next line only inside brackets";
  return {};
}

} // namespace

Diagnostic syntaxError(std::string_view text, SourceRange range, std::size_t where, std::string_view expected) {
  const std::string_view statement = text.substr(range.begin, range.end - range.begin);
  const std::size_t at = skipBlanks(statement, where - range.begin);
  const std::string_view found = statement.substr(at, tokenLength(statement.substr(at)));
  const auto begin = static_cast<std::uint32_t>(range.begin + at);
  const auto end = static_cast<std::uint32_t>(begin + found.size());
  return {DiagnosticKind::SyntaxError,
          message(found, tokenBefore(statement, at), expected),
          {{{begin, end}}},
          {},
          help(statement, found, lineFollows(text, range.end))};
}

} // namespace einjit::syntax
