// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Commands.h"
#include "Program.h"
#include "Report.h"
#include "Scan.h"
#include <algorithm>
#include <einjit/Npy.h>
#include <fmt/format.h>

namespace einjit::cli {
namespace {

/// `-o [NAME=]FILE.npy`.
struct Output {
  std::string name; ///< empty for the program's one result
  std::string path;
};

std::vector<Output> parseOutputs(const std::vector<std::string> &texts) {
  std::vector<Output> outputs;
  for (const std::string &text : texts) {
    const auto [name, path] = splitName(text);
    if (path.empty()) usageError(fmt::format("-o {}: no file is named", text));
    if (!outputs.empty() && outputs.front().name.empty() != name.empty())
      usageError("either each -o names a result, as in -o y=y.npy, or none does");
    outputs.push_back({std::string(name), std::string(path)});
  }
  return outputs;
}

/// The names that the program has to return, each once; none where its last statement is the result.
std::vector<std::string> resultNames(const std::vector<Output> &outputs) {
  std::vector<std::string> names;
  for (const Output &output : outputs)
    if (!output.name.empty() && std::find(names.begin(), names.end(), output.name) == names.end())
      names.push_back(output.name);
  return names;
}

/// The kernel's result that each output means, before anything is run.
std::vector<std::size_t> findResults(const std::vector<Output> &outputs, const std::vector<Binding> &results) {
  std::vector<std::size_t> found;
  for (const auto &[name, path] : outputs) {
    const auto isMeant = [&](const Binding &result) { return name.empty() || result.name == name; };
    const auto result = std::find_if(results.begin(), results.end(), isMeant);
    if (result == results.end()) usageError(fmt::format("-o {}={}: no result has this name", name, path));
    found.push_back(static_cast<std::size_t>(result - results.begin()));
  }
  return found;
}

} // namespace

void eval(const Job &job, const EvalFlags &flags, Options options) {
  const std::vector<Output> outputs = parseOutputs(flags.outputs);
  options.results = resultNames(outputs);
  std::vector<Argument> arguments = parseArguments(job.arguments);
  const Kernel kernel = compileFor(programText(job.program), arguments, options);
  requireBound(kernel, arguments.size());
  const std::vector<std::size_t> outputResults = findResults(outputs, kernel.results());

  const std::vector<NamedTensor> results = runKernel(kernel, materialise(std::move(arguments)));
  for (std::size_t i = 0; i < outputs.size(); ++i) saveNpy(outputs[i].path, results[outputResults[i]].tensor);
  if (flags.json)
    writeJson(stdout, results);
  else
    print(results);
}

} // namespace einjit::cli
