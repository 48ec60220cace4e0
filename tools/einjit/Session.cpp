// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Session.h"
#include "Report.h"
#include "Scan.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::cli {
namespace {

/// The left side of an assignment.
struct Target {
  std::string name = {};  ///< empty if the statement is no assignment
  std::string value = {}; ///< what stands to the right of the operator
  bool plain = false;     ///< `name = value`: no indices, and `=` itself
  bool updates = false;   ///< the operator reads the old value: `+=`, `max=`
};

/// Where the indices in brackets that begin at `at` end; `at` itself if none begin there.
std::size_t skipIndices(std::string_view code, std::size_t at) {
  if (at >= code.size() || code[at] != '[') return at;
  int depth = 0;
  for (std::size_t end = at; end < code.size(); ++end) {
    depth += code[end] == '[' ? 1 : code[end] == ']' ? -1 : 0;
    if (depth == 0) return end + 1;
  }
  return at;
}

std::size_t skipSpace(std::string_view code, std::size_t at) {
  return std::min(code.find_first_not_of(" \t", at), code.size());
}

Target parseTarget(std::string_view statement) {
  const std::string code = codeOnly(statement);
  std::size_t end = std::min(code.find_first_of(" \t[=+*"), code.size());
  Target target{.name = code.substr(0, end)};
  if (!isName(target.name)) return {};
  const std::size_t indices = skipSpace(code, end);
  end = skipSpace(code, skipIndices(code, indices));
  for (std::string_view op : {"=", "+=", "*=", "max=", "min="}) {
    const std::string_view rest = std::string_view(code).substr(end);
    if (!rest.starts_with(op) || rest.substr(op.size()).starts_with('=')) continue;
    target.value = trim(statement.substr(end + op.size()));
    target.updates = op != "=";
    target.plain = !target.updates && (indices >= code.size() || code[indices] != '[');
    return target;
  }
  return {};
}

std::string operandHelp() { return "\n  help: write the operands behind the string, as in bce,bc->be (x, w)"; }

} // namespace

const AnyTensor &Session::variable(const std::string &name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) usageError(fmt::format("there is no variable '{}'", name));
  return found->second;
}

std::optional<Outcome> Session::run(const std::string &statement) {
  if (define(statement)) return std::nullopt;
  const Target target = parseTarget(statement);
  Call call = compileStatement(statement);
  const std::vector<ConstTensorRef> inputs(call.inputs.begin(), call.inputs.end());
  std::vector<AnyTensor> results = call.kernel.run(inputs);
  if (results.empty()) return std::nullopt;
  if (!target.name.empty()) assign(target.name, results.back());
  return Outcome{target.name, std::move(results.back())};
}

std::string Session::show(const std::string &statement, Stage stage) {
  return compileStatement(statement).kernel.text(stage);
}

/// Keeps `def name(parameters) = expr`; whether it was one. What is wrong with it shows where it is used.
bool Session::define(const std::string &statement) {
  const std::string code = codeOnly(statement);
  const std::size_t open = code.find('('), close = code.find(')');
  if (!code.starts_with("def ") || open == std::string::npos || close == std::string::npos || close < open)
    return false;
  const std::string name(trim(std::string_view(code).substr(4, open - 4)));
  if (!isName(name)) return false;
  functions_.insert_or_assign(name, Function{splitList(code.substr(open + 1, close - open - 1)), statement});
  return true;
}

Session::Call Session::compileStatement(const std::string &statement) {
  if (!holdsArrow(statement)) return compileWithVariables(statement);
  const Target target = parseTarget(statement);
  return compileEinsum(target.plain ? std::string_view(target.value) : std::string_view(statement));
}

/// `string (operand, ...)`: each operand is a variable or any expression.
Session::Call Session::compileEinsum(std::string_view text) {
  text = trim(text);
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || !text.ends_with(')'))
    usageError("the einsum string has no operands" + operandHelp());
  std::vector<AnyTensor> operands;
  std::vector<TensorType> types;
  for (const std::string &operand : splitList(text.substr(open + 1, text.size() - open - 2))) {
    operands.push_back(evaluate(operand));
    types.push_back(operands.back().type());
  }
  return {compile(trim(text.substr(0, open)), types, options_), std::move(operands)};
}

AnyTensor Session::evaluate(const std::string &expression) {
  const auto found = variables_.find(expression);
  if (found != variables_.end()) return found->second;
  std::optional<Outcome> outcome = run(expression);
  if (!outcome) usageError(fmt::format("'{}' has no value", expression));
  return std::move(outcome->value);
}

/// The names that the statement and the functions it calls read, each function's parameters left out; the definitions
/// of those functions go to `definitions`.
std::vector<std::string> Session::namesBehind(const std::string &statement, std::string &definitions) const {
  const Target target = parseTarget(statement);
  std::vector<std::string> names = valueNames(target.plain ? target.value : statement);
  // `y[i] = ...` reads y only if y is there once more.
  if (!target.name.empty() && !target.plain && !target.updates) {
    const std::vector<std::string> read = valueNames(target.value);
    if (std::find(read.begin(), read.end(), target.name) == read.end()) std::erase(names, target.name);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto function = functions_.find(names[i]);
    if (function == functions_.end()) continue;
    const auto &[parameters, text] = function->second;
    definitions += text + "\n";
    for (std::string &name : valueNames(text))
      if (name != "def" && std::find(parameters.begin(), parameters.end(), name) == parameters.end() &&
          std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(std::move(name));
  }
  return names;
}

/// Binds the variables whose names occur. A name may occur without being read: `b` in `y[b] = x[b]` is an index, even
/// where a variable is called `b`. The library then says that the input is not used, and it is left out.
Session::Call Session::compileWithVariables(const std::string &statement) {
  std::string definitions;
  std::vector<std::string> names = namesBehind(statement, definitions);
  std::erase_if(names, [&](const std::string &name) { return !variables_.contains(name); });
  for (;;) {
    std::vector<Binding> bindings;
    for (const std::string &name : names) bindings.push_back({name, variables_.at(name).type()});
    try {
      Call call{compileProgram(definitions + statement, bindings, options_), {}};
      for (const std::string &name : names) call.inputs.push_back(variables_.at(name));
      return call;
    } catch (const Error &error) {
      const std::string what = error.what();
      const auto isUnused = [&](const std::string &name) { return what.find("'" + name + "'") != std::string::npos; };
      if (error.kind() != "unused-input" || std::erase_if(names, isUnused) == 0) throw;
    }
  }
}

} // namespace einjit::cli
