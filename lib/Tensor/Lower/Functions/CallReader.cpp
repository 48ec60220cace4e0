// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/Functions/CallReader.h"
#include "Support/Suggest.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit::tensor {
namespace {

std::string keywordHelp(const std::string &given, const std::vector<std::string> &known) {
  const std::string near = closest(given, known);
  if (!near.empty()) return fmt::format("did you mean '{}='?", near);
  if (known.empty()) return "its arguments have no names";
  return fmt::format("named arguments are {}=", fmt::join(known, "=, "));
}

} // namespace

MaybeValue CallReader::value(std::size_t position) {
  CallArgument &argument = call.positional[position];
  return argument.expr ? lowering.evaluate(*argument.expr) : argument.receiver;
}

std::optional<ValueId> CallReader::tensor(std::size_t position) {
  const MaybeValue any = value(position);
  if (!any) return std::nullopt;
  if (const auto *weak = std::get_if<Weak>(&*any)) return lowering.materialize(*weak);
  const ValueId id = std::get<ValueId>(*any);
  if (position == 0) first_ = id;
  return id;
}

const ast::Expr *CallReader::find(std::size_t position, std::initializer_list<const char *> names) {
  const ast::Expr *found = position < call.positional.size() ? call.positional[position].expr : nullptr;
  keywords_.insert(keywords_.end(), names.begin(), names.end());
  for (const char *name : names)
    if (auto keyword = call.keywords.extract(name); !keyword.empty()) {
      if (found)
        lowering.fail(DiagnosticKind::BadArguments, fmt::format("'{}' is given twice", name),
                      {{keyword.mapped().range}});
      found = keyword.mapped().expr;
    }
  if (found) found = &lowering.resolved(*found);
  const auto *word = found ? std::get_if<ast::Name>(&found->node) : nullptr;
  return word && word->name == "None" ? nullptr : found; // None says: as if it were left out
}

std::optional<std::vector<std::int64_t>> CallReader::integers(const ast::Expr &expr, const std::string &what) {
  std::vector<std::int64_t> result;
  const auto *list = std::get_if<ast::List>(&lowering.resolved(expr).node);
  const std::size_t count = list ? list->items.size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const auto integer = lowering.evaluateInteger(list ? list->items[i] : expr, what);
    if (!integer) return std::nullopt;
    result.push_back(*integer);
  }
  return result;
}

std::optional<std::vector<std::int64_t>> CallReader::integersFrom(std::size_t position, const std::string &what) {
  std::vector<std::int64_t> result;
  for (std::size_t i = position; i < call.positional.size(); ++i) {
    const ast::Expr *expr = call.positional[i].expr;
    if (!expr) return fail(DiagnosticKind::BadArguments, fmt::format("'{}' is not a method", call.function));
    const auto some = integers(*expr, what);
    if (!some) return std::nullopt;
    result.insert(result.end(), some->begin(), some->end());
  }
  return result;
}

std::optional<bool> CallReader::flag(std::size_t position, std::initializer_list<const char *> names, bool otherwise) {
  const ast::Expr *expr = find(position, names);
  if (!expr) return otherwise;
  const MaybeValue any = lowering.evaluate(*expr);
  if (!any) return std::nullopt;
  if (const auto *weak = std::get_if<Weak>(&*any))
    if (const auto *truth = std::get_if<bool>(&weak->value)) return *truth;
  return lowering.fail(DiagnosticKind::BadArguments, "this must be True or False", {{expr->range}});
}

std::optional<std::size_t> CallReader::axis(std::int64_t given, std::size_t rank, SourceRange range) {
  const auto axes = static_cast<std::int64_t>(rank);
  if (given >= -axes && given < axes) return static_cast<std::size_t>(given < 0 ? given + axes : given);
  return lowering.fail(DiagnosticKind::AxisOutOfRange, fmt::format("there is no axis {}", given), {{range}},
                       rank == 0 ? "a scalar has no axes" : fmt::format("valid axes are {} to {}", -axes, axes - 1),
                       {{}, concerned(), {axes, given}});
}

std::optional<std::vector<std::size_t>> CallReader::axes(const std::vector<std::int64_t> &given, std::size_t rank,
                                                         SourceRange range) {
  std::vector<std::size_t> result;
  for (std::int64_t axis : given) {
    const auto resolved = this->axis(axis, rank, range);
    if (!resolved) return std::nullopt;
    if (std::find(result.begin(), result.end(), *resolved) != result.end())
      return lowering.fail(DiagnosticKind::BadArguments, fmt::format("axis {} is named twice", axis), {{range}});
    result.push_back(*resolved);
  }
  return result;
}

bool CallReader::arity(std::size_t least, std::size_t most) {
  const std::size_t given = call.positional.size();
  if (given >= least && given <= most) return true;
  const std::string wanted = least == most      ? std::to_string(least)
                             : most == SIZE_MAX ? fmt::format("at least {}", least)
                                                : fmt::format("{} to {}", least, most);
  lowering.fail(DiagnosticKind::BadArguments,
                fmt::format("'{}' takes {} argument{}, not {}", call.function, wanted, wanted == "1" ? "" : "s", given),
                {{call.range}});
  return false;
}

bool CallReader::noKeywordsLeft() {
  for (const auto &[name, argument] : call.keywords)
    lowering.fail(DiagnosticKind::BadArguments, fmt::format("'{}' has no argument '{}'", call.function, name),
                  {{argument.keywordRange}}, keywordHelp(name, keywords_));
  return call.keywords.empty();
}

bool CallReader::canBecome(DType from, DType to) {
  if (canCast(from, to)) return true;
  fail(DiagnosticKind::TypeMismatch, fmt::format("{} does not become {}", name(from), name(to)),
       "take a part of it, as in `real(x)`, or `abs(x)`");
  return false;
}

std::vector<ErrorOperand> CallReader::concerned(std::optional<std::size_t> axis) const {
  if (!first_) return {};
  return {lowering.errorOperand(*first_, call.positional[0].range, axis)};
}

std::nullopt_t CallReader::fail(DiagnosticKind kind, std::string message, std::string help,
                                std::vector<std::int64_t> sizes, std::optional<std::size_t> axis) {
  DiagnosticParts parts{.sizes = std::move(sizes)};
  if (category(kind) == ErrorCategory::Shape) parts.operands = concerned(axis);
  return lowering.fail(kind, std::move(message), {{call.range}}, std::move(help), std::move(parts));
}

} // namespace einjit::tensor
