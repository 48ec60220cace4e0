// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The grammar's semantic actions: how the value of a rule (`_val`) grows from the parts that were read (`_attr`). The
// value is a node of the tree from the beginning; it becomes a node of another kind when a part says so, as a Name
// becomes a Postfix at its first suffix.
#pragma once

#include "Syntax/Ast.h"
#include "Syntax/Operators.h"
#include "Syntax/Primitives.h"
#include <algorithm>

namespace einjit::syntax {

struct NameToken {
  SourceRange range;
  std::string name;
};

inline ast::ExprPtr share(ast::Expr &&expr) { return std::make_shared<const ast::Expr>(std::move(expr)); }

inline bool isName(const ast::Expr &expr, std::string_view name) {
  const auto *node = std::get_if<ast::Name>(&expr.node);
  return node && node->name == name;
}

/// `target op …`, without its value yet; nothing if the target is neither a name nor one with a subscript.
inline std::optional<decltype(ast::Statement::statement)> asAssignment(ast::Expr &target, ast::AssignOp op,
                                                                       SourceRange opRange) {
  if (const auto *name = std::get_if<ast::Name>(&target.node))
    return ast::Assign{name->name, target.range, op, opRange, {}};
  const auto *postfix = std::get_if<ast::Postfix>(&target.node);
  if (!postfix || postfix->suffixes.size() != 1) return std::nullopt;
  const auto *name = std::get_if<ast::Name>(&postfix->base->node);
  const auto *subscript = std::get_if<ast::Subscript>(&postfix->suffixes[0].suffix);
  if (!name || !subscript) return std::nullopt;
  return ast::AssignElements{name->name, postfix->base->range, *subscript, postfix->suffixes[0].range, op, opRange, {}};
}

/// The whole value is the part just read.
inline constexpr auto become = [](auto &ctx) { x3::_val(ctx) = std::move(x3::_attr(ctx)); };

inline constexpr auto setName = [](auto &ctx) {
  x3::_val(ctx).name.assign(x3::_attr(ctx).begin(), x3::_attr(ctx).end());
};

inline constexpr auto evaluate = [](auto &ctx) {
  ast::Evaluate evaluate;
  evaluate.values.push_back(std::move(x3::_attr(ctx)));
  x3::_val(ctx).statement = std::move(evaluate);
};
inline constexpr auto addResult = [](auto &ctx) {
  std::get<ast::Evaluate>(x3::_val(ctx).statement).values.push_back(std::move(x3::_attr(ctx)));
};

/// What was read as an expression is what an assignment assigns to. It must be a name, or one with a subscript.
inline constexpr auto beAssign = [](auto &ctx) {
  const ast::AssignOp op = x3::_attr(ctx);
  auto statement = asAssignment(std::get<ast::Evaluate>(x3::_val(ctx).statement).values.front(), op,
                                lastBytes(ast::text(op).size(), ctx));
  if (statement)
    x3::_val(ctx).statement = *std::move(statement);
  else
    x3::_pass(ctx) = false;
};
inline constexpr auto setValue = [](auto &ctx) {
  auto &statement = x3::_val(ctx).statement;
  if (auto *assign = std::get_if<ast::Assign>(&statement)) assign->value = std::move(x3::_attr(ctx));
  if (auto *elements = std::get_if<ast::AssignElements>(&statement)) elements->value = std::move(x3::_attr(ctx));
};

inline constexpr auto beDeclare = [](auto &ctx) {
  const ast::Expr &target = std::get<ast::Evaluate>(x3::_val(ctx).statement).values.front();
  if (const auto *name = std::get_if<ast::Name>(&target.node))
    x3::_val(ctx).statement = ast::Declare{name->name, target.range, false, {}};
  else
    x3::_pass(ctx) = false;
};
inline constexpr auto beParam = [](auto &ctx) { x3::_val(ctx).statement = ast::Declare{{}, {}, true, {}}; };
inline constexpr auto setDeclared = [](auto &ctx) {
  auto &declare = std::get<ast::Declare>(x3::_val(ctx).statement);
  declare.name = std::move(x3::_attr(ctx).name);
  declare.nameRange = x3::_attr(ctx).range;
};
inline constexpr auto setType = [](auto &ctx) {
  std::get<ast::Declare>(x3::_val(ctx).statement).type = std::move(x3::_attr(ctx));
};

inline constexpr auto beDefine = [](auto &ctx) { x3::_val(ctx).statement = ast::Define{}; };
inline constexpr auto setDefined = [](auto &ctx) {
  auto &define = std::get<ast::Define>(x3::_val(ctx).statement);
  define.name = std::move(x3::_attr(ctx).name);
  define.nameRange = x3::_attr(ctx).range;
};
inline constexpr auto addParameter = [](auto &ctx) {
  std::get<ast::Define>(x3::_val(ctx).statement).parameters.push_back(std::move(x3::_attr(ctx)));
};
inline constexpr auto setParameter = [](auto &ctx) {
  x3::_val(ctx) = ast::Parameter{std::move(x3::_attr(ctx).name), x3::_attr(ctx).range, nullptr};
};
inline constexpr auto setStandard = [](auto &ctx) { x3::_val(ctx).standard = share(std::move(x3::_attr(ctx))); };
inline constexpr auto setBody = [](auto &ctx) {
  std::get<ast::Define>(x3::_val(ctx).statement).body = std::move(x3::_attr(ctx));
};

inline constexpr auto addOperator = [](auto &ctx) {
  ast::Expr &expr = x3::_val(ctx);
  if (!std::holds_alternative<ast::Binary>(expr.node)) expr.node = ast::Binary{share(std::move(expr)), {}};
  const ast::BinaryOp op = x3::_attr(ctx);
  std::get<ast::Binary>(expr.node).rest.push_back({op, lastBytes(ast::text(op).size(), ctx), {}});
};
inline constexpr auto addOperand = [](auto &ctx) {
  std::get<ast::Binary>(x3::_val(ctx).node).rest.back().operand = std::move(x3::_attr(ctx));
};
inline constexpr auto groupChain = [](auto &ctx) {
  ast::Expr &expr = x3::_val(ctx);
  if (auto *chain = std::get_if<ast::Binary>(&expr.node)) expr = groupByPrecedence(std::move(*chain));
};

inline constexpr auto addSign = [](auto &ctx) {
  ast::Expr &expr = x3::_val(ctx);
  if (!std::holds_alternative<ast::Unary>(expr.node)) expr.node = ast::Unary{};
  std::get<ast::Unary>(expr.node).operators += x3::_attr(ctx);
};
inline constexpr auto addPower = [](auto &ctx) {
  ast::Expr &expr = x3::_val(ctx);
  if (!std::holds_alternative<ast::Power>(expr.node)) expr.node = ast::Power{share(std::move(expr)), {}};
  std::get<ast::Power>(expr.node).rest.push_back({lastBytes(2, ctx), {}, {}});
};
inline constexpr auto addExponentSign = [](auto &ctx) {
  std::get<ast::Power>(x3::_val(ctx).node).rest.back().signs += x3::_attr(ctx);
};
inline constexpr auto setExponent = [](auto &ctx) {
  std::get<ast::Power>(x3::_val(ctx).node).rest.back().operand = std::move(x3::_attr(ctx));
};
inline constexpr auto setSigned = [](auto &ctx) {
  std::get<ast::Unary>(x3::_val(ctx).node).operand = share(std::move(x3::_attr(ctx)));
};

inline constexpr auto beName = [](auto &ctx) {
  NameToken &name = x3::_attr(ctx);
  x3::_val(ctx) = ast::Expr{name.range, ast::Name{std::move(name.name)}};
};
inline constexpr auto addSuffix = [](auto &ctx) {
  ast::Expr &expr = x3::_val(ctx);
  if (!std::holds_alternative<ast::Postfix>(expr.node)) expr.node = ast::Postfix{share(std::move(expr)), {}};
  std::get<ast::Postfix>(expr.node).suffixes.push_back(std::move(x3::_attr(ctx)));
};
/// `torch.sum(x)` is `sum(x)`, and `np.float32` is `float32`; the name keeps its own place.
inline constexpr auto dropLibrary = [](auto &ctx) {
  ast::Expr &expr = x3::_val(ctx);
  auto *postfix = std::get_if<ast::Postfix>(&expr.node);
  if (!postfix) return;
  const ast::Expr &base = *postfix->base;
  if (!isName(base, "torch") && !isName(base, "np") && !isName(base, "numpy")) return;
  const ast::Suffix &first = postfix->suffixes[0];
  const auto *member = std::get_if<ast::Member>(&first.suffix);
  if (!member) return;
  const bool isAlone = postfix->suffixes.size() == 1;
  const auto length = static_cast<std::uint32_t>(member->name.size());
  ast::Expr name{{first.range.end - length, first.range.end}, ast::Name{member->name}};
  if (isAlone && isLibraryWord(member->name)) {
    expr = std::move(name);
  } else if (!isAlone && std::holds_alternative<ast::Call>(postfix->suffixes[1].suffix)) {
    postfix->base = share(std::move(name));
    postfix->suffixes.erase(postfix->suffixes.begin());
  }
};

inline constexpr auto beNumber = [](auto &ctx) {
  const std::string text(x3::_attr(ctx).begin(), x3::_attr(ctx).end());
  x3::_val(ctx).node = ast::Number{text, std::all_of(text.begin(), text.end(), isDigit), text.ends_with('j')};
};
inline constexpr auto beString = [](auto &ctx) {
  const char *begin = x3::_attr(ctx).begin() + 1, *end = x3::_attr(ctx).end() - 1;
  x3::_val(ctx).node = ast::String{std::string(begin, end), x3::get<Origin>(ctx).range(begin, end)};
};
inline constexpr auto beList = [](auto &ctx) { x3::_val(ctx).node = ast::List{}; };
inline constexpr auto addItem = [](auto &ctx) {
  std::get<ast::List>(x3::_val(ctx).node).items.push_back(std::move(x3::_attr(ctx)));
};
inline constexpr auto addEllipsis = [](auto &ctx) {
  std::get<ast::List>(x3::_val(ctx).node).items.push_back({lastBytes(3, ctx), ast::Name{"..."}});
};
/// One item in round brackets without a comma is no tuple.
inline constexpr auto beParen = [](auto &ctx) {
  ast::Expr inner = std::move(std::get<ast::List>(x3::_val(ctx).node).items.front());
  x3::_val(ctx).node = ast::Paren{share(std::move(inner))};
};

inline constexpr auto beCall = [](auto &ctx) { x3::_val(ctx).suffix = ast::Call{}; };
inline constexpr auto addArgument = [](auto &ctx) {
  std::get<ast::Call>(x3::_val(ctx).suffix).arguments.push_back(std::move(x3::_attr(ctx)));
};
inline constexpr auto setKeyword = [](auto &ctx) {
  x3::_val(ctx).keyword = std::move(x3::_attr(ctx).name);
  x3::_val(ctx).keywordRange = x3::_attr(ctx).range;
};
inline constexpr auto setArgument = [](auto &ctx) { x3::_val(ctx).value = share(std::move(x3::_attr(ctx))); };
inline constexpr auto beMember = [](auto &ctx) { x3::_val(ctx).suffix = ast::Member{std::move(x3::_attr(ctx).name)}; };

inline constexpr auto beSubscript = [](auto &ctx) { x3::_val(ctx).suffix = ast::Subscript{}; };
inline constexpr auto addSubscriptItem = [](auto &ctx) {
  std::get<ast::Subscript>(x3::_val(ctx).suffix).items.push_back(std::move(x3::_attr(ctx)));
};
inline constexpr auto beEllipsis = [](auto &ctx) { x3::_val(ctx).item = ast::Ellipsis{}; };
inline constexpr auto beIndex = [](auto &ctx) {
  if (isName(x3::_attr(ctx), "None") || isName(x3::_attr(ctx), "newaxis"))
    x3::_val(ctx).item = ast::NewAxis{};
  else
    x3::_val(ctx).item = share(std::move(x3::_attr(ctx)));
};
/// At the first `:`: what was read as an index is the slice's start. A `None` in a slice says that it is left out.
inline constexpr auto beSlice = [](auto &ctx) {
  auto *start = std::get_if<ast::ExprPtr>(&x3::_val(ctx).item);
  x3::_val(ctx).item = ast::Slice{start ? std::move(*start) : nullptr, nullptr, nullptr};
};
template <ast::ExprPtr ast::Slice::*part>
inline constexpr auto setSlicePart = [](auto &ctx) {
  if (!isName(x3::_attr(ctx), "None"))
    std::get<ast::Slice>(x3::_val(ctx).item).*part = share(std::move(x3::_attr(ctx)));
};

} // namespace einjit::syntax
