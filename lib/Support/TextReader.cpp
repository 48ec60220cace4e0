// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/TextReader.h"
#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace einjit {
namespace {

constexpr std::string_view whiteSpace = " \t\r\n\v\f";

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isNameCharacter(char c) { return isNameStart(c) || isDigit(c); }

/// Length of the name at the start of `text`. A dot belongs to it only between characters of names, so that `lo..hi`
/// is two names.
std::size_t nameLength(std::string_view text) {
  if (text.empty() || !isNameStart(text[0])) return 0;
  std::size_t length = 1;
  for (; length < text.size(); ++length) {
    const bool dotInside = text[length] == '.' && length + 1 < text.size() && isNameCharacter(text[length + 1]);
    if (!isNameCharacter(text[length]) && !dotInside) break;
  }
  return length;
}

std::size_t digitCount(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), isDigit);
  return static_cast<std::size_t>(end - text.begin());
}

/// Length of the integer, with its sign, at the start of `text`.
std::size_t integerLength(std::string_view text) {
  const std::size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const std::size_t digits = digitCount(text.substr(sign));
  return digits ? sign + digits : 0;
}

bool startsWith(std::string_view text, std::string_view token) {
  if (!text.starts_with(token)) return false;
  if (token.empty() || !isNameCharacter(token.back())) return true;
  return text.size() == token.size() || !isNameCharacter(text[token.size()]);
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(whiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(whiteSpace) - first + 1);
}

} // namespace

std::size_t TextReader::nextToken() const {
  std::size_t at = at_;
  while (at < text_.size()) {
    if (text_[at] == '#')
      at = std::min(text_.find('\n', at), text_.size());
    else if (whiteSpace.find(text_[at]) != std::string_view::npos)
      ++at;
    else
      break;
  }
  return at;
}

std::string_view TextReader::rest() const {
  return failed() ? std::string_view{} : text_.substr(std::min(nextToken(), text_.size()));
}

void TextReader::consume(std::size_t length) { at_ = nextToken() + length; }

bool TextReader::peek(std::string_view token) { return !failed() && startsWith(rest(), token); }

bool TextReader::peekInteger() { return integerLength(rest()) > 0; }

bool TextReader::accept(std::string_view token) {
  if (!peek(token)) return false;
  consume(token.size());
  return true;
}

bool TextReader::expect(std::string_view token) { return accept(token) || fail(fmt::format("expected '{}'", token)); }

std::optional<std::string> TextReader::identifier(std::string_view what) {
  const std::string_view text = rest();
  const std::size_t length = nameLength(text);
  if (length == 0) {
    fail(fmt::format("expected {}", what));
    return std::nullopt;
  }
  consume(length);
  return std::string(text.substr(0, length));
}

std::optional<std::int64_t> TextReader::integer(std::string_view what) {
  std::string_view text = rest();
  text = text.substr(0, integerLength(text));
  if (text.empty()) {
    fail(fmt::format("expected {}", what));
    return std::nullopt;
  }
  const std::string_view digits = text[0] == '+' ? text.substr(1) : text;
  std::int64_t value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{}) {
    const std::uint32_t begin = position();
    fail("this integer does not fit 64 bits", {begin, begin + static_cast<std::uint32_t>(text.size())});
    return std::nullopt;
  }
  consume(text.size());
  return value;
}

std::string TextReader::until(std::string_view stops) {
  std::string_view text = rest();
  text = text.substr(0, text.find_first_of(stops));
  if (!failed()) consume(text.size());
  return std::string(trim(text));
}

std::optional<std::vector<std::int64_t>> TextReader::integerList(std::string_view what) {
  std::vector<std::int64_t> list;
  expect("[");
  if (accept("]")) return list;
  do {
    list.push_back(integer(what).value_or(0));
  } while (accept(","));
  if (!expect("]")) return std::nullopt;
  return list;
}

std::optional<TensorType> TextReader::tensorType() {
  const std::uint32_t begin = position();
  const std::size_t length = nameLength(rest());
  const std::optional<DType> dtype = parseDType(rest().substr(0, length));
  if (!dtype) {
    fail("expected a tensor type, such as f32[2,3]");
    return std::nullopt;
  }
  consume(length);
  TensorType type{*dtype, integerList("an extent").value_or(std::vector<std::int64_t>{}), {}};
  if (accept("strides")) {
    type.strides = integerList("a stride").value_or(std::vector<std::int64_t>{});
    if (type.strides.size() != type.shape.size()) failSince(begin, "there must be as many strides as axes");
  }
  for (std::int64_t extent : type.shape)
    if (extent < 0) failSince(begin, "an extent must not be negative");
  if (failed()) return std::nullopt;
  return type;
}

std::string TextReader::trailingComment() {
  if (failed()) return {};
  const std::size_t hash = text_.find_first_not_of(" \t\r", at_);
  if (hash == std::string_view::npos || text_[hash] != '#') return {};
  at_ = std::min(text_.find('\n', hash), text_.size());
  return std::string(trim(text_.substr(hash + 1, at_ - hash - 1)));
}

bool TextReader::atEnd() { return rest().empty(); }

// Where nothing follows, the place is right behind the last token.
std::uint32_t TextReader::position() {
  const std::size_t next = nextToken();
  return static_cast<std::uint32_t>(next == text_.size() ? std::min(at_, next) : next);
}

bool TextReader::fail(std::string message) {
  const std::string_view text = rest();
  const std::size_t length = std::max({nameLength(text), integerLength(text), std::min<std::size_t>(text.size(), 1)});
  const std::uint32_t begin = position();
  return fail(std::move(message), {begin, begin + static_cast<std::uint32_t>(length)});
}

bool TextReader::fail(std::string message, SourceRange range) {
  if (!failed()) error_ = Diagnostic{DiagnosticKind::StageSyntax, std::move(message), {{range}}};
  return false;
}

bool TextReader::failSince(std::uint32_t begin, std::string message) {
  const auto end = static_cast<std::uint32_t>(at_);
  return begin < end ? fail(std::move(message), {begin, end}) : fail(std::move(message));
}

} // namespace einjit
