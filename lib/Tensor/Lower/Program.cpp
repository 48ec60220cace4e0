// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/Program.h"
#include "Support/ErrorOperands.h"
#include "Support/Layout.h"
#include "Support/Overloaded.h"
#include "Tensor/Lower/Declarations.h"
#include "Tensor/Lower/Einsum.h"
#include "Tensor/Lower/Index/IndexNotation.h"
#include "Tensor/Lower/Lowering.h"
#include "Tensor/Text.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

/// Whether the inputs themselves are within the limits; records what is not.
bool checkInputs(Lowering &lowering, const std::vector<Input> &inputs) {
  std::set<std::string> names;
  for (const Input &input : inputs) {
    const ErrorOperand operand{.name = input.name, .type = input.type};
    if (!names.insert(input.name).second)
      lowering.fail(DiagnosticKind::BadArguments, fmt::format("two inputs are called '{}'", input.name), {});
    if (!isIdentifier(input.name))
      lowering.fail(DiagnosticKind::BadArguments, fmt::format("an input cannot be called '{}'", input.name), {});
    if (auto mistake = typeMistake(fmt::format("'{}'", input.name), operand)) lowering.record(*std::move(mistake));
  }
  return lowering.errors.empty();
}

void checkAllUsed(Lowering &lowering, const std::vector<Input> &inputs) {
  for (const Input &input : inputs)
    if (!input.path && !lowering.used.contains(input.name))
      lowering.fail(DiagnosticKind::UnusedInput, fmt::format("the program does not use its input '{}'", input.name), {},
                    "bind only what the program reads");
}

/// The values of a statement, each with the name it has been given.
using NamedValues = std::vector<std::pair<std::string, MaybeValue>>;

/// `name op value`, where the name has a value already.
MaybeValue combine(Lowering &lowering, const ast::Assign &assign, const ExprValue &value) {
  const MaybeValue old = lowering.evaluate({assign.nameRange, ast::Name{assign.name}});
  if (!old) return std::nullopt;
  const bool adds = assign.op == ast::AssignOp::Add, multiplies = assign.op == ast::AssignOp::Mul;
  if (adds || multiplies)
    return lowering.binary(adds ? ast::BinaryOp::Add : ast::BinaryOp::Mul, *old, assign.nameRange, value,
                           assign.value.range);
  const bool isMax = assign.op == ast::AssignOp::Max;
  const DType dtype = lowering.commonType({*old, value});
  const ScalarOp ofNumbers = isMax ? ScalarOp::Max : ScalarOp::Min, ofBools = isMax ? ScalarOp::Or : ScalarOp::And;
  const ScalarOp op = dtype == DType::Bool ? ofBools : ofNumbers;
  const std::vector<SourceRange> ranges = {assign.nameRange, assign.value.range};
  if (!lowering.applies(op, dtype, isMax ? "max=" : "min=", {*old, value}, ranges)) return std::nullopt;
  return lowering.elementwise(op, dtype, {*old, value}, ranges);
}

