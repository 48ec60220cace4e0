// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Syntax/Tree.h"
#include "Support/Overloaded.h"

namespace einjit::test {
namespace {

template <class Range, class Item> std::string list(const Range &range, const Item &item) {
  std::string out;
  for (const auto &element : range) out += (out.empty() ? "" : ", ") + item(element);
  return out;
}

std::string part(const ast::ExprPtr &expr) { return expr ? tree(*expr) : ""; }

std::string suffix(const ast::Suffix &suffix) {
  const auto argument = [](const ast::Argument &argument) {
    return (argument.keyword ? *argument.keyword + "=" : "") + tree(*argument.value);
  };
  const auto item = [](const ast::SubscriptItem &subscript) {
    return std::visit(Overloaded{[](const ast::Slice &slice) {
                                   return "slice(" + part(slice.start) + "|" + part(slice.stop) + "|" +
                                          part(slice.step) + ")";
                                 },
                                 [](const ast::Ellipsis &) { return std::string("ellipsis"); },
                                 [](const ast::NewAxis &) { return std::string("newaxis"); },
                                 [](const ast::ExprPtr &index) { return tree(*index); }},
                      subscript.item);
  };
  return std::visit(
      Overloaded{[&](const ast::Call &call) { return "(" + list(call.arguments, argument) + ")"; },
                 [](const ast::Member &member) { return "." + member.name; },
                 [&](const ast::Subscript &subscript) { return "[" + list(subscript.items, item) + "]"; }},
      suffix.suffix);
}

using Visit = std::function<void(const ast::Expr &)>;

void walk(const ast::Expr &expr, const Visit &visit);
void walk(const ast::ExprPtr &expr, const Visit &visit) {
  if (expr) walk(*expr, visit);
}

void walk(const ast::Suffix &suffix, const Visit &visit) {
  std::visit(Overloaded{[&](const ast::Call &call) {
                          for (const ast::Argument &argument : call.arguments) walk(argument.value, visit);
                        },
                        [](const ast::Member &) {},
                        [&](const ast::Subscript &subscript) {
                          for (const ast::SubscriptItem &item : subscript.items) {
                            if (const auto *slice = std::get_if<ast::Slice>(&item.item))
                              for (const ast::ExprPtr &bound : {slice->start, slice->stop, slice->step})
                                walk(bound, visit);
                            if (const auto *index = std::get_if<ast::ExprPtr>(&item.item)) walk(*index, visit);
                          }
                        }},
             suffix.suffix);
}

void walk(const ast::Expr &expr, const Visit &visit) {
  visit(expr);
  std::visit(Overloaded{[](const ast::Name &) {}, [](const ast::Number &) {}, [](const ast::String &) {},
                        [&](const ast::List &list) {
                          for (const ast::Expr &item : list.items) walk(item, visit);
                        },
                        [&](const ast::Paren &paren) { walk(paren.inner, visit); },
                        [&](const ast::Unary &unary) { walk(unary.operand, visit); },
                        [&](const ast::Power &power) {
                          walk(power.base, visit);
                          for (const ast::Power::Link &link : power.rest) walk(link.operand, visit);
                        },
                        [&](const ast::Binary &binary) {
                          walk(binary.first, visit);
                          for (const ast::Binary::Link &link : binary.rest) walk(link.operand, visit);
                        },
                        [&](const ast::Postfix &postfix) {
                          walk(postfix.base, visit);
                          for (const ast::Suffix &suffix : postfix.suffixes) walk(suffix, visit);
                        }},
             expr.node);
}

} // namespace

std::string tree(const ast::Expr &expr) {
  const auto item = [](const ast::Expr &item) { return tree(item); };
  return std::visit(
      Overloaded{[](const ast::Name &name) { return name.name; },
                 [](const ast::Number &number) { return number.text + (number.isInteger ? "" : "f"); },
                 [](const ast::String &string) { return "\"" + string.text + "\""; },
                 [&](const ast::List &node) { return "[" + list(node.items, item) + "]"; },
                 [](const ast::Paren &paren) { return "(" + tree(*paren.inner) + ")"; },
                 [](const ast::Unary &unary) { return "{" + unary.operators + " " + tree(*unary.operand) + "}"; },
                 [](const ast::Power &power) {
                   std::string out = "{" + tree(*power.base);
                   for (const ast::Power::Link &link : power.rest)
                     out += " ** " + (link.signs.empty() ? "" : link.signs + " ") + tree(link.operand);
                   return out + "}";
                 },
                 [](const ast::Binary &binary) {
                   std::string out = "{" + tree(*binary.first);
                   for (const ast::Binary::Link &link : binary.rest)
                     out += " " + std::string(text(link.op)) + " " + tree(link.operand);
                   return out + "}";
                 },
                 [](const ast::Postfix &postfix) {
                   std::string out = "<" + tree(*postfix.base);
                   for (const ast::Suffix &next : postfix.suffixes) out += " " + suffix(next);
                   return out + ">";
                 }},
      expr.node);
}

namespace {

std::string assigned(ast::AssignOp op, const ast::Expr &value) {
  return " " + std::string(text(op)) + " " + tree(value);
}
std::string node(const ast::Assign &assign) { return assign.name + assigned(assign.op, assign.value); }
std::string node(const ast::AssignElements &assign) {
  return "<" + assign.name + " " + suffix({{}, assign.indices}) + ">" + assigned(assign.op, assign.value);
}
std::string node(const ast::Declare &declare) {
  return (declare.saysParam ? "param " : "declare ") + declare.name + " " + tree(declare.type);
}
std::string node(const ast::Define &define) {
  const auto parameter = [](const ast::Parameter &parameter) {
    return parameter.name + (parameter.standard ? "=" + tree(*parameter.standard) : "");
  };
  return "def " + define.name + "(" + list(define.parameters, parameter) + ") " + tree(define.body);
}
std::string node(const ast::Evaluate &evaluate) {
  return list(evaluate.values, [](const ast::Expr &value) { return tree(value); });
}

void walk(const ast::Assign &assign, const Visit &visit) { walk(assign.value, visit); }
void walk(const ast::AssignElements &assign, const Visit &visit) {
  walk(ast::Suffix{assign.indicesRange, assign.indices}, visit);
  walk(assign.value, visit);
}
void walk(const ast::Declare &declare, const Visit &visit) { walk(declare.type, visit); }
void walk(const ast::Define &define, const Visit &visit) {
  for (const ast::Parameter &parameter : define.parameters) walk(parameter.standard, visit);
  walk(define.body, visit);
}
void walk(const ast::Evaluate &evaluate, const Visit &visit) {
  for (const ast::Expr &value : evaluate.values) walk(value, visit);
}

} // namespace

std::string tree(const ast::Program &program) {
  std::string out;
  for (const ast::Statement &statement : program.statements)
    out += std::visit([](const auto &kind) { return node(kind); }, statement.statement) + "\n";
  return out;
}

void forEachExpr(const ast::Program &program, const Visit &visit) {
  for (const ast::Statement &statement : program.statements)
    std::visit([&](const auto &node) { walk(node, visit); }, statement.statement);
}

} // namespace einjit::test
