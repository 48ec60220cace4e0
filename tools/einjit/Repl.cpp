// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Commands.h"
#include "LineReader.h"
#include "Program.h"
#include "Report.h"
#include "Scan.h"
#include "Session.h"
#include <cstdio>
#include <einjit/Npy.h>
#include <fmt/format.h>

namespace einjit::cli {
namespace {

struct Repl {
  Session session;
  bool terminal = false;
  bool done = false;
};

/// A word and what follows it.
std::pair<std::string, std::string> splitWord(std::string_view text) {
  text = trim(text);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  return {std::string(text.substr(0, end)), std::string(trim(text.substr(end)))};
}

/// The two words that `:load` and `:save` take.
std::pair<std::string, std::string> nameAndFile(std::string_view rest) {
  auto [name, file] = splitWord(rest);
  if (!isName(name) || file.empty()) usageError("expected a variable's name and a file, as in x x.npy");
  return {std::move(name), std::move(file)};
}

void help(Repl &repl, std::string_view rest);

void load(Repl &repl, std::string_view rest) {
  const auto [name, file] = nameAndFile(rest);
  repl.session.assign(name, loadNpy(file));
}

void save(Repl &repl, std::string_view rest) {
  const auto [name, file] = nameAndFile(rest);
  saveNpy(file, repl.session.variable(name));
}

void vars(Repl &repl, std::string_view) {
  for (const auto &[name, value] : repl.session.variables()) fmt::print("{}: {}\n", name, str(value.type()));
}

void showStage(Repl &repl, std::string_view rest) {
  const auto [name, statement] = splitWord(rest);
  const std::optional<Stage> stage = parseStage(name);
  if (!stage) usageError(fmt::format("'{}' is not a stage", name), fmt::format("stages are {}", stageNames()));
  const std::string text = repl.session.show(statement, *stage);
  fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
}

void quit(Repl &repl, std::string_view) { repl.done = true; }

struct Command {
  std::string_view name, arguments, help;
  void (*run)(Repl &, std::string_view rest);
};
constexpr Command commands[] = {
    {":load", "NAME FILE.npy", "reads a file into a variable", load},
    {":save", "NAME FILE.npy", "writes a variable to a file", save},
    {":vars", "", "lists the variables", vars},
    {":show", "STAGE LINE", "prints a stage of the line's compilation", showStage},
    {":help", "", "prints this", help},
    {":quit", "", "ends the session, as the end of input does", quit},
};

void help(Repl &, std::string_view) {
  fmt::print("An expression prints its value:       (x * w.unsqueeze(-1)).sum(dim=1)\n"
             "An assignment keeps it:               y = x + 1\n"
             "An einsum string takes its operands:  bce,bc->be (x, w)\n"
             "A definition is a function:           def f(x, a=2) = a * x + 1\n\n");
  for (const Command &command : commands)
    fmt::print("{:<22}{}\n", fmt::format("{} {}", command.name, command.arguments), command.help);
  fmt::print("\nStages: {}\n", stageNames());
}

void runCommand(Repl &repl, std::string_view line) {
  const auto [name, rest] = splitWord(line);
  for (const Command &command : commands)
    if (command.name == name) return command.run(repl, rest);
  usageError(fmt::format("there is no command {}", name), ":help lists them");
}

void runStatement(Repl &repl, const std::string &statement) {
  const Outcome outcome = repl.session.run(statement);
  if (!outcome.isAssignment) print(outcome.values);
  if (!repl.terminal) return;
  for (const auto &[name, tensor] : outcome.values)
    fmt::print("{}{}{}\n", name, name.empty() ? "" : ": ", str(tensor.type()));
}

/// Runs a line, which goes over several where brackets stay open.
void runLine(Repl &repl, std::string_view line) {
  if (trim(line).starts_with(':')) return runCommand(repl, trim(line));
  for (const std::string &statement : splitStatements(line)) runStatement(repl, statement);
}

/// A line and those that its open brackets ask for.
std::optional<std::string> readLine(LineReader &reader) {
  std::optional<std::string> line = reader.read("einjit> ");
  while (line && openBrackets(*line) > 0 && !trim(*line).starts_with(':')) {
    const std::optional<std::string> more = reader.read("   ...> ");
    if (!more) break;
    *line += "\n" + *more;
  }
  return line;
}

void converse(LineReader &reader, const Options &options, Color color) {
  Repl repl{.session = Session(options), .terminal = true};
  fmt::print("einjit {}; :help says what can be typed, :quit ends\n", EINJIT_VERSION);
  while (!repl.done) {
    const std::optional<std::string> line = readLine(reader);
    if (!line) break;
    if (trim(*line).empty()) continue;
    reader.remember(*line);
    try {
      runLine(repl, *line);
      finishOutput();
    } catch (...) {
      reportCurrentException(color);
    }
  }
}

/// Whether a script needs what only a session has: commands, and einsum strings with operands.
bool isTranscript(const std::vector<std::string> &statements) {
  return std::any_of(statements.begin(), statements.end(), [](const std::string &statement) {
    return statement.starts_with(':') || (holdsArrow(statement) && statement.ends_with(')'));
  });
}

/// A script is one program, compiled as a whole, whose result is printed; or the lines of a session, up to the first
/// error.
void runScript(const std::string &text, const Options &options) {
  const std::vector<std::string> statements = splitStatements(text);
  if (statements.empty()) return;
  if (!isTranscript(statements)) {
    const Kernel kernel = compileFor(text, {}, options);
    requireBound(kernel, 0);
    return print(runKernel(kernel, {}));
  }
  Repl repl{.session = Session(options)};
  for (std::size_t i = 0; i < statements.size() && !repl.done; ++i) {
    runLine(repl, statements[i]);
    finishOutput();
  }
}

} // namespace

void interact(const Options &options, Color color) {
  LineReader reader;
  if (reader.isTerminal())
    converse(reader, options, color);
  else
    runScript(readStandardInput(), options);
}

} // namespace einjit::cli
