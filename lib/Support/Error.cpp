// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <einjit/Error.h>

namespace einjit {
namespace {

std::string renderAll(const std::vector<ErrorReport> &reports, std::string_view source) {
  if (reports.empty()) throw InternalError("an error without a report");
  std::string text;
  for (const ErrorReport &report : reports) {
    if (!text.empty()) text += "\n\n";
    text += render(report, source);
  }
  return text;
}

} // namespace

Error::Error(std::vector<ErrorReport> reports, std::string source, std::optional<std::source_location> where)
    : std::runtime_error(renderAll(reports, source)),
      parts_(std::make_shared<const Parts>(std::move(reports), std::move(source), where)) {}

Error::Error(std::string kind, ErrorCategory category, std::string message, std::string help)
    : Error({{.kind = std::move(kind), .category = category, .message = std::move(message), .help = std::move(help)}}) {
}

Error::~Error() = default;

Error Error::at(const std::source_location &where) const {
  if (parts_->where || where.line() == 0) return *this;
  Error located = *this;
  located.parts_ = std::make_shared<const Parts>(parts_->reports, parts_->source, where);
  return located;
}

} // namespace einjit
