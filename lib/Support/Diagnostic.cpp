// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Diagnostic.h"
#include "Support/SourceView.h"
#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace einjit {
namespace {

struct KindInfo {
  std::string_view name;
  ErrorCategory category;
};

constexpr auto kinds = std::to_array<KindInfo>({
#define DIAGNOSTIC(Kind, stableName, category) {stableName, ErrorCategory::category},
#include "Support/Diagnostics.def"
#undef DIAGNOSTIC
});

const KindInfo &info(DiagnosticKind kind) { return kinds[static_cast<std::size_t>(kind)]; }

std::string paint(std::string_view text, std::string_view code, bool color) {
  return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

constexpr std::string_view red = "31", redBold = "1;31", cyan = "36";

/// A note or help, each of its lines indented; the first begins with `lead`.
std::string indented(std::string_view lead, std::string_view text) {
  std::string out = fmt::format("\n  {}", lead);
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (begin > 0) out += "\n  ";
    out += printable(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

std::string renderSnippet(const Snippet &snippet, std::string_view gutter, bool color) {
  const std::string blank(gutter.size(), ' ');
  const std::string margin = gutter.empty() ? "" : blank.substr(0, gutter.size() - 2) + "| ";
  std::string out = fmt::format("\n  {}{}", gutter, snippet.line);
  const std::size_t indent = snippet.carets.find('^');
  out += fmt::format("\n  {}{}{}", margin, snippet.carets.substr(0, indent),
                     paint(std::string_view(snippet.carets).substr(indent), red, color));
  for (const std::string &row : snippet.texts) out += fmt::format("\n  {}{}", margin, row);
  return out;
}

/// Of a diagnostic or a report.
template <class Parts>
std::string renderParts(const Parts &parts, const std::vector<Label> &places, std::string_view source, bool color) {
  std::string out = fmt::format("{} {}", paint("error:", redBold, color), printable(parts.message));
  const SourceView view(source);
  const std::vector<Snippet> snippets = view.snippets(places);
  const std::size_t width = snippets.empty() ? 0 : fmt::formatted_size("{}", snippets.back().lineNumber);
  for (const Snippet &snippet : snippets) {
    const std::string gutter = view.lineCount() > 1 ? fmt::format("{:>{}} | ", snippet.lineNumber, width) : "";
    out += renderSnippet(snippet, gutter, color);
  }
  for (const std::string &note : parts.notes) out += indented("", note);
  if (!parts.help.empty()) out += indented(paint("help:", cyan, color) + " ", parts.help);
  return out;
}

ErrorReport asReport(const Diagnostic &from, std::string_view source) {
  ErrorReport report{std::string(name(from.kind)),
                     category(from.kind),
                     from.message,
                     from.labels,
                     from.notes,
                     from.help,
                     from.parts.index,
                     from.parts.operands,
                     from.parts.sizes};
  for (ErrorOperand &operand : report.operands) {
    const auto &[begin, end] = operand.range;
    if (operand.name.empty() && !operand.number && begin < end && end <= source.size())
      operand.name = source.substr(begin, end - begin);
  }
  return report;
}

} // namespace

std::string_view name(DiagnosticKind kind) { return info(kind).name; }
ErrorCategory category(DiagnosticKind kind) { return info(kind).category; }

std::string render(const Diagnostic &diagnostic, std::string_view source, bool color) {
  return renderParts(diagnostic, diagnostic.labels, source, color);
}

std::string render(const Diagnostics &diagnostics, std::string_view source, bool color) {
  std::string out;
  for (const Diagnostic &diagnostic : diagnostics)
    out += fmt::format("{}{}", out.empty() ? "" : "\n\n", render(diagnostic, source, color));
  return out;
}

std::string render(const ErrorReport &report, std::string_view source) {
  return renderParts(report, report.ranges, source, false);
}

Error asError(const Diagnostics &diagnostics, std::string_view source) {
  if (diagnostics.empty()) throw InternalError("an error without a diagnostic");
  std::vector<ErrorReport> reports;
  for (const Diagnostic &diagnostic : diagnostics) reports.push_back(asReport(diagnostic, source));
  return Error(std::move(reports), std::string(source));
}

void throwError(const Diagnostics &diagnostics, std::string_view source) { throw asError(diagnostics, source); }

} // namespace einjit
