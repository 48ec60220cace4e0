// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What names stand for. Most stand for values. Some stand for what a function has to see as it is written: the list in
// `x.sum(dim=axes)`, the string in `einsum(string, a, b)`, the type in `zeros(3, dtype=t)`. Such a part is kept as a
// piece of the syntax tree, with a name such as `axes.0`, which no text can hold, for each item of a list: the item has
// been evaluated where it stands.
#include "Support/Suggest.h"
#include "Tensor/Lower/Lowering.h"
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numbers>

namespace einjit::tensor {
namespace {

/// A list with more items is a tensor and nothing else.
constexpr std::size_t maxListPart = 1024;

struct NumberWord {
  const char *name;
  double value;
};
constexpr NumberWord numberWords[] = {{"pi", std::numbers::pi},
                                      {"inf", std::numeric_limits<double>::infinity()},
                                      {"nan", std::numeric_limits<double>::quiet_NaN()}};

/// Words that mean something to functions and nothing alone.
bool isWord(const std::string &name) { return name == "None" || name == "..." || parseLongDType(name); }

ast::Expr numberList(const Shape &extents, SourceRange range) {
  ast::List list;
  for (std::int64_t extent : extents) list.items.push_back({range, ast::Number{std::to_string(extent), true}});
  return {range, std::move(list)};
}

} // namespace

std::optional<DType> parseLongDType(std::string text) {
  if (text == "bfloat16") return DType::BF16;
  for (const auto &[longer, shorter] : {std::pair{"uint", "u"}, {"int", "i"}, {"float", "f"}, {"complex", "c"}})
    if (text.starts_with(longer)) text = shorter + text.substr(std::string_view(longer).size());
  return parseDType(text);
}

void Names::merge(Names newer) {
  for (auto &[name, value] : newer.values) {
    parts.erase(name);
    values.insert_or_assign(name, std::move(value));
  }
  for (auto &[name, part] : newer.parts) {
    if (!newer.values.contains(name)) values.erase(name);
    parts.insert_or_assign(name, std::move(part));
  }
}

const MaybeValue *Lowering::valueOf(const std::string &name) {
  auto in = [&](const Names &some) -> const MaybeValue * {
    const auto found = some.values.find(name);
    return found == some.values.end() ? nullptr : &found->second;
  };
  if (!frames.empty()) {
    if (frames.back().names.contains(name)) return in(frames.back().names);
    if (frames.back().definition.isPrelude) return nullptr;
  }
  const MaybeValue *found = in(names);
  if (found) used.insert(name);
  return found;
}

const ast::Expr *Lowering::partOf(const std::string &name) {
  auto in = [&](const Names &some) -> const ast::Expr * {
    const auto found = some.parts.find(name);
    return found == some.parts.end() ? nullptr : &found->second;
  };
  if (frames.empty()) return in(names);
  if (frames.back().names.contains(name)) return in(frames.back().names);
  return frames.back().definition.isPrelude ? nullptr : in(names);
}

const ast::Expr &Lowering::resolved(const ast::Expr &expr, bool ofTensors) {
  if (const auto *paren = std::get_if<ast::Paren>(&expr.node)) return resolved(*paren->inner, ofTensors);
  if (const auto *name = std::get_if<ast::Name>(&expr.node)) {
    const ast::Expr *part = partOf(name->name);
    return part && (ofTensors || !valueOf(name->name)) ? *part : expr;
  }
  const auto *postfix = std::get_if<ast::Postfix>(&expr.node);
  return postfix ? resolvedPostfix(expr, *postfix, ofTensors) : expr;
}

/// Whether what stands before the last suffix can be a list at all; only then is it worth to be looked at alone.
bool Lowering::canBeList(const ast::Postfix &postfix) {
  if (postfix.suffixes.size() > 1) {
    const auto &previous = postfix.suffixes[postfix.suffixes.size() - 2].suffix;
    const auto *member = std::get_if<ast::Member>(&previous);
    return member ? member->name == "shape" : true;
  }
  const auto *name = std::get_if<ast::Name>(&postfix.base->node);
  return name && partOf(name->name);
}

/// `x.shape` and `x.size()`, and an item or a slice of a list.
const ast::Expr &Lowering::resolvedPostfix(const ast::Expr &expr, const ast::Postfix &postfix, bool ofTensors) {
  /// What stands before the last `count` suffixes.
  auto before = [&](std::size_t count) -> ast::Expr {
    const auto end = postfix.suffixes.end() - static_cast<std::ptrdiff_t>(count);
    if (end == postfix.suffixes.begin()) return *postfix.base;
    return {join(postfix.base->range, (end - 1)->range), ast::Postfix{postfix.base, {postfix.suffixes.begin(), end}}};
  };
  auto make = [&](ast::Expr made) -> const ast::Expr & { return made_.emplace_back(std::move(made)); };
  const auto &last = postfix.suffixes.back().suffix;
  const auto *call = std::get_if<ast::Call>(&last);
  const std::size_t count = call ? 2 : 1;
  if (postfix.suffixes.size() < count || (call && !call->arguments.empty())) return expr;
  const auto *member = std::get_if<ast::Member>(&postfix.suffixes[postfix.suffixes.size() - count].suffix);
  if (member && member->name == (call ? "size" : "shape")) {
    const auto tensor = evaluateTensor(make(before(count)));
    return tensor ? make(numberList(type(*tensor).shape, expr.range)) : expr;
  }
  const auto *subscript = std::get_if<ast::Subscript>(&last);
  if (!subscript || subscript->items.size() != 1 || !canBeList(postfix)) return expr;
  const ast::Expr &prefix = make(before(1)), &written = resolved(prefix, ofTensors);
  const auto *list = std::get_if<ast::List>(&written.node);
  if (!list || &written == &prefix) return expr;
  const auto extent = static_cast<std::int64_t>(list->items.size());
  const auto &[range, item] = subscript->items[0];
  if (const auto *index = std::get_if<ast::ExprPtr>(&item)) {
    const auto at = evaluateInteger(**index, "an index");
    if (!at || !isInside(*this, *at, extent, range)) return expr;
    return list->items[static_cast<std::size_t>(*at < 0 ? *at + extent : *at)];
  }
  const auto *slice = std::get_if<ast::Slice>(&item);
  const auto kept = slice ? sliceOf(*slice, extent, range) : std::nullopt;
  if (!kept) return expr;
  ast::List some;
  for (std::int64_t k = 0; k < kept->count; ++k)
    some.items.push_back(list->items[static_cast<std::size_t>(kept->start + k * kept->step)]);
  return make({expr.range, std::move(some)});
}

bool Lowering::isWordOrString(const ast::Expr &expr) {
  const auto *word = std::get_if<ast::Name>(&expr.node);
  return std::holds_alternative<ast::String>(expr.node) || (word && isWord(word->name) && !valueOf(word->name));
}

Names Lowering::meaning(const std::string &name, const ast::Expr &expr) {
  Names result;
  const ast::Expr &written = resolved(expr);
  if (isWordOrString(written)) {
    result.parts[name] = written;
    return result;
  }
  const auto *list = std::get_if<ast::List>(&written.node);
  if (!list || list->items.size() > maxListPart) {
    result.values[name] = evaluate(expr);
    return result;
  }
  return listMeaning(name, written, *list);
}

/// A list of scalars is a tensor and a list; one of tensors or words is a list only, and one of lists a tensor only.
Names Lowering::listMeaning(const std::string &name, const ast::Expr &expr, const ast::List &list) {
  Names result;
  ast::List items;
  bool isTensor = true;
  for (const ast::Expr &item : list.items) {
    const ast::Expr &written = resolved(item);
    if (std::holds_alternative<ast::List>(written.node)) {
      result = {};
      result.values[name] = evaluate(expr);
      return result;
    }
    if (isWordOrString(written)) {
      items.items.push_back(written);
      isTensor = false;
      continue;
    }
    const std::string itemName = fmt::format("{}.{}", name, items.items.size());
    const MaybeValue &value = result.values[itemName] = evaluate(item);
    isTensor = isTensor && value && std::holds_alternative<Weak>(*value);
    items.items.push_back({item.range, ast::Name{itemName}});
  }
  if (isTensor) result.values[name] = evaluate(expr);
  result.parts[name] = {expr.range, std::move(items)};
  return result;
}

MaybeValue Lowering::evaluateName(const ast::Name &name, SourceRange range) {
  if (name.name == "True" || name.name == "False") return Weak{name.name == "True"};
  if (const MaybeValue *value = valueOf(name.name)) {
    const auto *id = *value ? std::get_if<ValueId>(&**value) : nullptr;
    if (!isInsideElementwise() || !id || type(*id).rank() == 0 || frames.back().names.contains(name.name))
      return *value;
    return fail(DiagnosticKind::RankMismatch, fmt::format("'{}' stands where an element is needed", name.name),
                {{range, str(type(*id))}}, "hand its element to the function as an argument",
                {.operands = {errorOperand(*id, range)}});
  }
  if (const ast::Expr *part = partOf(name.name)) return evaluate(*part);
  for (const NumberWord &word : numberWords)
    if (name.name == word.name) return Weak{word.value};
  if (isWord(name.name))
    return fail(DiagnosticKind::TypeMismatch, fmt::format("'{}' is not a tensor", name.name), {{range}}, {},
                {.operands = {{.name = name.name, .range = range}}});

  std::vector<std::string> candidates;
  for (const auto &[candidate, value] : frames.empty() ? names.values : frames.back().names.values)
    candidates.push_back(candidate);
  std::erase_if(candidates, [](const std::string &candidate) { return candidate.find('.') != std::string::npos; });
  const std::string near = closest(name.name, candidates);
  return fail(DiagnosticKind::UnknownName, fmt::format("'{}' is not bound to a tensor", name.name), {{range}},
              near.empty() ? fmt::format("bind it with {0}=FILE.npy or {0}=f32[…], or assign it first", name.name)
                           : fmt::format("did you mean '{}'?", near));
}

} // namespace einjit::tensor
