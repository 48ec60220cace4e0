// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <einjit/Export.h>
#include <stdexcept>
#include <string>

namespace einjit {

/// What sort of thing went wrong; the value is the exit code of the command-line tools.
enum class ErrorCategory { Runtime = 1, Usage = 2, Shape = 3, Resource = 4 };

/// An error of the user's: a malformed program, shapes that do not fit, a file that cannot be read.
/// `what()` is the rendered diagnostic, carets included, ready to be shown.
class EINJIT_API Error : public std::runtime_error {
public:
  /// `rendered` is what `what()` gives.
  Error(const std::string &rendered, std::string kind, ErrorCategory category)
      : std::runtime_error(rendered), kind_(std::move(kind)), category_(category) {}
  /// The stable name of the kind of error, such as `size-mismatch`.
  const std::string &kind() const noexcept { return kind_; }
  /// What sort of thing went wrong.
  ErrorCategory category() const noexcept { return category_; }

private:
  std::string kind_;
  ErrorCategory category_;
};

/// A defect of einjit itself: a stage produced something its verifier refuses. Please report it.
class EINJIT_API InternalError : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

} // namespace einjit
