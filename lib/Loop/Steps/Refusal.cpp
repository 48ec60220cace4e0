// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Steps/Refusal.h"
#include "Loop/Rewrite.h"
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// The line of a schedule that the step is, without its reason.
std::string lineOf(const Step &step) {
  const std::string text = print(Schedule{{{step.action}}});
  const std::size_t begin = text.find_first_not_of(" \n", text.find('{') + 1);
  return text.substr(begin, text.find('\n', begin) - begin);
}

} // namespace

Diagnostic refused(const Step &step, const std::string &reason) {
  return {DiagnosticKind::StepRefused, fmt::format("step '{}' is refused: {}", lineOf(step), reason)};
}

Refusal unlessLoopExists(const Kernel &kernel, const std::string &name) {
  if (!loopsNamed(kernel, name).empty()) return std::nullopt;
  return fmt::format("there is no loop '{}'", name);
}

Refusal unlessBufferExists(const Kernel &kernel, const std::string &name) {
  if (!buffersNamed(kernel, name).empty()) return std::nullopt;
  return fmt::format("there is no buffer %{}", name);
}

Refusal unlessBufferIsNew(const Kernel &kernel, const std::string &name) {
  if (buffersNamed(kernel, name).empty()) return std::nullopt;
  return fmt::format("there is a buffer %{} already", name);
}

Refusal unlessLoopIsNew(const Kernel &kernel, const std::string &name) {
  if (!kernel.findVar(name)) return std::nullopt;
  return fmt::format("a loop '{}' is there already", name);
}

std::string quoted(const Kernel &kernel, VarId var) { return fmt::format("loop '{}'", kernel.vars[var.index()]); }
std::string quoted(const Kernel &kernel, BufferId buffer) { return "%" + kernel[buffer].name; }

} // namespace einjit::loop
