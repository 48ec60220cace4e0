// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each node knows its place: the piece of text its range holds parses to that node again.
#include "Support/Overloaded.h"
#include "Syntax/Parser.h"
#include "Syntax/Tree.h"
#include "support/Golden.h"
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

class RangesTest : public testing::Test {
protected:
  std::string_view slice(SourceRange range) const {
    EXPECT_LE(range.begin, range.end);
    EXPECT_LE(range.end, source.size());
    return std::string_view(source).substr(range.begin, range.end - range.begin);
  }

  /// In brackets, for the piece may span lines.
  void checkReparses(const ast::Expr &expr) const {
    const Result<ast::Program> again = parseProgram("(" + std::string(slice(expr.range)) + "\n)");
    ASSERT_TRUE(again) << slice(expr.range);
    EXPECT_EQ(tree(*again), "(" + tree(expr) + ")\n");
  }

  void checkSuffix(const ast::Suffix &suffix) const {
    const std::string_view text = slice(suffix.range);
    std::visit(Overloaded{[&](const ast::Call &call) {
                            EXPECT_TRUE(text.starts_with('(') && text.ends_with(')')) << text;
                            for (const ast::Argument &argument : call.arguments)
                              EXPECT_EQ(slice(argument.keywordRange), argument.keyword.value_or(""));
                          },
                          [&](const ast::Member &member) {
                            EXPECT_TRUE(text.starts_with('.') && text.ends_with(member.name)) << text;
                          },
                          [&](const ast::Subscript &subscript) {
                            EXPECT_TRUE(text.starts_with('[') && text.ends_with(']')) << text;
                            for (const ast::SubscriptItem &item : subscript.items) checkItem(item);
                          }},
               suffix.suffix);
  }

  void checkItem(const ast::SubscriptItem &item) const {
    const std::string_view text = slice(item.range);
    std::visit(Overloaded{[&](const ast::Slice &) { EXPECT_NE(text.find(':'), text.npos); },
                          [&](const ast::Ellipsis &) { EXPECT_EQ(text, "..."); },
                          [&](const ast::NewAxis &) { EXPECT_EQ(text, "None"); },
                          [&](const ast::ExprPtr &index) { EXPECT_EQ(item.range, index->range); }},
               item.item);
  }

  void checkParts(const ast::Expr &expr) const {
    std::visit(Overloaded{[&](const ast::Name &name) { EXPECT_EQ(slice(expr.range), name.name); },
                          [&](const ast::Number &number) { EXPECT_EQ(slice(expr.range), number.text); },
                          [&](const ast::String &string) { EXPECT_EQ(slice(string.textRange), string.text); },
                          [](const ast::List &) {}, [](const ast::Paren &) {}, [](const ast::Unary &) {},
                          [&](const ast::Power &power) {
                            for (const ast::Power::Link &link : power.rest) EXPECT_EQ(slice(link.opRange), "**");
                          },
                          [&](const ast::Binary &binary) {
                            for (const ast::Binary::Link &link : binary.rest)
                              EXPECT_EQ(slice(link.opRange), text(link.op));
                          },
                          [&](const ast::Postfix &postfix) {
                            for (const ast::Suffix &suffix : postfix.suffixes) checkSuffix(suffix);
                          }},
               expr.node);
  }

  std::string source;
};

TEST_F(RangesTest, EachRangeHoldsItsNode) {
  for (const Golden &golden : goldens("Syntax/Program")) {
    SCOPED_TRACE(golden.path);
    source = golden.input;
    const Result<ast::Program> program = parseProgram(source);
    ASSERT_TRUE(program);
    for (const ast::Statement &statement : program->statements) {
      EXPECT_EQ(tree(*parseProgram(slice(statement.range))), tree(ast::Program{{statement}}));
      if (const auto *assign = std::get_if<ast::Assign>(&statement.statement)) {
        EXPECT_EQ(slice(assign->nameRange), assign->name);
        EXPECT_EQ(slice(assign->opRange), text(assign->op));
      }
      if (const auto *assign = std::get_if<ast::AssignElements>(&statement.statement)) {
        EXPECT_EQ(slice(assign->nameRange), assign->name);
        EXPECT_EQ(slice(assign->opRange), text(assign->op));
        EXPECT_EQ(slice(assign->indicesRange).front(), '[');
      }
    }
    forEachExpr(*program, [&](const ast::Expr &expr) {
      checkReparses(expr);
      checkParts(expr);
    });
  }
}

} // namespace
} // namespace einjit::test
