// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a user can get wrong, as a text to be shown and as data.
#pragma once

#include <cstdint>
#include <einjit/Export.h>
#include <einjit/Type.h>
#include <memory>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace einjit {

/// What sort of thing went wrong; the value is the exit code of the command-line tools.
enum class ErrorCategory { Runtime = 1, Usage = 2, Shape = 3, Resource = 4 };

/// Bytes [begin, end) of a program's text.
struct SourceRange {
  std::uint32_t begin = 0; ///< its first byte
  std::uint32_t end = 0;   ///< behind its last
  friend bool operator==(const SourceRange &, const SourceRange &) = default;
};

/// A place that has carets in the rendered text, and what stands under them: a size, a shape, or nothing.
struct ErrorRange : SourceRange {
  std::string text = {}; ///< one line, without carets; may be empty
  friend bool operator==(const ErrorRange &, const ErrorRange &) = default;
};

/// A tensor that an error is about.
struct ErrorOperand {
  /// Its place, from 0, among the operands of an einsum string or the inputs of a call; nothing where a program names
  /// it.
  std::optional<std::size_t> number = {};
  /// Whether it is an output of a call, and `number` its place among those.
  bool isOutput = false;
  /// What the program calls it: a name, or the expression that gives it; empty if it has none.
  std::string name = {};
  /// Nothing for a number of the program's text, and for an operand that is missing.
  std::optional<TensorType> type = {};
  /// The type that it should have, where the error is that it has another.
  std::optional<TensorType> expected = {};
  /// The axis that is meant, from 0, if one is.
  std::optional<std::size_t> axis = {};
  /// Where the program says it; empty if it does not.
  SourceRange range = {};

  /// The size of the axis that is meant.
  std::optional<std::int64_t> size() const {
    return type && axis && *axis < type->rank() ? std::optional(type->shape[*axis]) : std::nullopt;
  }
  friend bool operator==(const ErrorOperand &, const ErrorOperand &) = default;
};

/// One error with its parts. What a part holds for each kind of error is said in docs/library.md.
struct ErrorReport {
  /// The stable name of the kind of error, such as `size-mismatch`.
  std::string kind;
  /// What sort of thing went wrong.
  ErrorCategory category = ErrorCategory::Runtime;
  /// One line, without `error:`.
  std::string message;
  /// The places in the program's text, Error::source(); none where the error has no place there.
  std::vector<ErrorRange> ranges = {};
  /// Further lines.
  std::vector<std::string> notes = {};
  /// What would mend it; may be empty.
  std::string help = {};
  /// The index concerned, such as `c` of `bce,bc->be`; empty if it is not one that is concerned.
  std::string index = {};
  /// The tensors concerned, in the order of the text.
  std::vector<ErrorOperand> operands = {};
  /// The numbers that disagree, in the order of the text: sizes of an index, numbers of axes or of operands.
  std::vector<std::int64_t> sizes = {};
  friend bool operator==(const ErrorReport &, const ErrorReport &) = default;
};

/// The report as it is shown to users: its message, each line of `source` that it concerns with carets under the
/// places, notes and help. Several lines, without a newline at the end.
EINJIT_API std::string render(const ErrorReport &report, std::string_view source);

/// A malformed program, shapes that do not fit, a file that cannot be read: one or several reports about one text.
/// `what()` is all of them as they are shown to users. Copies share their parts, cost no allocation and do not throw.
class EINJIT_API Error : public std::runtime_error {
public:
  /// At least one report; their ranges are of `source`. `where` is the call in the user's code, if it is known.
  explicit Error(std::vector<ErrorReport> reports, std::string source = {},
                 std::optional<std::source_location> where = {});
  /// A report without a place in a program's text.
  Error(std::string kind, ErrorCategory category, std::string message, std::string help = {});
  /// A copy, which shares the parts.
  Error(const Error &) noexcept = default;
  /// The same.
  Error &operator=(const Error &) noexcept = default;
  ~Error() override;

  /// In the order in which the text has them; at least one.
  const std::vector<ErrorReport> &reports() const noexcept { return parts_->reports; }
  /// The stable name of the first report's kind, such as `size-mismatch`.
  const std::string &kind() const noexcept { return reports().front().kind; }
  /// What sort of thing the first report says went wrong.
  ErrorCategory category() const noexcept { return reports().front().category; }
  /// The program, which the reports' ranges are of; empty if the error is about none.
  const std::string &source() const noexcept { return parts_->source; }
  /// The call in the user's code that failed, if it is known.
  std::optional<std::source_location> where() const noexcept { return parts_->where; }
  /// The same error, which happened in the call at `where`; a call that is known already stays, and a place without a
  /// line is none.
  Error at(const std::source_location &where) const;

private:
  struct Parts {
    std::vector<ErrorReport> reports;
    std::string source;
    std::optional<std::source_location> where;
  };
  std::shared_ptr<const Parts> parts_;
};

/// A defect of einjit itself: a stage produced something its verifier refuses. Please report it.
class EINJIT_API InternalError : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

} // namespace einjit
