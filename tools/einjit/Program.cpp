// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"
#include "Report.h"
#include "Scan.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <sys/stat.h>

namespace einjit::cli {
namespace {

/// Programs are at most 64 KiB; the library says so of anything longer, if it gets to see that it is longer.
constexpr std::size_t maxRead = 1 << 20;

std::string readAll(std::FILE *file, const std::string &path) {
  std::string text(maxRead, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  if (std::ferror(file)) fileError(path, std::strerror(errno));
  return text;
}

std::string readFile(const std::string &path) {
  struct Close {
    void operator()(std::FILE *file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) fileError(path, std::strerror(errno));
  return readAll(file.get(), path);
}

/// A file's last newline is no part of an einsum string, in which it would be an error.
std::string_view withoutLastNewline(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

} // namespace

std::string readStandardInput() { return readAll(stdin, "standard input"); }

std::string programText(const std::string &program) {
  if (program == "-") return readStandardInput();
  return program.ends_with(".ein") ? readFile(program) : program;
}

Kernel compileFor(const std::string &text, const std::vector<Argument> &arguments, const Options &options) {
  const bool isEinsum = arguments.empty() ? holdsArrow(text) : arguments.front().name.empty();
  if (isEinsum) {
    std::vector<TensorType> types;
    std::transform(arguments.begin(), arguments.end(), std::back_inserter(types), typeOf);
    return compile(withoutLastNewline(text), types, options);
  }
  std::vector<Binding> bindings;
  for (std::size_t k = 0; k < arguments.size(); ++k)
    bindings.push_back({arguments[k].name, typeOf(arguments[k]), valueOf(arguments[k], k)});
  return compileProgram(text, bindings, options);
}

std::vector<NamedTensor> runKernel(const Kernel &kernel, const std::vector<AnyTensor> &inputs) {
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

void requireBound(const Kernel &kernel, std::size_t bound) {
  if (bound >= kernel.inputs().size()) return;
  const Binding &input = kernel.inputs()[bound];
  const std::string type = str(input.type);
  usageError(fmt::format("'{}' is declared as {}, but nothing is bound to it", input.name, type),
             fmt::format("bind it with {0}=FILE.npy or {0}={1}", input.name, type));
}

} // namespace einjit::cli
