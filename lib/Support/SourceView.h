// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A user's text as it is shown in errors: in lines and columns, with carets under the guilty places.
#pragma once

#include "Support/Diagnostic.h"
#include <string>
#include <string_view>
#include <vector>

namespace einjit {

/// `text` fit for a terminal: white space and control characters as one space each, bytes that are not UTF-8 as U+FFFD.
std::string printable(std::string_view text);

/// A line of the source (or a window of a long one) and what stands under it. The columns of all parts agree.
struct Snippet {
  std::size_t lineNumber; ///< from 1
  std::string line;
  std::string carets;             ///< holds at least one
  std::vector<std::string> texts; ///< of the labels, each under its carets
};

class SourceView {
public:
  explicit SourceView(std::string_view source);

  std::size_t lineCount() const { return lines_.size(); }
  /// The lines that have labels, from the first to the last. Ranges are clamped to the text.
  std::vector<Snippet> snippets(const std::vector<Label> &labels) const;

private:
  std::size_t lineOf(std::size_t byte) const;

  struct Line {
    std::size_t begin; ///< byte in the source
    std::string_view text;
  };
  std::string_view source_; ///< without the line ends after the last line
  std::vector<Line> lines_; ///< at least one
};

} // namespace einjit
