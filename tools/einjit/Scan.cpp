// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scan.h"
#include <algorithm>

namespace einjit::cli {
namespace {

bool isNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isNamePart(char c) { return isNameStart(c) || isDigit(c); }
bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
int depthChange(char c) { return c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0; }

/// Where the string or comment that begins at `begin` ends; a string without its closing quote ends with the line.
std::size_t endOfBlank(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  std::size_t at = begin + 1;
  for (; at < text.size() && text[at] != '\n'; ++at) {
    if (quote == '#') continue;
    if (text[at] == quote) return at + 1;
    if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] != '\n') ++at;
  }
  return at;
}

/// The text with each byte of the strings and comments that begin with one of these characters made a space.
std::string blank(std::string_view text, std::string_view openers) {
  std::string result(text);
  for (std::size_t at = 0; at < text.size();) {
    const bool opens = text[at] == '\'' || text[at] == '"' || text[at] == '#';
    const std::size_t end = opens ? endOfBlank(text, at) : at + 1;
    if (opens && openers.find(text[at]) != std::string_view::npos)
      std::fill(result.begin() + static_cast<std::ptrdiff_t>(at), result.begin() + static_cast<std::ptrdiff_t>(end),
                ' ');
    at = end;
  }
  return result;
}

/// Parts of the text between those separators that stand outside brackets, trimmed.
std::vector<std::string> split(std::string_view text, std::string_view separators) {
  const std::string code = codeOnly(text);
  std::vector<std::string> parts;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t at = 0; at <= code.size(); ++at) {
    if (at < code.size()) depth += depthChange(code[at]);
    const bool separates = at == code.size() || (depth <= 0 && separators.find(code[at]) != std::string_view::npos);
    if (!separates) continue;
    parts.emplace_back(trim(text.substr(begin, at - begin)));
    begin = at + 1;
  }
  return parts;
}

} // namespace

std::string codeOnly(std::string_view text) { return blank(text, "'\"#"); }

bool holdsArrow(std::string_view text) { return codeOnly(text).find("->") != std::string::npos; }

int openBrackets(std::string_view text) {
  int depth = 0;
  for (char c : codeOnly(text)) depth += depthChange(c);
  return depth;
}

std::vector<std::string> splitStatements(std::string_view text) {
  std::vector<std::string> statements = split(text, ";\n");
  for (std::string &statement : statements)
    if (!statement.starts_with(':')) statement = trim(blank(statement, "#"));
  std::erase(statements, std::string());
  return statements;
}

std::vector<std::string> splitList(std::string_view text) {
  return trim(text).empty() ? std::vector<std::string>{} : split(text, ",");
}

std::vector<std::string> names(std::string_view text) {
  const std::string code = codeOnly(text);
  std::vector<std::string> found;
  for (std::size_t at = 0; at < code.size(); ++at) {
    if (!isNamePart(code[at])) continue;
    const std::size_t begin = at;
    while (at < code.size() && isNamePart(code[at])) ++at;
    std::string name = code.substr(begin, at - begin);
    // A number's letters (`1e5`) are no name.
    if (isName(name) && std::find(found.begin(), found.end(), name) == found.end()) found.push_back(std::move(name));
  }
  return found;
}

bool isName(std::string_view text) {
  return !text.empty() && isNameStart(text.front()) && std::all_of(text.begin(), text.end(), isNamePart);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
  return text;
}

Named splitName(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = trim(text.substr(0, equals));
  if (equals == std::string_view::npos || !isName(name) || text.substr(equals).starts_with("=="))
    return {{}, trim(text)};
  return {name, trim(text.substr(equals + 1))};
}

} // namespace einjit::cli
