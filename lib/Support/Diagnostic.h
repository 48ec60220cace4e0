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

using Label = ErrorRange;

/// What an error is about, as data: see ErrorReport.
struct DiagnosticParts {
  std::string index = {};
  std::vector<ErrorOperand> operands = {};
  std::vector<std::int64_t> sizes = {};
};

struct Diagnostic {
  DiagnosticKind kind;
  std::string message;                 ///< one line, without "error:"
  std::vector<Label> labels = {};      ///< empty where the error has no place in the text
  std::vector<std::string> notes = {}; ///< further lines: operands and their shapes
  std::string help = {};               ///< what would mend it; may be empty
  DiagnosticParts parts = {};
};

using Diagnostics = std::vector<Diagnostic>;

/// The diagnostic as shown to the user: message, each source line with carets and label texts under it, notes, help.
/// Columns are counted in code points, so that carets stay under what they mean in UTF-8 text.
std::string render(const Diagnostic &diagnostic, std::string_view source, bool color = false);
std::string render(const Diagnostics &diagnostics, std::string_view source, bool color = false);

/// The diagnostics as the public API gives them. An operand that has a place in the program but no name is called by
/// its text there.
Error asError(const Diagnostics &diagnostics, std::string_view source);
/// Ends a computation at the public API: throws that error.
[[noreturn]] void throwError(const Diagnostics &diagnostics, std::string_view source);

} // namespace einjit
