// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CaseKernel.h"
#include <algorithm>
#include <einjit/Machine.h>

namespace einjit::bench {
namespace {

Options optionsFor(int threads) {
  Options options;
  options.threads = threads;
  options.cache = false;
  return options;
}

} // namespace

Kernel compileCase(const Case &which, int threads) {
  const Options options = optionsFor(threads);
  if (!which.isEinsum) return compileProgram(which.program, which.inputs, options);
  std::vector<TensorType> types;
  for (const Binding &input : which.inputs) types.push_back(input.type);
  return compile(which.program, types, options);
}

Entry entryOf(const Kernel &kernel) {
  return reinterpret_cast<Entry>(reinterpret_cast<std::uintptr_t>(kernel.entry()));
}

std::int64_t bytesOf(const std::vector<Binding> &bindings) {
  std::int64_t bytes = 0;
  for (const Binding &binding : bindings)
    bytes += elementCount(binding.type).value_or(0) * static_cast<std::int64_t>(byteSize(binding.type.dtype));
  return bytes;
}

Outcome describe(const Case &which) {
  Outcome outcome;
  outcome.id = which.id;
  outcome.group = which.group;
  outcome.program = which.program;
  for (std::size_t i = 0; i < which.inputs.size(); ++i)
    outcome.inputs[which.inputs[i].name.empty() ? std::to_string(i) : which.inputs[i].name] = str(which.inputs[i].type);
  return outcome;
}

void addCosts(const Case &which, const Kernel &kernel, Outcome &outcome) {
  outcome.compile = kernel.compileTimes();
  outcome.codeBytes = kernel.codeBytes();
  outcome.flops = which.flops > 0 ? which.flops : static_cast<double>(kernel.cost().flops);
  outcome.bytes = which.bytes > 0 ? which.bytes : static_cast<double>(kernel.cost().bytes);
}

Roof measureRoof(const Kernel &kernel, int threads) {
  const Options options = optionsFor(threads);
  const DType dtype = kernel.results().front().type.dtype;
  return {measurePeakFlops(dtype, options),
          measureBandwidth(bytesOf(kernel.inputs()), bytesOf(kernel.results()), options)};
}

Roof best(Roof a, Roof b) { return {std::max(a.flops, b.flops), std::max(a.bytes, b.bytes)}; }

} // namespace einjit::bench
