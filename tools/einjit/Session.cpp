// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Session.h"
#include "Elements.h"
#include "Program.h"
#include "Report.h"
#include "Scan.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::cli {
namespace {

/// The name that a definition defines; nothing if the statement is none. `def = 3` gives a value to `def`.
std::optional<std::string> definedName(std::string_view statement) {
  if (!statement.starts_with("def ") && !statement.starts_with("def\t")) return std::nullopt;
  const std::string_view rest = trim(statement.substr(4));
  const std::string_view name = trim(rest.substr(0, rest.find('(')));
  return isName(name) && name.size() < rest.size() ? std::optional(std::string(name)) : std::nullopt;
}

} // namespace

const AnyTensor &Session::variable(const std::string &name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) usageError(fmt::format("there is no variable '{}'", name));
  return found->second;
}

Outcome Session::run(const std::string &statement) {
  if (definedName(statement)) {
    define(statement);
    return {};
  }
  const Call call = compileStatement(statement);
  Outcome outcome{false, runKernel(call.kernel, call.inputs)};
  // Only an assignment names the one result that there is; an einsum string's is named by the line.
  if (holdsArrow(statement)) outcome.values[0].name = splitName(statement).name;
  outcome.isAssignment = outcome.values.size() == 1 && !outcome.values[0].name.empty();
  if (outcome.isAssignment) assign(outcome.values[0].name, outcome.values[0].tensor);
  return outcome;
}

/// A definition is kept once a program that holds it compiles.
void Session::define(const std::string &definition) {
  compileProgram(withDefinitions(definition) + "\n0", {}, options_);
  definitions_.insert_or_assign(*definedName(definition), definition);
}

std::string Session::withDefinitions(const std::string &statement) const {
  std::string text = statement, code = statement;
  std::vector<std::string> known = {definedName(statement).value_or("")};
  for (bool grows = true; grows;) {
    grows = false;
    for (const std::string &name : names(code)) {
      const auto definition = definitions_.find(name);
      if (definition == definitions_.end() || std::ranges::count(known, name) > 0) continue;
      known.push_back(name);
      text = definition->second + "\n" + text;
      code += "\n" + definition->second;
      grows = true;
    }
  }
  return text;
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
    usageError("the einsum string has no operands", "write them behind it, as in bce,bc->be (x, w)");
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
  return std::move(runKernel(call.kernel, call.inputs).at(0).tensor);
}

/// Binds the variables whose names occur. Not every name that occurs is read: in `sum(x)` a variable `sum` is not. The
/// library then says that the program does not use its input 'sum', and it is left out.
Session::Call Session::compileWithVariables(const std::string &statement) const {
  const std::string program = withDefinitions(statement);
  std::vector<std::string> bound = names(splitName(program).value);
  std::erase_if(bound, [&](const std::string &name) { return !variables_.contains(name); });
  for (;;) {
    Call call{Kernel(nullptr), {}};
    std::vector<Binding> bindings;
    for (const std::string &name : bound) {
      call.inputs.push_back(variables_.at(name));
      bindings.push_back({name, call.inputs.back().type(), integerScalar(call.inputs.back())});
    }
    try {
      call.kernel = compileProgram(program, bindings, options_);
      requireBound(call.kernel, bindings.size());
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
