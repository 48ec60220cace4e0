// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Stages.h"
#include "CodeGen/CodeGen.h"
#include "Driver/PassOptions.h"
#include "Interp/LoopInterpreter.h"
#include "Interp/TensorInterpreter.h"
#include "Loop/Steps/Step.h"
#include "Plan/NaiveLoops.h"
#include "Plan/Planner.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Program.h"
#include "Tensor/Passes/Passes.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit::opt {
namespace {

constexpr std::string_view stages[] = {"ast", "tensor", "tensor-opt", "schedule", "loop", "llvm", "llvm-opt", "asm"};

/// Position of a stage in the chain.
std::size_t rank(std::string_view stage) {
  const auto found = std::find(std::begin(stages), std::end(stages), stage);
  if (found == std::end(stages))
    throwError({{DiagnosticKind::UnknownOption,
                 fmt::format("there is no stage '{}'", stage),
                 {},
                 {},
                 "stages are " + stageNames()}},
               {});
  return static_cast<std::size_t>(found - std::begin(stages));
}

template <class T> T unwrap(Result<T> result, std::string_view source) {
  if (!result) throwError(result.errors(), source);
  return *std::move(result);
}

/// Text that the user wrote must satisfy the verifier; all complaints are shown.
void demand(const std::vector<std::string> &complaints) {
  if (complaints.empty()) return;
  Diagnostic error{DiagnosticKind::StageInvalid, complaints.front()};
  error.notes.assign(complaints.begin() + 1, complaints.end());
  throwError({error}, {});
}

/// The first words of a text, comments skipped, which tell the stages apart.
std::string firstLine(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t start = line.find_first_not_of(" \t\r");
    if (start != std::string_view::npos && line[start] != '#') return std::string(line.substr(start));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return {};
}

bool isKernelText(const std::string &line) {
  return line.starts_with("kernel @") || line.starts_with("exact kernel @");
}
bool isLoopText(const std::string &line) {
  return line.find("(in %") != std::string::npos || line.find("(out %") != std::string::npos;
}

/// Carries one text down the chain.
class Chain {
public:
  explicit Chain(const Request &request) : request_(request), target_(unwrap(findTarget(request.options.target), {})) {}

  Outcome run() {
    const std::string line = firstLine(request_.text);
    const bool kernel = isKernelText(line);
    const std::string_view from = !kernel ? "ast" : isLoopText(line) ? "loop" : "tensor";
    const std::size_t to = rank(!request_.to.empty() ? request_.to : kernel ? from : "tensor");
    if (to < rank(from))
      throwError({{DiagnosticKind::UnknownOption, fmt::format("the text is already past stage '{}'", request_.to)}},
                 {});
    if (from == "loop")
      readLoops();
    else
      readTensor(kernel);
    if (to > rank("tensor") && outcome_.tensor && request_.passes.empty()) canonicalize();
    if (to > rank("tensor-opt") && outcome_.tensor) lowerToLoops(to);
    if (to > rank("loop")) generate(to);
    if (outcome_.tensor) collectInputs(*outcome_.tensor);
    return std::move(outcome_);
  }

private:
  void readTensor(bool kernel) {
    outcome_.tensor = kernel ? unwrap(tensor::parseKernel(request_.text), request_.text) : lowerProgram();
    demand(tensor::verify(*outcome_.tensor));
    for (const std::string &name : request_.passes) {
      const tensor::Pass *pass = tensor::findPass(name);
      if (!pass) throwError({{DiagnosticKind::UnknownOption, fmt::format("there is no pass '{}'", name)}}, {});
      outcome_.tensor = pass->run(*std::move(outcome_.tensor), passOptions(target_));
      demand(tensor::verify(*outcome_.tensor));
    }
    if (request_.to != "ast") outcome_.text = print(*outcome_.tensor);
  }

