// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines of a conversation.
#pragma once

#include <optional>
#include <string>

namespace einjit::cli {

/// Reads lines from standard input: with editing and a history where it is a terminal, else as they come.
class LineReader {
public:
  LineReader();
  bool isTerminal() const { return terminal_; }
  /// The next line, without its newline; nothing at the end. The prompt is shown on a terminal only.
  std::optional<std::string> read(const std::string &prompt);
  /// Puts a line where the arrow keys find it.
  void remember(const std::string &line);

private:
  bool terminal_;
};

} // namespace einjit::cli
