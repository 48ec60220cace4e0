// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A user's error, as a value: what is wrong, where in the user's own text, and what would mend it.
#pragma once

#include "Support/SourceRange.h"
#include <einjit/Error.h>
#include <string>
#include <string_view>
#include <vector>

namespace einjit {

enum class DiagnosticKind {
#define DIAGNOSTIC(Kind, stableName, category) Kind,
#include "Support/Diagnostics.def"
#undef DIAGNOSTIC
};

std::string_view name(DiagnosticKind kind);
ErrorCategory category(DiagnosticKind kind);

/// One place that gets carets, with a short text printed under them (a size, a shape; may be empty).
struct Label {
  SourceRange range;
  std::string text = {};
  friend bool operator==(const Label &, const Label &) = default;
};

struct Diagnostic {
  DiagnosticKind kind;
  std::string message;                 ///< one line, without "error:"
  std::vector<Label> labels = {};      ///< empty where the error has no place in the text
  std::vector<std::string> notes = {}; ///< further lines: operands and their shapes
  std::string help = {};               ///< what would mend it; may be empty
};

using Diagnostics = std::vector<Diagnostic>;

/// The diagnostic as shown to the user: message, each source line with carets and label texts under it, notes, help.
/// Columns are counted in code points, so that carets stay under what they mean in UTF-8 text.
std::string render(const Diagnostic &diagnostic, std::string_view source, bool color = false);
std::string render(const Diagnostics &diagnostics, std::string_view source, bool color = false);

/// Ends a computation at the public API: throws einjit::Error with the rendered text and the first diagnostic's kind.
[[noreturn]] void throwError(const Diagnostics &diagnostics, std::string_view source);

} // namespace einjit