  tensor::Kernel lowerProgram() {
    const tensor::LowerOptions options{request_.options.dtype, request_.options.strict, {}};
    const bool named = !request_.inputs.empty() && !request_.inputs.front().name.empty();
    if (!named && (!request_.inputs.empty() || looksLikeEinsum(request_.text))) {
      std::string text = request_.text;
      while (text.ends_with('\n')) text.pop_back();
      const ast::Einsum einsum = unwrap(parseEinsum(text), text);
      outcome_.text = ast::print(einsum) + "\n";
      std::vector<TensorType> types;
      for (const Binding &input : request_.inputs) types.push_back(input.type);
      return unwrap(tensor::lowerEinsumProgram(einsum, types, options), text).kernel;
    }
    const ast::Program program = unwrap(parseProgram(request_.text), request_.text);
    outcome_.text = ast::print(program);
    std::vector<tensor::Input> inputs;
    for (const Binding &input : request_.inputs) inputs.push_back({input.name, input.type, input.value});
    return unwrap(tensor::lowerProgram(program, inputs, options), request_.text).kernel;
  }

  void canonicalize() {
    outcome_.tensor->exact |= request_.options.exact;
    const tensor::PassOptions options = passOptions(target_);
    const std::string orders = tensor::describeOrders(*outcome_.tensor, options);
    outcome_.tensor = tensor::canonicalize(*std::move(outcome_.tensor), options);
    outcome_.text = orders + print(*outcome_.tensor);
  }

  void lowerToLoops(std::size_t to) {
    loop::Schedule schedule = request_.schedule
                                  ? unwrap(loop::parseSchedule(*request_.schedule), *request_.schedule)
                                  : planKernel(*outcome_.tensor, target_, {std::max(1, request_.options.threads)});
    outcome_.text = print(schedule);
    if (to == rank("schedule")) return;
    outcome_.loops = unwrap(apply(naiveLoops(*outcome_.tensor, naiveOptions(*outcome_.tensor, target_)), schedule), {});
    demand(loop::verify(*outcome_.loops));
    outcome_.text = print(*outcome_.loops);
  }

  void readLoops() {
    outcome_.loops = unwrap(loop::parseKernel(request_.text), request_.text);
    demand(loop::verify(*outcome_.loops, loop::Form::Building));
    if (request_.schedule)
      outcome_.loops = unwrap(
          apply(*std::move(outcome_.loops), unwrap(loop::parseSchedule(*request_.schedule), *request_.schedule)), {});
    outcome_.text = print(*outcome_.loops);
    for (const loop::Buffer &buffer : outcome_.loops->buffers)
      if (buffer.storage == loop::Storage::In) outcome_.inputTypes.push_back({buffer.type.dtype, buffer.type.shape});
  }

  void generate(std::size_t to) {
    demand(loop::verify(*outcome_.loops));
    auto module = unwrap(codegen::generate(*outcome_.loops, target_, std::max(1, request_.options.threads)), {});
    if (to > rank("llvm")) codegen::optimize(module);
    outcome_.text = to == rank("asm") ? codegen::assembly(module) : codegen::text(module);
  }

  void collectInputs(const tensor::Kernel &kernel) {
    for (const tensor::Value &value : kernel.values)
      if (std::holds_alternative<tensor::Parameter>(value.def))
        outcome_.inputTypes.push_back({value.type.dtype, value.type.shape});
  }

  const Request &request_;
  Target target_;
  Outcome outcome_;
};

} // namespace

Outcome transform(const Request &request) { return Chain(request).run(); }

std::vector<AnyTensor> interpret(const Outcome &outcome, const std::vector<AnyTensor> &inputs) {
  const std::vector<ConstTensorRef> refs(inputs.begin(), inputs.end());
  if (!outcome.loops) return interpretTensor(*outcome.tensor, refs);
  return interpretLoop(*outcome.loops, refs);
}

std::string stageNames() { return fmt::format("{}", fmt::join(stages, " ")); }

std::string passHelp() {
  std::string help;
  for (const tensor::Pass &pass : tensor::passes()) help += fmt::format("  {:<21}{}\n", pass.name, pass.summary);
  return help;
}

} // namespace einjit::opt
