// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of einsum inside programs, in both of NumPy's forms: a string and its operands, or operands each with the list
// of its axes' numbers, and perhaps a last list for the result's.
#include "Support/ErrorOperands.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Einsum.h"
#include "Tensor/Lower/Functions/CallReader.h"
#include <einjit/detail/EinsumWords.h>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

struct OperandsAndTerms {
  std::vector<ValueId> operands;
  EinsumTerms terms;
};

std::optional<OperandsAndTerms> fromString(CallReader &reader, const ast::String &string) {
  auto einsum = parseEinsum(string.text, string.textRange.begin);
  OperandsAndTerms result;
  for (std::size_t i = 1; i < reader.call.positional.size(); ++i)
    if (const auto operand = reader.tensor(i)) result.operands.push_back(*operand);
  if (!einsum)
    for (const Diagnostic &error : einsum.errors()) reader.lowering.record(error);
  if (!einsum || result.operands.size() + 1 != reader.call.positional.size()) return std::nullopt;
  result.terms = termsOf(*einsum);
  return result;
}

/// The item of a list of axes that stands for any number of them.
bool isEllipsis(const ast::Expr &item) {
  const auto *name = std::get_if<ast::Name>(&item.node);
  return name && (name->name == "..." || name->name == "Ellipsis");
}

std::nullopt_t badAxis(CallReader &reader, std::string message, SourceRange range) {
  return reader.lowering.fail(DiagnosticKind::BadArguments, std::move(message), {{range}},
                              "a list names each axis by a number from 0 on; `...` stands for any number of axes");
}

std::optional<EinsumTerm> readTerm(CallReader &reader, const ast::Expr &expr) {
  const auto *list = std::get_if<ast::List>(&expr.node);
  EinsumTerm term{expr.range, {}};
  for (const ast::Expr &item : list->items) {
    if (isEllipsis(item)) {
      if (term.ellipsis) return badAxis(reader, "a second '...' in one list", item.range);
      term.ellipsis = term.labels.size();
      term.ellipsisRange = item.range;
      continue;
    }
    const auto number = reader.lowering.evaluateInteger(item, "the number of an axis");
    if (!number) return std::nullopt;
    if (*number < 0) return badAxis(reader, fmt::format("{} is not the number of an axis", *number), item.range);
    term.labels.push_back({std::to_string(*number), item.range});
  }
  if (term.labels.size() <= maxAxes) return term;
  return reader.lowering.fail(DiagnosticKind::TooManyAxes,
                              fmt::format("{} axes in one list, more than {}", term.labels.size(), maxAxes),
                              {{expr.range}}, {}, countsDisagree({term.labels.size(), maxAxes}));
}

std::optional<OperandsAndTerms> fromLists(CallReader &reader) {
  const auto &arguments = reader.call.positional;
  OperandsAndTerms result{{}, {reader.call.range, {}, {}}};
  bool isRight = true;
  auto term = [&](std::size_t i) -> std::optional<EinsumTerm> {
    const ast::Expr *expr = arguments[i].expr ? &reader.lowering.resolved(*arguments[i].expr) : nullptr;
    if (expr && std::holds_alternative<ast::List>(expr->node)) return readTerm(reader, *expr);
    return reader.lowering.fail(DiagnosticKind::BadArguments, "this must be a list of axes", {{arguments[i].range}},
                                "as in einsum(a, [0, 1], b, [1, 2], [0, 2]), or einsum('ij,jk->ik', a, b)");
  };
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const auto operand = reader.tensor(i);
    auto axes = term(i + 1);
    isRight = isRight && operand && axes;
    if (!isRight) continue;
    result.operands.push_back(*operand);
    result.terms.inputs.push_back(*std::move(axes));
  }
  if (arguments.size() % 2 == 1) {
    result.terms.output = term(arguments.size() - 1);
    isRight = isRight && result.terms.output;
  }
  return isRight ? std::optional(std::move(result)) : std::nullopt;
}

} // namespace

MaybeValue einsumCall(CallReader &reader) {
  if (!reader.arity(1, 2 * detail::maxEinsumOperands + 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const ast::Expr *first = reader.find(0, {});
  const auto *string = first ? std::get_if<ast::String>(&first->node) : nullptr;
  if (!string && reader.call.positional.size() < 2)
    return reader.fail(DiagnosticKind::BadArguments, "'einsum' needs a string first, or a list behind each operand",
                       "as in einsum('ij,jk->ik', a, b), or einsum(a, [0, 1], b, [1, 2], [0, 2])");
  const auto read = string ? fromString(reader, *string) : fromLists(reader);
  if (!read) return std::nullopt;
  const auto result = lowerEinsum(reader.lowering.builder, read->terms, read->operands, reader.lowering.options.strict,
                                  reader.call.range);
  if (result) return *result;
  for (const Diagnostic &error : result.errors()) reader.lowering.record(error);
  return std::nullopt;
}

} // namespace einjit::tensor