void define(Lowering &lowering, const ast::Define &define) {
  for (std::size_t i = 0; i < define.parameters.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (define.parameters[i].name == define.parameters[j].name)
        lowering.fail(DiagnosticKind::BadDeclaration,
                      fmt::format("two parameters are called '{}'", define.parameters[i].name),
                      {{define.parameters[j].range}, {define.parameters[i].range}});
  lowering.definitions[define.name] = {&define, false};
}

NamedValues assign(Lowering &lowering, const ast::Assign &assign, SourceRange range) {
  Names names;
  if (assign.op == ast::AssignOp::Set) {
    names = lowering.meaning(assign.name, assign.value);
  } else {
    const MaybeValue value = lowering.evaluate(assign.value);
    names.values[assign.name] = value ? combine(lowering, assign, *value) : std::nullopt;
  }
  MaybeValue result;
  if (const auto value = names.values.find(assign.name); value != names.values.end())
    result = value->second = lowering.limited(value->second, range);
  lowering.names.merge(std::move(names));
  return {{assign.name, result}};
}

NamedValues assign(Lowering &lowering, const ast::AssignElements &assign, SourceRange range) {
  const MaybeValue value = lowering.limited(assignElements(lowering, assign), range);
  Names names;
  names.values[assign.name] = value;
  lowering.names.merge(std::move(names));
  return {{assign.name, value}};
}

NamedValues evaluate(Lowering &lowering, const ast::Evaluate &evaluate) {
  NamedValues values;
  for (const ast::Expr &value : evaluate.values) {
    const auto *name = std::get_if<ast::Name>(&value.node);
    values.emplace_back(name && evaluate.values.size() > 1 ? name->name : std::string(), lowering.evaluate(value));
  }
  return values;
}

/// Declarations become part of `inputs`. Only what has a value can be a result.
NamedValues lowerStatement(Lowering &lowering, const ast::Statement &statement, std::vector<Input> &inputs) {
  return std::visit(
      Overloaded{[&](const ast::Assign &assignment) { return assign(lowering, assignment, statement.range); },
                 [&](const ast::AssignElements &assignment) { return assign(lowering, assignment, statement.range); },
                 [&](const ast::Declare &declaration) {
                   declare(lowering, declaration, inputs);
                   return NamedValues();
                 },
                 [&](const ast::Define &definition) {
                   define(lowering, definition);
                   return NamedValues();
                 },
                 [&](const ast::Evaluate &expressions) { return evaluate(lowering, expressions); }},
      statement.statement);
}

/// The last statement's values, or those of the names asked for.
std::vector<ValueId> collectResults(Lowering &lowering, const NamedValues &last,
                                    std::vector<std::string> &resultNames) {
  std::vector<ValueId> results;
  auto add = [&](const MaybeValue &value, const std::string &name) {
    if (!value) return;
    const auto *weak = std::get_if<Weak>(&*value);
    results.push_back(weak ? lowering.materialize(*weak) : std::get<ValueId>(*value));
    resultNames.push_back(name);
  };
  if (lowering.options.results.empty())
    for (const auto &[name, value] : last) add(value, name);
  for (const std::string &name : lowering.options.results) {
    const auto known = lowering.names.values.find(name);
    if (known == lowering.names.values.end()) {
      lowering.fail(DiagnosticKind::UnknownName, fmt::format("the program assigns no '{}' to return", name), {});
    } else {
      lowering.used.insert(name);
      add(known->second, name);
    }
  }
  return results;
}

} // namespace

std::string operandName(std::size_t number) {
  return number < 26 ? std::string(1, static_cast<char>('a' + number)) : fmt::format("p{}", number);
}

Result<LoweredProgram> lowerProgram(const ast::Program &program, const std::vector<Input> &inputs,
                                    const LowerOptions &options) {
  Lowering lowering(options);
  if (!checkInputs(lowering, inputs)) return lowering.errors;
  LoweredProgram result;
  result.inputs = inputs;
  std::vector<ValueId> fileParameters;
  for (const Input &input : inputs) {
    const ValueId id = lowering.builder.parameter(input.name, input.type);
    const ExprValue value = input.value ? ExprValue(Weak{*input.value}) : ExprValue(id);
    if (input.path) {
      lowering.files.emplace(*input.path, value);
      fileParameters.push_back(id);
    } else {
      lowering.names.values[input.name] = value;
    }
  }

  NamedValues last;
  for (const ast::Statement &statement : program.statements) last = lowerStatement(lowering, statement, result.inputs);
  std::vector<ValueId> results = collectResults(lowering, last, result.resultNames);
  if (lowering.errors.empty() && results.empty())
    lowering.fail(DiagnosticKind::NoResult,
                  program.statements.empty() ? "the program is empty" : "the program's last statement has no value",
                  program.statements.empty() ? std::vector<Label>()
                                             : std::vector<Label>{{program.statements.back().range}},
                  "its last statement is its result");
  if (lowering.errors.empty()) checkAllUsed(lowering, result.inputs);
  if (!lowering.errors.empty()) return lowering.errors;
  result.kernel = std::move(lowering.builder).finish(std::move(results), fileParameters);
  return result;
}

Result<LoweredProgram> lowerEinsumProgram(const ast::Einsum &einsum, const std::vector<TensorType> &operands,
                                          const LowerOptions &options) {
  Lowering lowering(options);
  std::vector<Input> inputs;
  for (const TensorType &type : operands) inputs.push_back({operandName(inputs.size()), type});
  if (!checkInputs(lowering, inputs)) return lowering.errors;
  std::vector<ValueId> parameters;
  for (const Input &input : inputs) parameters.push_back(lowering.builder.parameter(input.name, input.type));
  const auto result = lowerEinsum(lowering.builder, termsOf(einsum), parameters, options.strict, einsum.range);
  if (!result) return result.errors();
  if (!lowering.limited(*result, einsum.range)) return lowering.errors;
  return LoweredProgram{std::move(lowering.builder).finish({*result}), std::move(inputs), {std::string()}};
}

} // namespace einjit::tensor
