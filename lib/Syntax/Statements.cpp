// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Syntax/Statements.h"
#include "Syntax/Parser.h"
#include "Syntax/Token.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::syntax {
namespace {

SourceRange rangeOf(std::size_t begin, std::size_t end) {
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

// Pasted text has these; as letters of names, which other characters beyond ASCII are, they could not be seen.
constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view noBreakSpace = "\xC2\xA0";

class Splitter {
public:
  explicit Splitter(std::string_view source) : source_(source) { result_.text = source; }

  Statements run() && {
    while (at_ < source_.size()) step();
    if (!open_.empty()) fault(fmt::format("'{}' is never closed", source_[open_.back()]), {{byteAt(open_.back())}});
    endStatement();
    return std::move(result_);
  }

private:
  void step() {
    for (std::string_view invisible : {byteOrderMark, noBreakSpace})
      if (source_.substr(at_).starts_with(invisible)) return blankUntil(at_ + invisible.size());
    switch (source_[at_]) {
    case '#': blankUntil(source_.find('\n', at_)); return;
    case '\'':
    case '"': passString(); return;
    case '(':
    case '[': openBracket(); break;
    case ')': closeBracket('('); break;
    case ']': closeBracket('['); break;
    case '\n':
      if (open_.empty())
        endStatement();
      else
        result_.text[at_] = ' ';
      break;
    case ';':
      if (open_.empty()) endStatement();
      break;
    default: break;
    }
    ++at_;
  }

  void blankUntil(std::size_t end) {
    for (end = std::min(end, source_.size()); at_ < end; ++at_) result_.text[at_] = ' ';
  }

  /// A string that is not closed has swallowed what closes the brackets before it on its line.
  void passString() {
    const std::size_t lineEnd = std::min(source_.find('\n', at_), source_.size());
    const std::size_t close = source_.substr(0, lineEnd).find(source_[at_], at_ + 1);
    if (close == std::string_view::npos) {
      fault("the string is not closed", {{rangeOf(at_, lineEnd)}}, "a string ends on the line it starts on");
      const std::size_t lineBegin = source_.rfind('\n', at_) + 1; // npos + 1 is 0
      while (!open_.empty() && open_.back() >= lineBegin) open_.pop_back();
    }
    at_ = close == std::string_view::npos ? lineEnd : close + 1;
  }

  void openBracket() {
    open_.push_back(at_);
    if (open_.size() > maxNesting)
      fault(fmt::format("brackets are nested more than {} deep", maxNesting), {{byteAt(at_)}}, {},
            DiagnosticKind::NestingTooDeep);
  }

  /// After a closing bracket of the wrong kind the nearest opening one of its kind, if there is any, is taken for the
  /// one that was meant, so that the statement's end is still found.
  void closeBracket(char opening) {
    const char closing = source_[at_];
    if (open_.empty()) return fault(fmt::format("'{}' closes nothing", closing), {{byteAt(at_)}});
    if (source_[open_.back()] != opening) {
      fault(fmt::format("'{}' does not close '{}'", closing, source_[open_.back()]),
            {{byteAt(at_)}, {byteAt(open_.back()), "opened here"}});
      const auto meant =
          std::find_if(open_.rbegin(), open_.rend(), [&](std::size_t at) { return source_[at] == opening; });
      if (meant != open_.rend()) open_.erase(meant.base(), open_.end());
    }
    open_.pop_back();
  }

  void endStatement() {
    std::size_t begin = begin_, end = at_;
    while (begin < end && isBlank(result_.text[begin])) ++begin;
    while (begin < end && isBlank(result_.text[end - 1])) --end;
    if (begin < end && !faulty_) result_.ranges.push_back(rangeOf(begin, end));
    begin_ = at_ + 1;
    faulty_ = false;
  }

  /// What follows the first error of this kind in a statement is guesswork, so there is only one for each.
  void fault(std::string message, std::vector<Label> labels, std::string help = {},
             DiagnosticKind kind = DiagnosticKind::SyntaxError) {
    if (!faulty_) result_.errors.push_back({kind, std::move(message), std::move(labels), {}, std::move(help)});
    faulty_ = true;
  }

  static SourceRange byteAt(std::size_t at) { return rangeOf(at, at + 1); }

  std::string_view source_;
  Statements result_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;         // of the current statement
  std::vector<std::size_t> open_; // places of the brackets not yet closed
  bool faulty_ = false;           // the current statement has an error
};

} // namespace

Statements splitStatements(std::string_view source) { return Splitter(source).run(); }

} // namespace einjit::syntax

namespace einjit {

bool looksLikeEinsum(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\'' || text[at] == '"') {
      const char ends[] = {text[at], '\n'};
      at = text.find_first_of({ends, 2}, at + 1);
    } else if (text[at] == '#') {
      at = text.find('\n', at);
    } else if (text.substr(at).starts_with("->")) {
      return true;
    }
    if (at != std::string_view::npos) ++at;
  }
  return false;
}

} // namespace einjit
