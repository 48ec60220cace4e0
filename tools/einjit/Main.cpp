// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line: flags and subcommands in, exit code out. See docs/command-line.md.
#include "Arguments.h"
#include "Commands.h"
#include "Report.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace einjit::cli {
namespace {

/// Everything the command line can say.
struct CommandLine {
  Job job;
  Options options;
  Color color = Color::Auto;
  bool noCache = false;
  EvalFlags eval;
  BenchFlags bench;
  SaveFlags save;
  std::string stage;
};

const std::map<std::string, Color> colors = {{"auto", Color::Auto}, {"always", Color::Always}, {"never", Color::Never}};

std::int64_t memoryLimitOf(const std::string &text) {
  if (const auto bytes = parseByteSize(text)) return *bytes;
  usageError(fmt::format("--memory-limit is '{}', which is no number of bytes such as 1000000 or 64KiB", text));
}

void addCommonFlags(CLI::App &app, CommandLine &line) {
  std::map<std::string, DType> dtypes;
  for (DType dtype : allDTypes) dtypes.emplace(name(dtype), dtype);
  const auto one = CLI::MultiOptionPolicy::TakeLast;
  app.add_option("--target", line.options.target, "host, a preset such as haswell, or a target's description")
      ->multi_option_policy(one);
  app.add_option("--threads", line.options.threads, "threads a kernel may use; 0 means all cores")
      ->check(CLI::Range(0, 4096))
      ->multi_option_policy(one);
  app.add_option("--dtype", line.options.dtype, "type of literals that meet no other type, as in f64")
      ->transform(CLI::CheckedTransformer(dtypes).description("TYPE"))
      ->multi_option_policy(one);
  app.add_flag("--strict", line.options.strict, "no broadcasting of a named index of size 1");
  app.add_flag("--exact", line.options.exact, "keep the written order of sums, without multiply-add contraction");
  app.add_option_function<std::string>(
         "--memory-limit", [&line](const std::string &text) { line.options.memoryLimit = memoryLimitOf(text); },
         "most bytes for temporaries: 1000000, 64KiB, 2GiB")
      ->multi_option_policy(one);
  app.add_flag("--no-cache", line.noCache, "compile anew");
  app.add_option("--color", line.color, "color of messages: auto always never")
      ->transform(CLI::CheckedTransformer(colors).description("WHEN"))
      ->multi_option_policy(one);
}

CLI::App *addCommand(CLI::App &app, CommandLine &line, const std::string &name, const std::string &help) {
  CLI::App *command = app.add_subcommand(name, help);
  command->add_option("PROGRAM", line.job.program, "program text, a path ending in .ein, or - for standard input")
      ->required();
  command->add_option("ARG", line.job.arguments, "[NAME=]FILE.npy or [NAME=]DTYPE[d0,d1,...]");
  addCommonFlags(*command, line);
  command->footer(std::string(patternHelp) +
                  "\nWithout names the program is an einsum string and ARGs are its operands.");
  return command;
}

void addCommands(CLI::App &app, CommandLine &line) {
  CLI::App *eval = addCommand(app, line, "eval", "run a program and print its result");
  eval->add_option("-o", line.eval.outputs, "[NAME=]FILE.npy: write a result to a file (repeatable)")
      ->allow_extra_args(false);
  eval->add_flag("--json", line.eval.json, "print shape, dtype and data as JSON");

  CLI::App *show = addCommand(app, line, "show", "print a stage of a program's compilation");
  show->add_option("--stage", line.stage, stageNames() + " all")->required();

  CLI::App *bench = addCommand(app, line, "bench", "time a kernel against what this machine can do");
  bench->add_option("--seconds", line.bench.seconds, "measure for so long")->check(CLI::Range(0.001, 3600.0));
  bench->add_flag("--json", line.bench.json, "print one JSON object");

  CLI::App *save = addCommand(app, line, "save", "compile a program to an object file and a C header");
  save->add_option("-o", line.save.path, "FILE.o: the object file; the header is FILE.h")->required();
  save->add_option("--symbol", line.save.symbol, "name of the function in C; else that of the file");
}

/// Text such as `->` or `-x` would be taken for short flags. The short flags are -o and -h; whatever else begins with
/// one dash gets past CLI11 behind this byte, which no text begins with.
constexpr char textMark = '\x1f';

/// Arguments in the order that CLI11 wants, last first.
std::vector<std::string> markTexts(int argc, char **argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  for (auto argument = arguments.begin(); argument != end; ++argument) {
    const bool flag = argument->starts_with("--") || argument->starts_with("-o") || *argument == "-h";
    if (argument->size() > 1 && argument->front() == '-' && !flag) argument->insert(0, 1, textMark);
  }
  std::reverse(arguments.begin(), arguments.end());
  return arguments;
}

void unmarkTexts(Job &job) {
  if (job.program.starts_with(textMark)) job.program.erase(0, 1);
  for (std::string &argument : job.arguments)
    if (argument.starts_with(textMark)) argument.erase(0, 1);
}

void dispatch(const CLI::App &app, const CommandLine &line) {
  if (app.got_subcommand("eval")) return eval(line.job, line.eval, line.options);
  if (app.got_subcommand("show")) return show(line.job, line.stage, line.options);
  if (app.got_subcommand("bench")) return bench(line.job, line.bench, line.options);
  if (app.got_subcommand("save")) return save(line.job, line.save, line.options);
  interact(line.options, line.color);
}

int run(int argc, char **argv) {
  CommandLine line;
  CLI::App app("einjit compiles tensor expressions. Without a command it reads them from standard input.", "einjit");
  app.set_version_flag("--version", std::string("einjit ") + EINJIT_VERSION);
  app.require_subcommand(0, 1);
  addCommonFlags(app, line);
  addCommands(app, line);
  try {
    line.options = defaultOptions();
    app.parse(markTexts(argc, argv));
    unmarkTexts(line.job);
    if (line.noCache) line.options.cache = false;
    dispatch(app, line);
    finishOutput();
    return 0;
  } catch (const CLI::Success &asked) {
    return app.exit(asked); // --help, --version
  } catch (const CLI::ParseError &error) {
    fmt::print(stderr, "error: {}\n  help: einjit --help and einjit COMMAND --help say more\n", error.what());
    return static_cast<int>(ErrorCategory::Usage);
  } catch (...) {
    return reportCurrentException(line.color);
  }
}

} // namespace
} // namespace einjit::cli

int main(int argc, char **argv) { return einjit::cli::run(argc, argv); }
