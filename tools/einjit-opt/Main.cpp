// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// einjit-opt: the text of any stage in, the text of a later stage out. For whoever works on the compiler, so it sees
// the stages themselves, not only the public API. See docs/einjit-opt.md.
#include "../einjit/Arguments.h"
#include "../einjit/Format.h"
#include "../einjit/Report.h"
#include "Stages.h"
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <iterator>

namespace einjit::opt {
namespace {

std::string readText(const std::string &path) {
  if (path == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream file(path);
  if (!file) cli::fileError(path, "cannot be read");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) cli::fileError(path, "cannot be read");
  return text;
}

struct CommandLine {
  Request request;
  std::string file = "-", schedule;
  std::vector<std::string> arguments;
  bool interpret = false;
};

void addFlags(CLI::App &app, CommandLine &line) {
  app.add_option("FILE", line.file, "text of a program, an einsum string, tensor IR or loop IR; - for standard input");
  app.add_option("ARG", line.arguments,
                 "[NAME=]FILE.npy or [NAME=]DTYPE[d0,d1,...]: inputs of a program, or of --interpret");
  app.add_option("--to", line.request.to, "stage to print: " + stageNames() + " (default: the stage of the input)");
  app.add_option("--pass", line.request.passes, "passes over the tensor IR to run instead of all, separated by commas")
      ->delimiter(',');
  app.add_option("--schedule", line.schedule, "file with the schedule to use instead of the planner's");
  app.add_option("--target", line.request.options.target, "host, a preset such as haswell, or a target's description");
  app.add_option("--threads", line.request.options.threads, "threads a kernel may use");
  app.add_flag("--strict", line.request.options.strict, "no broadcasting of a named index of size 1");
  app.add_flag("--exact", line.request.options.exact, "keep the written order of sums");
  app.add_flag("--interpret", line.interpret, "run the stage's interpreter and print the results");
  app.footer("Passes:\n" + passHelp() + "\n" + std::string(cli::patternHelp));
}

int run(int argc, char **argv) {
  CommandLine line;
  CLI::App app("einjit-opt turns the text of one stage into the text of a later one.", "einjit-opt");
  addFlags(app, line);
  try {
    app.parse(argc, argv);
    line.request.text = readText(line.file);
    if (!line.schedule.empty()) line.request.schedule = readText(line.schedule);
    std::vector<cli::Argument> arguments = cli::parseArguments(line.arguments);
    for (std::size_t i = 0; i < arguments.size(); ++i)
      line.request.inputs.push_back({arguments[i].name, cli::typeOf(arguments[i]), cli::valueOf(arguments[i], i)});
    const Outcome outcome = transform(line.request);
    if (!line.interpret) {
      std::cout << outcome.text;
    } else {
      std::vector<AnyTensor> inputs = cli::materialise(std::move(arguments));
      for (std::size_t i = inputs.size(); i < outcome.inputTypes.size(); ++i)
        inputs.push_back(cli::patterned(outcome.inputTypes[i], i));
      for (const AnyTensor &result : interpret(outcome, inputs)) std::cout << cli::format(result) << "\n";
    }
    cli::finishOutput();
    return 0;
  } catch (const CLI::Success &asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError &error) {
    fmt::print(stderr, "error: {}\n  help: einjit-opt --help says more\n", error.what());
    return static_cast<int>(ErrorCategory::Usage);
  } catch (...) {
    return cli::reportCurrentException(cli::Color::Auto);
  }
}

} // namespace
} // namespace einjit::opt

int main(int argc, char **argv) { return einjit::opt::run(argc, argv); }
