// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Pipeline.h"
#include "CodeGen/CodeGen.h"
#include "Driver/Cost.h"
#include "Driver/LoadedFiles.h"
#include "Driver/PassOptions.h"
#include "Loop/InPlace.h"
#include "Plan/NaiveLoops.h"
#include "Plan/Planner.h"
#include "Support/Stopwatch.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Program.h"
#include "Tensor/Lower/ResultTypes.h"
#include "Tensor/Passes/Passes.h"
#include <algorithm>
#include <fmt/format.h>
#include <thread>

namespace einjit {
namespace {

/// What a stage made must satisfy its verifier; if it does not, that is einjit's fault, not the user's.
template <class Kernel> void demandValid(const Kernel &kernel, const char *stage) {
  if (const auto complaints = verify(kernel); !complaints.empty())
    throw InternalError(fmt::format("the {} is not well-formed: {}\n{}", stage, complaints.front(), print(kernel)));
}

/// The program as tensor IR; leaves its canonical text and the files it loads in `result`.
Result<tensor::LoweredProgram> lowerSource(const Options &options, Compilation &result) {
  const Source &source = result.source;
  Stopwatch watch;
  const tensor::LowerOptions lowerOptions{options.dtype, options.strict, options.results};
  if (source.isEinsum) {
    const auto einsum = parseEinsum(source.text);
    if (!einsum) return einsum.errors();
    result.ast = ast::print(*einsum);
    result.times.parse = watch.lap();
    std::vector<TensorType> types;
    for (const Binding &input : source.inputs) types.push_back(input.type);
    return tensor::lowerEinsumProgram(*einsum, types, lowerOptions);
  }
  const auto program = parseProgram(source.text);
  if (!program) return program.errors();
  result.ast = ast::print(*program);
  result.times.parse = watch.lap();
  auto files = loadFiles(*program);
  if (!files) return files.errors();
  result.files = *std::move(files);
  std::vector<tensor::Input> inputs;
  for (const Binding &input : source.inputs) inputs.push_back({input.name, input.type, input.value});
  for (tensor::Input &file : inputsOf(result.files, source.inputs)) inputs.push_back(std::move(file));
  return tensor::lowerProgram(*program, inputs, lowerOptions);
}

/// Names and types of the kernel's inputs and results, as its user knows them.
void describeInterface(Compilation &result, const std::vector<tensor::Input> &inputs,
                       const std::vector<std::string> &resultNames) {
  for (const tensor::Input &input : inputs)
    if (!input.path) result.inputs.push_back({input.name, input.type, input.value});
  for (std::size_t i = 0; i < resultNames.size(); ++i) {
    const tensor::Value &value = result.tensor[result.tensor.results[i]];
    const bool isCopied = std::holds_alternative<tensor::Parameter>(value.def);
    result.results.push_back({resultNames[i], isCopied ? TensorType{value.type.dtype, value.type.shape} : value.type});
  }
}

/// Lets outputs be the memory of inputs where that is asked for and changes nothing.
void markInPlace(loop::Kernel &loops, const std::vector<InPlace> &pairs) {
  const auto inputs =
      static_cast<std::size_t>(std::ranges::count(loops.buffers, loop::Storage::In, &loop::Buffer::storage));
  for (const InPlace &pair : pairs) {
    const loop::BufferId out(inputs + pair.result), in(pair.input);
    if (!loops[out].over && !inPlaceProblem(loops, out, in)) loops[out].over = in;
  }
}

/// From tensor IR to loop IR.
void planLoops(Compilation &result) {
  Stopwatch watch;
  result.canonical = tensor::canonicalize(result.tensor, result.passes);
  demandValid(result.canonical, "canonical tensor IR");
  result.cost = costOf(result.canonical, result.results);
  result.times.tensor += watch.lap();

  result.schedule = planKernel(result.canonical, result.target, {result.threads});
  result.times.plan += watch.lap();

  auto loops = apply(naiveLoops(result.canonical, naiveOptions(result.canonical, result.target)), result.schedule);
  if (!loops)
    throw InternalError("the planner's schedule was refused: " + render(loops.errors(), {}) + "\n" +
                        print(result.schedule));
  result.loops = *std::move(loops);
  markInPlace(result.loops, result.inPlace);
  demandValid(result.loops, "loop IR");
  result.times.loop += watch.lap();
}

Diagnostic overLimit(std::int64_t limit, std::int64_t needed, const Compilation &result) {
  return {DiagnosticKind::MemoryLimit,
          fmt::format("the kernel needs {} bytes for temporaries, and may have {}", needed, limit),
          {},
          {},
          "the largest is " + codegen::largestScratch(result.loops, result.threads),
          {.sizes = {needed, limit}}};
}

/// Plans again, contractions in orders with ever smaller intermediates and in the end with none, until the temporaries
/// take no more than `limit` bytes. What would save memory by many times the arithmetic is refused instead.
Status keepLimit(std::int64_t limit, Compilation &result) {
  constexpr double parts[] = {1, 0.5, 0.25, 0.125, 0}, mostTimesTheWork = 64;
  const auto needed = codegen::scratchLayout(result.loops, result.threads);
  if (!needed) return needed.errors();
  if (needed->totalBytes() <= limit) return Success{};
  const Diagnostic refusal = overLimit(limit, needed->totalBytes(), result);
  if (tensor::describeOrders(result.tensor, result.passes).empty()) return refusal;
  const double mostFlops = mostTimesTheWork * static_cast<double>(result.cost.flops);
  for (double part : parts) {
    result.passes.mostIntermediateBytes = part * static_cast<double>(limit);
    planLoops(result);
    const auto scratch = codegen::scratchLayout(result.loops, result.threads);
    if (!scratch) return scratch.errors();
    if (static_cast<double>(result.cost.flops) <= mostFlops && scratch->totalBytes() <= limit) return Success{};
  }
  return refusal;
}

} // namespace

std::int64_t threadCount(const Options &options) {
  if (options.threads > 0) return options.threads;
  return std::max<std::int64_t>(1, std::thread::hardware_concurrency());
}

Result<Compilation> lowerToLoops(Source source, const Options &options) {
  auto target = findTarget(options.target);
  if (!target) return target.errors();
  Compilation result{
      std::move(source), *std::move(target), threadCount(options), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
      options.inPlace};

  Stopwatch watch;
  auto lowered = lowerSource(options, result);
  if (!lowered) return lowered.errors();
  auto typed = tensor::withResultTypes(std::move(lowered->kernel), options.resultTypes);
  if (!typed) return typed.errors();
  result.tensor = *std::move(typed);
  result.tensor.exact = options.exact;
  demandValid(result.tensor, "tensor IR");
  describeInterface(result, lowered->inputs, lowered->resultNames);
  for (const InPlace &pair : options.inPlace)
    if (pair.result >= result.results.size() || pair.input >= result.inputs.size())
      return Diagnostic{DiagnosticKind::ArgumentMismatch,
                        fmt::format("result {} may be in the place of input {}, but there are {} results and {} inputs",
                                    pair.result, pair.input, result.results.size(), result.inputs.size())};

  result.times.tensor = watch.lap() - result.times.parse;

  result.passes = passOptions(result.target);
  planLoops(result);
  if (options.memoryLimit)
    if (const Status kept = keepLimit(std::max<std::int64_t>(0, *options.memoryLimit), result); !kept)
      return kept.errors();
  return result;
}

} // namespace einjit
