// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Commands.h"
#include "Program.h"
#include "Report.h"
#include <cstdio>
#include <fmt/format.h>

namespace einjit::cli {
namespace {

void printText(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  std::fwrite(text.data(), 1, text.size(), stdout);
}

} // namespace

std::string stageNames() {
  std::string names;
  for (Stage stage : allStages) names += fmt::format("{}{}", names.empty() ? "" : " ", name(stage));
  return names;
}

void show(const Job &job, const std::string &stage, const Options &options) {
  const std::optional<Stage> one = parseStage(stage);
  if (!one && stage != "all")
    usageError(fmt::format("'{}' is not a stage", stage), fmt::format("stages are {} all", stageNames()));
  const std::vector<Argument> arguments = parseArguments(job.arguments);
  const Kernel kernel = compileFor(programText(job.program), arguments, options);
  if (one) return printText(kernel.text(*one));
  for (Stage each : allStages) {
    if (each == Stage::Dot) continue; // no station on the way to the kernel
    fmt::print("== {} ==\n", name(each));
    printText(kernel.text(each));
  }
}

} // namespace einjit::cli
