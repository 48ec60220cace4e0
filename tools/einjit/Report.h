// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the program tells that something went wrong: a message on standard error, and the exit code.
#pragma once

#include <string>

namespace einjit::cli {

enum class Color { Auto, Always, Never };

/// Exit code for a defect of einjit itself; the codes of a user's errors are those of ErrorCategory.
inline constexpr int internalErrorCode = 4;

/// Whether messages on standard error are painted. `Auto`: on a terminal that can, unless NO_COLOR is set.
bool wantsColor(Color color);

/// Says on standard error what the exception that is being handled has to say, and returns the exit code for it.
int reportCurrentException(Color color);

/// Throws an einjit::Error of kind `bad-arguments`, which exits with 2. The message is one line.
[[noreturn]] void usageError(const std::string &message, const std::string &help = {});

/// Throws an einjit::Error of kind `file-error`, which exits with 1. `path` names the file.
[[noreturn]] void fileError(const std::string &path, const std::string &message);

/// Flushes standard output; throws if anything written to it was lost.
void finishOutput();

} // namespace einjit::cli
