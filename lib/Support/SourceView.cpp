// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/SourceView.h"
#include <algorithm>
#include <utility>

namespace einjit {
namespace {

/// Widest source line shown whole.
constexpr std::size_t lineLimit = 100;
/// Labels of a long line share a window if they fit in it together; what is left of lineLimit shows around them.
constexpr std::size_t spanLimit = 80;

/// Bytes of the well-formed UTF-8 code point at the start of `text`, or 0 (Unicode 15, table 3-7).
std::size_t codePointLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool overlong = first == 0xe0 && second < 0xa0, surrogate = first == 0xed && second > 0x9f;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && second < 0x90, tooLarge = first == 0xf4 && second > 0x8f;
    return continues(1) && continues(2) && continues(3) && !overlong && !tooLarge ? 4 : 0;
  }
  return 0;
}

/// What takes one column: a code point or an invalid byte.
struct Cell {
  std::size_t begin; ///< byte in the text
  std::string shown;
};

std::vector<Cell> cellsOf(std::string_view text) {
  std::vector<Cell> cells;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = codePointLength(text.substr(at));
    const auto byte = static_cast<unsigned char>(text[at]);
    if (length == 0)
      cells.push_back({at, "\xef\xbf\xbd"});
    else if (byte < 0x20 || byte == 0x7f)
      cells.push_back({at, " "});
    else
      cells.push_back({at, std::string(text.substr(at, length))});
    at += std::max<std::size_t>(length, 1);
  }
  return cells;
}

std::string shown(const std::vector<Cell> &cells, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t column = begin; column < end; ++column) text += cells[column].shown;
  return text;
}

/// A label in columns of its line.
struct Mark {
  std::size_t begin, end; ///< begin < end; one past the line's last column is allowed
  std::string text;       ///< printable
  std::size_t width;      ///< of the text, in columns
};

/// The mark of a label on bytes [begin, end) of a line; a range that starts inside a code point starts at its column.
Mark markOf(const std::vector<Cell> &cells, std::size_t lineSize, SourceRange range, const std::string &text) {
  const auto cellsBefore = [&](std::size_t byte) {
    const auto behind =
        std::partition_point(cells.begin(), cells.end(), [&](const Cell &cell) { return cell.begin < byte; });
    return static_cast<std::size_t>(behind - cells.begin());
  };
  const std::size_t begin = range.begin >= lineSize ? cells.size() : cellsBefore(range.begin + std::size_t{1}) - 1;
  return {begin, std::max(cellsBefore(range.end), begin + 1), printable(text), cellsOf(text).size()};
}

/// Puts each text at its mark's column on the first row where it does not touch another.
std::vector<std::string> layOutTexts(const std::vector<Mark> &marks) {
  struct Row {
    std::string text;
    std::size_t width = 0;
  };
  std::vector<Row> rows;
  for (const Mark &mark : marks) {
    if (mark.text.empty()) continue;
    auto row = std::find_if(rows.begin(), rows.end(), [&](const Row &r) { return r.width < mark.begin; });
    if (row == rows.end()) row = rows.insert(rows.end(), Row{});
    row->text += std::string(mark.begin - row->width, ' ') + mark.text;
    row->width = mark.begin + mark.width;
  }
  std::vector<std::string> texts;
  for (Row &row : rows) texts.push_back(std::move(row.text));
  return texts;
}

/// First column of the window of lineLimit columns that has the marks in its middle.
std::size_t windowBegin(std::size_t columns, std::size_t marksBegin, std::size_t marksEnd) {
  if (columns <= lineLimit) return 0;
  const std::size_t span = std::min(marksEnd - marksBegin, spanLimit);
  const std::size_t before = (lineLimit - span) / 2;
  return std::min(marksBegin - std::min(marksBegin, before), columns - lineLimit);
}

