// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Session.h"
#include "Elements.h"
#include "Report.h"
#include "Scan.h"
#include <fmt/format.h>

namespace einjit::cli {
namespace {

/// Compiling cannot leave a kernel without a result, and a statement has one.
AnyTensor runKernel(const Kernel &kernel, const std::vector<AnyTensor> &inputs) {
  return std::move(kernel.run(std::vector<ConstTensorRef>(inputs.begin(), inputs.end())).at(0));
}

} // namespace

const AnyTensor &Session::variable(const std::string &name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) usageError(fmt::format("there is no variable '{}'", name));
  return found->second;
}

Outcome Session::run(const std::string &statement) {
  const Call call = compileStatement(statement);
  Outcome outcome{std::string(splitName(statement).name), runKernel(call.kernel, call.inputs)};
  if (!outcome.assigned.empty()) assign(outcome.assigned, outcome.value);
  return outcome;
}

std::string Session::show(const std::string &statement, Stage stage) const {
  return compileStatement(statement).kernel.text(stage);
}

Session::Call Session::compileStatement(const std::string &statement) const {
  return holdsArrow(statement) ? compileEinsum(splitName(statement).value) : compileWithVariables(statement);
}

/// `string (operand, ...)`: each operand is a variable or any expression.
Session::Call Session::compileEinsum(std::string_view text) const {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || !text.ends_with(')'))
    usageError("the einsum string has no operands\n  help: write them behind it, as in bce,bc->be (x, w)");
  std::vector<AnyTensor> operands;
  std::vector<TensorType> types;
  for (const std::string &operand : splitList(text.substr(open + 1, text.size() - open - 2))) {
    operands.push_back(evaluate(operand));
    types.push_back(operands.back().type());
  }
  return {compile(trim(text.substr(0, open)), types, options_), std::move(operands)};
}

AnyTensor Session::evaluate(const std::string &expression) const {
  const auto found = variables_.find(expression);
  if (found != variables_.end()) return found->second;
  const Call call = compileStatement(expression);
  return runKernel(call.kernel, call.inputs);
}

/// Binds the variables whose names occur. Not every name that occurs is read: in `sum(x)` a variable `sum` is not. The
/// library then says that the program does not use its input 'sum', and it is left out.
Session::Call Session::compileWithVariables(const std::string &statement) const {
  std::vector<std::string> bound = names(splitName(statement).value);
  std::erase_if(bound, [&](const std::string &name) { return !variables_.contains(name); });
  for (;;) {
    Call call{Kernel(nullptr), {}};
    std::vector<Binding> bindings;
    for (const std::string &name : bound) {
      call.inputs.push_back(variables_.at(name));
      bindings.push_back({name, call.inputs.back().type(), integerScalar(call.inputs.back())});
    }
    try {
      call.kernel = compileProgram(statement, bindings, options_);
      return call;
    } catch (const Error &error) {
      const std::string_view what = error.what();
      const auto isUnused = [&](const std::string &name) {
        return what.find(fmt::format("input '{}'", name)) != std::string_view::npos;
      };
      if (error.kind() != "unused-input" || std::erase_if(bound, isUnused) == 0) throw;
    }
  }
}

} // namespace einjit::cli
