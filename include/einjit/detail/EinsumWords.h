// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What may be wrong with an einsum, in words: the same while compiling C++ and when a string is read at run time.
#pragma once

#include <algorithm>
#include <einjit/detail/Characters.h>

namespace einjit::detail {

/// Most bytes of a program or an einsum string, and most operands of an einsum.
inline constexpr std::size_t maxTextBytes = 64 * 1024, maxEinsumOperands = 1024;

/// What is wrong with the bytes [begin, end) of an einsum string.
struct EinsumComplaint {
  std::size_t begin = 0, end = 0;
  MessageText message = {};
  std::string_view help = {}; ///< may be empty
};

/// The token at `at`, for which the grammar has no use. Dots that make no ellipsis are one token together with the
/// ellipsis right before them.
constexpr EinsumComplaint einsumToken(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("->")) return {at, at + 2};
  if (rest.starts_with("...")) return {at, at + 3};
  if (rest[0] != '.') return {at, at + characterLength(rest)};
  const std::size_t end = text.find_first_not_of('.', at);
  return {text.find_last_not_of('.', at) + 1, std::min(end, text.size())}; // npos + 1 is 0
}

constexpr std::string_view nameOfSpace(char c) {
  return c == '\t' ? "a tab" : c == '\n' ? "a newline" : c == '\r' ? "a carriage return" : "";
}

/// Says what is wrong at `at`, where the grammar stopped, in the output or before it.
constexpr EinsumComplaint einsumSyntax(std::string_view text, std::size_t at, bool inOutput) {
  EinsumComplaint what = einsumToken(text, at);
  const std::string_view token = text.substr(what.begin, what.end - what.begin);
  MessageText &message = what.message;
  if (const std::string_view space = nameOfSpace(token[0]); !space.empty()) {
    message << space << " may not stand in an einsum string";
    what.help = "only the space character may stand between its parts";
  } else if (token == "->") {
    message << "a second '->'";
    what.help = "an einsum string has one output";
  } else if (token == ",") {
    message << "',' in the output";
    what.help = "the output is a single term";
  } else if (token == "...") {
    message << "a second '...' in one " << (inOutput ? "output" : "operand");
  } else if (token[0] == '.') {
    message << quoted(token) << " is not an ellipsis: write '...'";
  } else if (token == "-") {
    message << "'-' must be followed by '>'";
  } else if (token == ">") {
    message << "'>' must follow '-'";
  } else if (token == "\u2192") {
    message << quoted(token) << " is not an arrow: write '->'";
  } else if (token == "\u2026") {
    message << quoted(token) << " is not an ellipsis: write '...'";
  } else {
    message << quoted(token) << " is not an index: indices are letters";
    if (isNameStart(token[0])) what.help = "the letters are a to z and A to Z";
  }
  return what;
}

constexpr MessageText einsumTooLong(std::size_t bytes) {
  return MessageText("the einsum string has ") << bytes << " bytes, more than " << maxTextBytes;
}
constexpr MessageText tooManyEinsumAxes(std::size_t labels, std::size_t limit) {
  return MessageText() << labels << " indices in one term, more than " << limit;
}
constexpr MessageText tooManyEinsumOperands(std::size_t operands) {
  return MessageText() << operands << " operands, more than " << maxEinsumOperands;
}
constexpr MessageText repeatedEinsumOutput(std::string_view label) {
  return MessageText("index ") << quoted(label) << " occurs twice in the output";
}
constexpr MessageText unknownEinsumOutput(std::string_view label) {
  return MessageText("no operand has the index ") << quoted(label) << " of the output";
}
constexpr MessageText wrongEinsumOperandCount(std::size_t terms, std::size_t operands) {
  return MessageText("the einsum string has ")
         << terms << (terms == 1 ? " term, but there " : " terms, but there ") << (operands == 1 ? "is " : "are ")
         << operands << (operands == 1 ? " operand" : " operands");
}
constexpr MessageText wrongEinsumRank(std::size_t operand, std::size_t rank, std::size_t labels) {
  return MessageText("operand ") << operand << " has " << rank << (rank == 1 ? " axis" : " axes")
                                 << ", but its term names " << labels;
}

} // namespace einjit::detail
