// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Canonical text. Brackets are nodes of the tree, so nothing here thinks about precedence.
#include "Support/Overloaded.h"
#include "Syntax/Ast.h"

namespace einjit::ast {
namespace {

template <class Range, class PrintItem> std::string commaSeparated(const Range &range, PrintItem printItem) {
  std::string out;
  for (const auto &item : range) {
    if (!out.empty()) out += ", ";
    out += printItem(item);
  }
  return out;
}

/// A string holds at most one of the two kinds of quote, for it ends at the first one of its own.
std::string printString(const String &string) {
  const char quote = string.text.find('\'') == std::string::npos ? '\'' : '"';
  return quote + string.text + quote;
}

std::string printBinary(const Binary &binary) {
  std::string out = print(*binary.first);
  for (const Binary::Link &link : binary.rest) {
    out += ' ';
    out += text(link.op);
    out += ' ' + print(link.operand);
  }
  return out;
}

std::string printPower(const Power &power) {
  std::string out = print(*power.base);
  for (const Power::Link &link : power.rest) out += " ** " + link.signs + print(link.operand);
  return out;
}

std::string printSlice(const Slice &slice) {
  std::string out;
  if (slice.start) out += print(*slice.start);
  out += ':';
  if (slice.stop) out += print(*slice.stop);
  if (slice.step) out += ':' + print(*slice.step);
  return out;
}

std::string printArgument(const Argument &argument) {
  return (argument.keyword ? *argument.keyword + '=' : "") + print(*argument.value);
}

std::string printItem(const SubscriptItem &subscript) {
  return std::visit(Overloaded{[](const Slice &slice) { return printSlice(slice); },
                               [](const Ellipsis &) { return std::string("..."); },
                               [](const NewAxis &) { return std::string("None"); },
                               [](const ExprPtr &index) { return print(*index); }},
                    subscript.item);
}

std::string printSubscript(const Subscript &subscript) {
  return '[' + commaSeparated(subscript.items, printItem) + ']';
}

std::string printSuffix(const Suffix &suffix) {
  return std::visit(
      Overloaded{[](const Call &call) { return '(' + commaSeparated(call.arguments, printArgument) + ')'; },
                 [](const Member &member) { return '.' + member.name; },
                 [](const Subscript &subscript) { return printSubscript(subscript); }},
      suffix.suffix);
}

std::string printPostfix(const Postfix &postfix) {
  std::string out = print(*postfix.base);
  // `1.T` would be the number `1.` and a stray name.
  const auto *number = std::get_if<Number>(&postfix.base->node);
  if (number && number->isInteger && std::holds_alternative<Member>(postfix.suffixes.front().suffix)) out += ' ';
  for (const Suffix &suffix : postfix.suffixes) out += printSuffix(suffix);
  return out;
}

std::string printParameter(const Parameter &parameter) {
  return parameter.name + (parameter.standard ? '=' + print(*parameter.standard) : "");
}

/// ` += value`.
std::string printAssigned(AssignOp op, const Expr &value) { return ' ' + std::string(text(op)) + ' ' + print(value); }

std::string printStatement(const Statement &statement) {
  const auto printValue = [](const Expr &value) { return print(value); };
  return std::visit(
      Overloaded{[](const Assign &assign) { return assign.name + printAssigned(assign.op, assign.value); },
                 [](const AssignElements &assign) {
                   return assign.name + printSubscript(assign.indices) + printAssigned(assign.op, assign.value);
                 },
                 [](const Declare &declare) {
                   return (declare.saysParam ? "param " : "") + declare.name + ": " + print(declare.type);
                 },
                 [](const Define &define) {
                   return "def " + define.name + '(' + commaSeparated(define.parameters, printParameter) +
                          ") = " + print(define.body);
                 },
                 [&](const Evaluate &evaluate) { return commaSeparated(evaluate.values, printValue); }},
      statement.statement);
}

std::string printTerm(const EinsumTerm &term) {
  std::string out;
  for (const EinsumLabel &label : term.labels) out += label.name;
  if (term.ellipsis) out.insert(*term.ellipsis, "...");
  return out;
}

} // namespace

std::string print(const Expr &expr) {
  const auto printItem = [](const Expr &item) { return print(item); };
  return std::visit(Overloaded{[](const Name &name) { return name.name; },
                               [](const Number &number) { return number.text; },
                               [](const String &string) { return printString(string); },
                               [&](const List &list) { return '[' + commaSeparated(list.items, printItem) + ']'; },
                               [](const Paren &paren) { return '(' + print(*paren.inner) + ')'; },
                               [](const Unary &unary) { return unary.operators + print(*unary.operand); },
                               [](const Power &power) { return printPower(power); },
                               [](const Binary &binary) { return printBinary(binary); },
                               [](const Postfix &postfix) { return printPostfix(postfix); }},
                    expr.node);
}

std::string print(const Program &program) {
  std::string out;
  for (const Statement &statement : program.statements) out += printStatement(statement) + '\n';
  return out;
}

std::string print(const Einsum &einsum) {
  std::string out;
  for (std::size_t i = 0; i < einsum.inputs.size(); ++i) out += (i ? "," : "") + printTerm(einsum.inputs[i]);
  if (einsum.output) out += "->" + printTerm(*einsum.output);
  return out;
}

} // namespace einjit::ast
