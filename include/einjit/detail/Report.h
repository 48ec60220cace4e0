// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How einjit makes compilers report its own errors, see CompileTimeError.h.
#pragma once

#include <einjit/CompileTimeError.h>
#include <einjit/detail/Characters.h>
#include <utility>

namespace einjit::detail {

/// The most characters that compilers show of a string among the arguments of a template.
#ifdef __clang__
inline constexpr std::size_t longestShown = 36;
#else
inline constexpr std::size_t longestShown = MessageText::capacity;
#endif

/// The code point of a UTF-8 sequence, or a byte's value.
constexpr std::size_t codePoint(std::string_view sequence) {
  std::size_t point = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() > 1) point &= 0x7Fu >> sequence.size();
  for (const char c : sequence.substr(1)) point = point << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
  return point;
}

/// The message as compilers show it unharmed: they escape quotes, and show what is not printable ASCII as numbers, if
/// not the whole text.
constexpr MessageText forCompilers(std::string_view message) {
  MessageText result;
  for (std::size_t at = 0, length = 0; at < message.size(); at += length) {
    length = characterLength(message.substr(at));
    const auto byte = static_cast<unsigned char>(message[at]);
    if (byte < 0x20 || byte >= 0x7F)
      (result << "U+").hexadecimal(codePoint(message.substr(at, length)), 4);
    else
      result << (message[at] == '\'' || message[at] == '"' ? '`' : message[at]);
  }
  return result;
}

/// What of `message` can be shown at once: up to a space if it can.
constexpr std::string_view firstPiece(std::string_view message) {
  if (message.size() <= longestShown) return message;
  const std::size_t space = message.rfind(' ', longestShown);
  return message.substr(0, space == std::string_view::npos || space == 0 ? longestShown : space);
}
/// What remains of `message` behind its first pieces and the spaces between them.
constexpr std::string_view behindPieces(std::string_view message, std::size_t pieces) {
  for (; pieces > 0; --pieces) {
    message.remove_prefix(firstPiece(message).size());
    if (message.starts_with(' ')) message.remove_prefix(1);
  }
  return message;
}
constexpr std::size_t pieceCount(std::string_view message) {
  std::size_t count = 1;
  while (!behindPieces(message, count).empty()) ++count;
  return count;
}

template <class Mistake, std::size_t number> constexpr auto messagePiece() {
  constexpr MessageText message = forCompilers(Mistake::message.view());
  constexpr std::size_t length = firstPiece(behindPieces(message.view(), number)).size();
  FixedString<length + 1> piece;
  for (std::size_t i = 0; i < length; ++i) piece.text[i] = behindPieces(message.view(), number)[i];
  piece.text[length] = 0; // it is 0, but clang shows no text of an array whose end was never written
  return piece;
}

/// Makes the compiler report an error whose first line shows `Mistake::message`, a MessageText.
template <class Mistake, std::size_t... number> constexpr void report(std::index_sequence<number...>) {
  static_cast<void>(sizeof(CompileTimeError<messagePiece<Mistake, number>()...>));
}
template <class Mistake>
using MessagePieces = std::make_index_sequence<pieceCount(forCompilers(Mistake::message.view()).view())>;

/// The same of a class, as its base.
template <class Mistake, class Pieces = MessagePieces<Mistake>> struct Reported;
template <class Mistake, std::size_t... number>
struct Reported<Mistake, std::index_sequence<number...>> : CompileTimeError<messagePiece<Mistake, number>()...> {};

} // namespace einjit::detail
