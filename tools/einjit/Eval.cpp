// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Commands.h"
#include "Format.h"
#include "Program.h"
#include "Report.h"
#include "Scan.h"
#include <algorithm>
#include <einjit/Npy.h>
#include <fmt/format.h>

namespace einjit::cli {
namespace {

struct Output {
  std::string path;
  std::size_t result; ///< which of the kernel's
};

/// Finds the result that each `-o [NAME=]FILE.npy` means, before anything is run.
std::vector<Output> chooseOutputs(const std::vector<std::string> &texts, const std::vector<Binding> &results) {
  std::vector<Output> outputs;
  for (const std::string &text : texts) {
    const auto [name, path] = splitName(text);
    if (path.empty()) usageError(fmt::format("-o {}: no file is named", text));
    if (name.empty() && results.size() > 1)
      usageError(fmt::format("-o {}: the program has {} results; say -o NAME={}", text, results.size(), path));
    const auto found = std::find_if(results.begin(), results.end(),
                                    [&](const Binding &result) { return name.empty() || result.name == name; });
    if (found == results.end()) usageError(fmt::format("-o {}: no result is named '{}'", text, name));
    outputs.push_back({std::string(path), static_cast<std::size_t>(found - results.begin())});
  }
  return outputs;
}

std::vector<NamedTensor> run(const Kernel &kernel, const std::vector<AnyTensor> &inputs) {
  std::vector<AnyTensor> tensors = kernel.run(std::vector<ConstTensorRef>(inputs.begin(), inputs.end()));
  std::vector<NamedTensor> results;
  for (std::size_t i = 0; i < tensors.size(); ++i) results.push_back({kernel.results()[i].name, std::move(tensors[i])});
  return results;
}

void print(const std::vector<NamedTensor> &results) {
  for (const NamedTensor &result : results) {
    const std::string heading = results.size() > 1 && !result.name.empty() ? result.name + " =\n" : "";
    fmt::print("{}{}\n", heading, format(result.tensor));
  }
}

} // namespace

void eval(const Job &job, const EvalFlags &flags, const Options &options) {
  std::vector<Argument> arguments = parseArguments(job.arguments);
  const Kernel kernel = compileFor(programText(job.program), arguments, options);
  const std::vector<Output> outputs = chooseOutputs(flags.outputs, kernel.results());
  const std::vector<NamedTensor> results = run(kernel, materialise(std::move(arguments)));
  for (const Output &output : outputs) saveNpy(output.path, results[output.result].tensor);
  if (flags.json)
    writeJson(stdout, results);
  else
    print(results);
}

} // namespace einjit::cli
