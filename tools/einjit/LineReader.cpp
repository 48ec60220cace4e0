// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LineReader.h"
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <editline/readline.h>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace einjit::cli {

LineReader::LineReader() : terminal_(isatty(STDIN_FILENO) == 1) {
  if (!terminal_) return;
  // Editing has to know how wide characters are; numbers keep their C form.
  std::setlocale(LC_CTYPE, "");
  using_history();
}

std::optional<std::string> LineReader::read(const std::string &prompt) {
  if (terminal_) {
    struct Free {
      void operator()(char *line) const { std::free(line); }
    };
    const std::unique_ptr<char, Free> line(readline(prompt.c_str()));
    if (!line) return std::nullopt;
    return line.get();
  }
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

void LineReader::remember(const std::string &line) {
  if (terminal_) add_history(line.c_str());
}

} // namespace einjit::cli
