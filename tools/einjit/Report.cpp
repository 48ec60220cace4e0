// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Report.h"
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <einjit/Error.h>
#include <fmt/format.h>
#include <new>
#include <string_view>
#include <unistd.h>

namespace einjit::cli {
namespace {

constexpr std::string_view redBold = "1;31", red = "31", cyan = "36";

std::string paint(std::string_view text, std::string_view code) { return fmt::format("\x1b[{}m{}\x1b[0m", code, text); }

/// The library's messages come unpainted: `error:` and `help:` lead their lines, carets have lines of their own.
std::string paintLine(std::string_view line) {
  for (const auto &[lead, code] :
       {std::pair{std::string_view("error:"), redBold}, {"internal error:", redBold}, {"  help:", cyan}})
    if (line.starts_with(lead)) return paint(lead, code) + std::string(line.substr(lead.size()));
  const bool carets =
      line.find('^') != std::string_view::npos && line.find_first_not_of(" |^~") == std::string_view::npos;
  return carets ? paint(line, red) : std::string(line);
}

void say(std::string_view message, Color color) {
  const bool painted = wantsColor(color);
  while (message.ends_with('\n')) message.remove_suffix(1);
  std::string text;
  for (std::size_t begin = 0; begin <= message.size();) {
    const std::size_t end = std::min(message.find('\n', begin), message.size());
    const std::string_view line = message.substr(begin, end - begin);
    text += (painted ? paintLine(line) : std::string(line)) + '\n';
    begin = end + 1;
  }
  std::fwrite(text.data(), 1, text.size(), stderr);
}

int sayDefect(const std::string &what, Color color) {
  say(fmt::format("internal error: {}\n  this is a defect of einjit; please report it with the program that led to it",
                  what),
      color);
  return internalErrorCode;
}

} // namespace

bool wantsColor(Color color) {
  if (color != Color::Auto) return color == Color::Always;
  const char *noColor = std::getenv("NO_COLOR");
  const char *terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && !(noColor && *noColor) && terminal && std::strcmp(terminal, "dumb") != 0;
}

int reportCurrentException(Color color) {
  // Messages come after the results that precede them.
  std::fflush(stdout);
  try {
    throw;
  } catch (const Error &error) {
    say(error.what(), color);
    return static_cast<int>(error.category());
  } catch (const std::bad_alloc &) {
    say("error: out of memory", color);
    return static_cast<int>(ErrorCategory::Runtime);
  } catch (const std::exception &defect) {
    return sayDefect(defect.what(), color);
  } catch (...) {
    return sayDefect("an exception of unknown type", color);
  }
}

void usageError(const std::string &message, const std::string &help) {
  throw Error("bad-arguments", ErrorCategory::Usage, message, help);
}

void fileError(const std::string &path, const std::string &message) {
  throw Error("file-error", ErrorCategory::Runtime, fmt::format("{}: {}", path, message));
}

void finishOutput() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) fileError("standard output", std::strerror(errno));
}

} // namespace einjit::cli
