// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Syntax/Token.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::syntax {
namespace {

template <class Predicate> std::size_t runLength(std::string_view text, Predicate belongs) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), belongs) - text.begin());
}

bool startsNumber(std::string_view text) {
  return isDigit(text[0]) || (text[0] == '.' && text.size() > 1 && isDigit(text[1]));
}

std::size_t stringLength(std::string_view text) {
  const std::size_t close = text.find(text[0], 1);
  return close == std::string_view::npos ? text.size() : close + 1;
}

} // namespace

std::string_view punctuation(std::string_view text) {
  for (std::string_view token : longPunctuation)
    if (text.starts_with(token)) return text.substr(0, token.size());
  return text.substr(0, 1);
}

std::string_view assignment(std::string_view text) {
  const std::size_t word = runLength(text, isNamePart);
  if (word == 0) return punctuation(text);
  return punctuation(text.substr(word)) == "=" ? text.substr(0, word + 1) : std::string_view();
}

std::size_t tokenLength(std::string_view text) {
  if (text.empty()) return 0;
  if (isNameStart(text[0])) return runLength(text, isNamePart);
  if (startsNumber(text)) return runLength(text, [](char c) { return isNamePart(c) || c == '.'; });
  if (text[0] == '\'' || text[0] == '"') return stringLength(text);
  return punctuation(text).size();
}

bool isLibraryWord(std::string_view name) {
  for (std::string_view word : {"pi", "inf", "nan", "newaxis", "bool", "bfloat16"})
    if (name == word) return true;
  for (std::string_view kind : {"int", "uint", "float", "complex"})
    if (name.size() > kind.size() && name.starts_with(kind))
      return std::all_of(name.begin() + static_cast<std::ptrdiff_t>(kind.size()), name.end(), isDigit);
  return false;
}

} // namespace einjit::syntax
