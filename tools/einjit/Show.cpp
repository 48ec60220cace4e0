// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Commands.h"
#include "Program.h"
#include "Report.h"
#include <cstdio>
#include <fmt/format.h>

namespace einjit::cli {
namespace {

struct StageName {
  std::string_view name;
  Stage stage;
  bool inAll; ///< whether it is a station on the way to the kernel
};

constexpr StageName stages[] = {
    {"source", Stage::Source, true},     {"ast", Stage::Ast, true},
    {"tensor", Stage::Tensor, true},     {"tensor-opt", Stage::TensorOpt, true},
    {"schedule", Stage::Schedule, true}, {"loop", Stage::Loop, true},
    {"llvm", Stage::Llvm, true},         {"llvm-opt", Stage::LlvmOpt, true},
    {"asm", Stage::Assembly, true},      {"dot", Stage::Dot, false},
};

void printText(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  std::fwrite(text.data(), 1, text.size(), stdout);
}

} // namespace

std::optional<Stage> parseStage(std::string_view name) {
  for (const StageName &stage : stages)
    if (stage.name == name) return stage.stage;
  return std::nullopt;
}

std::string stageNames() {
  std::string names;
  for (const StageName &stage : stages) names += fmt::format("{}{}", names.empty() ? "" : " ", stage.name);
  return names;
}

void show(const Job &job, const std::string &stage, const Options &options) {
  const std::optional<Stage> one = parseStage(stage);
  if (!one && stage != "all")
    usageError(fmt::format("'{}' is not a stage", stage), fmt::format("stages are {} all", stageNames()));
  const std::vector<Argument> arguments = parseArguments(job.arguments);
  const Kernel kernel = compileFor(programText(job.program), arguments, options);
  if (one) return printText(kernel.text(*one));
  for (const auto &[name, each, inAll] : stages) {
    if (!inAll) continue;
    fmt::print("== {} ==\n", name);
    printText(kernel.text(each));
  }
}

} // namespace einjit::cli