/// Shows `cells` with `marks`, which must not be empty and are sorted by where they begin.
Snippet makeSnippet(std::size_t lineNumber, const std::vector<Cell> &cells, std::vector<Mark> marks) {
  std::size_t marksEnd = 0;
  for (const Mark &mark : marks) marksEnd = std::max(marksEnd, mark.end);
  const std::size_t begin = windowBegin(cells.size(), marks.front().begin, marksEnd);
  const std::size_t end = std::min(begin + lineLimit, cells.size());
  const bool cutBefore = begin > 0, cutBehind = end < cells.size();

  Snippet snippet{lineNumber, {}, {}, {}};
  snippet.line = (cutBefore ? "…" : "") + shown(cells, begin + cutBefore, end - cutBehind) + (cutBehind ? "…" : "");
  snippet.line.erase(snippet.line.find_last_not_of(' ') + 1);
  for (Mark &mark : marks) {
    mark.begin -= begin;
    mark.end = std::max(std::min(mark.end - begin, cutBehind ? lineLimit : mark.end), mark.begin + 1);
    snippet.carets.resize(std::max(snippet.carets.size(), mark.end), ' ');
    std::fill_n(snippet.carets.begin() + static_cast<std::ptrdiff_t>(mark.begin), mark.end - mark.begin, '^');
  }
  snippet.texts = layOutTexts(marks);
  return snippet;
}

/// The marks of one line, sorted by where they begin, in groups that fit a window each.
std::vector<std::vector<Mark>> groupMarks(std::vector<Mark> marks, std::size_t columns) {
  std::vector<std::vector<Mark>> groups;
  for (Mark &mark : marks) {
    const bool fits = !groups.empty() && (columns <= lineLimit || mark.end - groups.back().front().begin <= spanLimit);
    if (!fits) groups.emplace_back();
    groups.back().push_back(std::move(mark));
  }
  return groups;
}

} // namespace

std::string printable(std::string_view text) {
  const std::vector<Cell> cells = cellsOf(text);
  return shown(cells, 0, cells.size());
}

SourceView::SourceView(std::string_view source) : source_(source.substr(0, source.find_last_not_of("\r\n") + 1)) {
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(source_.find('\n', begin), source_.size());
    std::string_view text = source_.substr(begin, end - begin);
    if (text.ends_with('\r')) text.remove_suffix(1);
    lines_.push_back({begin, text});
    if (end == source_.size()) break;
    begin = end + 1;
  }
}

std::size_t SourceView::lineOf(std::size_t byte) const {
  const auto behind =
      std::partition_point(lines_.begin(), lines_.end(), [&](const Line &line) { return line.begin <= byte; });
  return static_cast<std::size_t>(behind - lines_.begin()) - 1;
}

std::vector<Snippet> SourceView::snippets(const std::vector<Label> &labels) const {
  if (source_.empty()) return {};
  std::vector<std::vector<const Label *>> byLine(lines_.size());
  for (const Label &label : labels)
    byLine[lineOf(std::min<std::size_t>(label.begin, source_.size()))].push_back(&label);

  std::vector<Snippet> snippets;
  for (std::size_t number = 0; number < lines_.size(); ++number) {
    if (byLine[number].empty()) continue;
    const Line &line = lines_[number];
    const std::vector<Cell> cells = cellsOf(line.text);
    const auto inLine = [&](std::size_t byte) {
      return static_cast<std::uint32_t>(std::clamp(byte, line.begin, line.begin + line.text.size()) - line.begin);
    };
    std::sort(byLine[number].begin(), byLine[number].end(),
              [](const Label *a, const Label *b) { return std::pair(a->begin, a) < std::pair(b->begin, b); });
    std::vector<Mark> marks;
    for (const Label *label : byLine[number]) {
      const SourceRange range{inLine(label->begin), inLine(label->end)};
      marks.push_back(markOf(cells, line.text.size(), range, label->text));
    }
    for (std::vector<Mark> &group : groupMarks(std::move(marks), cells.size()))
      snippets.push_back(makeSnippet(number + 1, cells, std::move(group)));
  }
  return snippets;
}

} // namespace einjit
