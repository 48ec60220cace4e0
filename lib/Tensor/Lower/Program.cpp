// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/Program.h"
#include "Support/Overloaded.h"
#include "Tensor/Lower/Einsum.h"
#include "Tensor/Lower/IndexNotation.h"
#include "Tensor/Lower/Lowering.h"
#include "Tensor/Text.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

bool isMalformed(const TensorType &type) {
  return std::ranges::any_of(type.shape, [](std::int64_t extent) { return extent < 0; }) ||
         (!type.strides.empty() && type.strides.size() != type.rank());
}

/// Whether the inputs themselves are within the limits; records what is not.
bool checkInputs(Lowering &lowering, const std::vector<Input> &inputs) {
  std::set<std::string> names;
  for (const Input &input : inputs) {
    if (!names.insert(input.name).second)
      lowering.fail(DiagnosticKind::BadArguments, fmt::format("two inputs are called '{}'", input.name), {});
    if (!isIdentifier(input.name))
      lowering.fail(DiagnosticKind::BadArguments, fmt::format("an input cannot be called '{}'", input.name), {});
    if (input.type.rank() > maxAxes)
      lowering.fail(DiagnosticKind::TooManyAxes,
                    fmt::format("'{}' has {} axes; at most {} are supported", input.name, input.type.rank(), maxAxes),
                    {});
    else if (isMalformed(input.type))
      lowering.fail(DiagnosticKind::BadShape, fmt::format("'{}' cannot have the type {}", input.name, str(input.type)),
                    {}, "extents are not negative, and there are as many strides as axes, or none");
    else if (!elementCount(input.type) || !staysInReach(input.type))
      lowering.fail(DiagnosticKind::TensorTooLarge,
                    fmt::format("'{}' of type {} is too large", input.name, str(input.type)), {});
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
  const ScalarOp op = assign.op == ast::AssignOp::Max ? ScalarOp::Max : ScalarOp::Min;
  const DType dtype = lowering.commonType({*old, value});
  const std::vector<SourceRange> ranges = {assign.nameRange, assign.value.range};
  if (!lowering.applies(op, dtype, op == ScalarOp::Max ? "max=" : "min=", ranges)) return std::nullopt;
  return lowering.elementwise(op, dtype, {*old, value}, ranges);
}

NamedValues lowerStatement(Lowering &lowering, const ast::Statement &statement) {
  auto unknown = [&](const char *what) -> NamedValues {
    lowering.fail(DiagnosticKind::BadArguments, fmt::format("{} mean nothing yet", what), {{statement.range}});
    return {};
  };
  return std::visit(Overloaded{[&](const ast::Assign &assign) -> NamedValues {
                                 MaybeValue value = lowering.evaluate(assign.value);
                                 if (value && assign.op != ast::AssignOp::Set)
                                   value = combine(lowering, assign, *value);
                                 value = lowering.limited(value, statement.range);
                                 lowering.names[assign.name] = value;
                                 return {{assign.name, value}};
                               },
                               [&](const ast::AssignElements &assign) -> NamedValues {
                                 const MaybeValue value =
                                     lowering.limited(assignElements(lowering, assign), statement.range);
                                 lowering.names[assign.name] = value;
                                 return {{assign.name, value}};
                               },
                               [&](const ast::Declare &) { return unknown("declarations"); },
                               [&](const ast::Define &) { return unknown("definitions"); },
                               [&](const ast::Evaluate &evaluate) -> NamedValues {
                                 NamedValues values;
                                 for (const ast::Expr &value : evaluate.values) {
                                   const auto *name = std::get_if<ast::Name>(&value.node);
                                   values.emplace_back(name && evaluate.values.size() > 1 ? name->name : std::string(),
                                                       lowering.evaluate(value));
                                 }
                                 return values;
                               }},
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
    const auto known = lowering.names.find(name);
    if (known == lowering.names.end()) {
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
  for (const Input &input : inputs) {
    const ValueId id = lowering.builder.parameter(input.name, input.type);
    const ExprValue value = input.value ? ExprValue(Weak{*input.value}) : ExprValue(id);
    if (input.path)
      lowering.files.emplace(*input.path, value);
    else
      lowering.names[input.name] = value;
  }

  NamedValues last;
  for (const ast::Statement &statement : program.statements) last = lowerStatement(lowering, statement);
  if (program.statements.empty())
    lowering.fail(DiagnosticKind::NoResult, "the program is empty", {}, "its last statement is its result");

  LoweredProgram result;
  std::vector<ValueId> results = collectResults(lowering, last, result.resultNames);
  if (lowering.errors.empty()) checkAllUsed(lowering, inputs);
  if (!lowering.errors.empty()) return lowering.errors;
  result.kernel = std::move(lowering.builder).finish(std::move(results));
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
  const auto result = lowerEinsum(lowering.builder, einsum, parameters, options.strict, einsum.range);
  if (!result) return result.errors();
  if (!lowering.limited(*result, einsum.range)) return lowering.errors;
  return LoweredProgram{std::move(lowering.builder).finish({*result}), {std::string()}};
}

} // namespace einjit::tensor
