// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Syntax/Walk.h"
#include "Support/Overloaded.h"

namespace einjit::ast {
namespace {

class Walk {
public:
  explicit Walk(const std::function<void(const Expr &)> &visit) : visit_(visit) {}

  void statement(const Statement &statement) {
    std::visit(Overloaded{
                   [&](const Assign &assign) { expr(assign.value); },
                   [&](const AssignElements &assign) {
                     subscript(assign.indices);
                     expr(assign.value);
                   },
                   [&](const Declare &declare) { expr(declare.type); },
                   [&](const Define &define) {
                     for (const Parameter &parameter : define.parameters) part(parameter.standard);
                     expr(define.body);
                   },
                   [&](const Evaluate &evaluate) {
                     for (const Expr &value : evaluate.values) expr(value);
                   },
               },
               statement.statement);
  }

private:
  void part(const ExprPtr &inner) {
    if (inner) expr(*inner);
  }

  void expr(const Expr &expr) {
    visit_(expr);
    std::visit(Overloaded{
                   [](const Name &) {},
                   [](const Number &) {},
                   [](const String &) {},
                   [&](const List &list) {
                     for (const Expr &item : list.items) this->expr(item);
                   },
                   [&](const Paren &paren) { part(paren.inner); },
                   [&](const Unary &unary) { part(unary.operand); },
                   [&](const Power &power) {
                     part(power.base);
                     for (const Power::Link &link : power.rest) this->expr(link.operand);
                   },
                   [&](const Binary &chain) {
                     part(chain.first);
                     for (const Binary::Link &link : chain.rest) this->expr(link.operand);
                   },
                   [&](const Postfix &postfix) {
                     part(postfix.base);
                     for (const Suffix &suffix : postfix.suffixes) this->suffix(suffix);
                   },
               },
               expr.node);
  }

  void suffix(const Suffix &suffix) {
    std::visit(Overloaded{[&](const Call &call) {
                            for (const Argument &argument : call.arguments) part(argument.value);
                          },
                          [](const Member &) {}, [&](const Subscript &subscript) { this->subscript(subscript); }},
               suffix.suffix);
  }

  void subscript(const Subscript &subscript) {
    for (const SubscriptItem &item : subscript.items)
      std::visit(Overloaded{[&](const Slice &slice) {
                              part(slice.start);
                              part(slice.stop);
                              part(slice.step);
                            },
                            [](const Ellipsis &) {}, [](const NewAxis &) {},
                            [&](const ExprPtr &inner) { part(inner); }},
                 item.item);
  }

  const std::function<void(const Expr &)> &visit_;
};

} // namespace

void forEachExpr(const Program &program, const std::function<void(const Expr &)> &visit) {
  for (const Statement &statement : program.statements) Walk(visit).statement(statement);
}

} // namespace einjit::ast
