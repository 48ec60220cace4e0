// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cursor over the text of an intermediate stage, for the hand-written readers of those texts. It skips white space
// and `#` comments between tokens. The first error wins; after it every read fails, so that a reader may check once
// at the end of a construct.
#pragma once

#include "Support/Result.h"
#include <cstdint>
#include <einjit/Type.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace einjit {

class TextReader {
public:
  explicit TextReader(std::string_view text) : text_(text) {}

  /// Consumes `token` if it is next. A token that ends in a letter or digit must not be followed by another.
  bool accept(std::string_view token);
  /// Whether `token` is next; consumes nothing.
  bool peek(std::string_view token);
  /// Whether integer() would find one.
  bool peekInteger();
  /// Consumes `token` or fails with "expected 'token'".
  bool expect(std::string_view token);
  /// A name: letter or underscore, then letters, digits, underscores, and dots between them (`lo..hi` is two names).
  /// Fails with "expected <what>".
  std::optional<std::string> identifier(std::string_view what = "a name");
  /// A decimal integer with optional sign.
  std::optional<std::int64_t> integer(std::string_view what = "an integer");
  /// Anything up to one of the characters `stops` (or the end), trimmed; for number texts that another function reads.
  std::string until(std::string_view stops);
  /// `[3,1]` or `[]`.
  std::optional<std::vector<std::int64_t>> integerList(std::string_view what = "an integer");
  /// `f32[2,3]`, with ` strides [3,1]` if it follows.
  std::optional<TensorType> tensorType();
  /// The comment that ends the current line, without `#`; empty if there is none. Consumes it.
  std::string trailingComment();

  /// Whether nothing is left to read, which is also so after a failure.
  bool atEnd();
  bool failed() const { return error_.has_value(); }
  /// Records an error at the current position (or at `range`), unless one is recorded already. Always false.
  bool fail(std::string message);
  bool fail(std::string message, SourceRange range);
  /// The same from byte `begin` to the end of the last token read.
  bool failSince(std::uint32_t begin, std::string message);
  std::uint32_t position();
  Diagnostic error() const { return *error_; }

private:
  /// Where the next token starts; white space and comments before it are not consumed until it is.
  std::size_t nextToken() const;
  /// The text from the next token on; empty after a failure.
  std::string_view rest() const;
  /// Moves behind the next `length` characters of rest().
  void consume(std::size_t length);

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<Diagnostic> error_;
};

} // namespace einjit
