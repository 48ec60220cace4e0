// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Characters of programs and einsum strings, and how messages show them.
#pragma once

#include <einjit/detail/MessageText.h>

namespace einjit::detail {

constexpr bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
/// Bytes of UTF-8 sequences count as letters.
constexpr bool isNameStart(char c) { return isLetter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool isNamePart(char c) { return isNameStart(c) || isDigit(c); }

/// Bytes of the character that starts `text`: a whole UTF-8 sequence if it is a valid one, else 1; 0 if empty.
constexpr std::size_t characterLength(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
  if (length > text.size()) return 1;
  for (const char c : text.substr(1, length - 1))
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) return 1;
  return length;
}

/// The token in single quotes: long ones cut short, control characters as `\x01`.
constexpr MessageText quoted(std::string_view token) {
  constexpr std::size_t longest = 40;
  MessageText shown("'");
  for (std::size_t at = 0; at < token.size();) {
    if (at >= longest) {
      shown << "...";
      break;
    }
    const std::size_t length = characterLength(token.substr(at));
    const auto byte = static_cast<unsigned char>(token[at]);
    if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && length == 1))
      (shown << "\\x").hexadecimal(byte, 2);
    else
      shown << token.substr(at, length);
    at += length;
  }
  return shown << '\'';
}

} // namespace einjit::detail
