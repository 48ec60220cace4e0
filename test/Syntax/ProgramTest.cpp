// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Syntax/Parser.h"
#include "Syntax/Tree.h"
#include "support/Golden.h"
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

std::string renderWithKinds(const Diagnostics &errors, std::string_view source) {
  std::string out;
  for (const Diagnostic &error : errors)
    out += (out.empty() ? "[" : "\n\n[") + std::string(name(error.kind)) + "]\n" + render(error, source);
  return out + "\n";
}

/// Canonical text and tree of a program, or its errors.
std::string describe(std::string_view source) {
  const Result<ast::Program> program = parseProgram(source);
  if (!program) return renderWithKinds(program.errors(), source);
  return ast::print(*program) + "----\n" + tree(*program);
}

TEST(ProgramTest, Goldens) {
  checkGoldens("Syntax/Program", [](const Golden &golden) { return describe(golden.input); });
}

TEST(ProgramTest, Errors) {
  checkGoldens("Syntax/Errors", [](const Golden &golden) { return describe(golden.input); });
}

TEST(ProgramTest, PrintedTextParsesToTheSameTree) {
  for (const Golden &golden : goldens("Syntax/Program")) {
    SCOPED_TRACE(golden.path);
    const Result<ast::Program> program = parseProgram(golden.input);
    ASSERT_TRUE(program);
    const std::string printed = ast::print(*program);
    const Result<ast::Program> again = parseProgram(printed);
    ASSERT_TRUE(again) << render(again.errors(), printed);
    EXPECT_EQ(ast::print(*again), printed);
    EXPECT_EQ(tree(*again), tree(*program));
  }
}

TEST(ProgramTest, EmptyTextIsAnEmptyProgram) {
  for (std::string_view text : {"", "\n", " ; ;\n# only a comment", "\r\n", "\xEF\xBB\xBF"}) {
    const Result<ast::Program> program = parseProgram(text);
    ASSERT_TRUE(program) << text;
    EXPECT_TRUE(program->statements.empty()) << text;
  }
}

TEST(ProgramTest, InvisibleCharactersAreNoPartOfNames) {
  EXPECT_EQ(describe("\xEF\xBB\xBFx\xC2\xA0=\xC2\xA0y\r\n"), "x = y\n----\nx = y\n");
}

TEST(ProgramTest, TextLengthHasALimit) {
  EXPECT_TRUE(parseProgram(std::string(maxTextBytes, ' ')));
  const Result<ast::Program> tooLong = parseProgram(std::string(maxTextBytes + 1, ' '));
  ASSERT_FALSE(tooLong);
  EXPECT_EQ(tooLong.errors().front().kind, DiagnosticKind::TextTooLong);
}

TEST(ProgramTest, ManyErrorsAreCutShort) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "*;)\n";
  const Result<ast::Program> program = parseProgram(text);
  ASSERT_FALSE(program);
  EXPECT_EQ(program.errors().size(), 64u);
}

TEST(ProgramTest, AnUnusualByteIsNamedInTheMessage) {
  const std::string source("a \x01 b\0c", 7);
  const Result<ast::Program> program = parseProgram(source);
  ASSERT_FALSE(program);
  EXPECT_EQ(program.errors().front().message, "unexpected '\\x01'");
}

} // namespace
} // namespace einjit::test
