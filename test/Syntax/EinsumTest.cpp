// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Syntax/Parser.h"
#include "support/Golden.h"
#include <gtest/gtest.h>
#include <sstream>

namespace einjit::test {
namespace {

/// One einsum string a line: its canonical text, or its errors.
std::string describeLines(const std::string &input) {
  std::istringstream lines(input);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const Result<ast::Einsum> einsum = parseEinsum(line);
    out += (einsum ? "\"" + ast::print(*einsum) + "\"" : render(einsum.errors(), line)) + "\n";
  }
  return out;
}

TEST(EinsumTest, Goldens) {
  checkGoldens("Syntax/Einsum", [](const Golden &golden) { return describeLines(golden.input); });
}

TEST(EinsumTest, PrintedTextIsAFixedPoint) {
  for (const Golden &golden : goldens("Syntax/Einsum")) {
    std::istringstream lines(golden.input);
    for (std::string line; std::getline(lines, line);) {
      const Result<ast::Einsum> einsum = parseEinsum(line);
      if (!einsum) continue;
      const Result<ast::Einsum> again = parseEinsum(ast::print(*einsum));
      ASSERT_TRUE(again) << line;
      EXPECT_EQ(ast::print(*again), ast::print(*einsum));
    }
  }
}

TEST(EinsumTest, PartsAreWhereTheyWereTyped) {
  const Result<ast::Einsum> einsum = parseEinsum("b c,, a...d -> b", 100);
  ASSERT_TRUE(einsum);
  EXPECT_EQ(einsum->range, (SourceRange{100, 116}));
  ASSERT_EQ(einsum->inputs.size(), 3u);
  EXPECT_EQ(einsum->inputs[0].range, (SourceRange{100, 103}));
  EXPECT_EQ(einsum->inputs[0].labels[1].name, 'c');
  EXPECT_EQ(einsum->inputs[0].labels[1].range, (SourceRange{102, 103}));
  EXPECT_EQ(einsum->inputs[1].range, (SourceRange{104, 104}));
  EXPECT_EQ(einsum->inputs[2].range, (SourceRange{106, 111}));
  EXPECT_EQ(einsum->inputs[2].ellipsis, 1u);
  EXPECT_EQ(einsum->inputs[2].ellipsisRange, (SourceRange{107, 110}));
  ASSERT_TRUE(einsum->output);
  EXPECT_EQ(einsum->output->range, (SourceRange{115, 116}));
}

TEST(EinsumTest, ErrorsCountFromTheOffset) {
  const std::string program = "y = einsum('b1->b', x)";
  const Result<ast::Einsum> einsum = parseEinsum("b1->b", 12);
  ASSERT_FALSE(einsum);
  EXPECT_EQ(render(einsum.errors(), program), "error: '1' is not an index: indices are letters\n"
                                              "  y = einsum('b1->b', x)\n"
                                              "               ^");
}

TEST(EinsumTest, OnlyTheSpaceCharacterMayStandBetween) {
  for (const std::string text : {"a\tb", "a,\nb", "ab\n", "\rab", "ab->\ta"}) {
    const Result<ast::Einsum> einsum = parseEinsum(text);
    ASSERT_FALSE(einsum) << text;
    const Diagnostic &error = einsum.errors().front();
    EXPECT_EQ(error.kind, DiagnosticKind::EinsumSyntax);
    EXPECT_EQ(error.labels.front().begin, text.find_first_of("\t\n\r"));
    EXPECT_NE(error.message.find("may not stand in an einsum string"), std::string::npos) << error.message;
  }
}

DiagnosticKind kindOf(const std::string &text) {
  const Result<ast::Einsum> einsum = parseEinsum(text);
  return einsum ? throw std::logic_error("no error") : einsum.errors().front().kind;
}

TEST(EinsumTest, Limits) {
  EXPECT_TRUE(parseEinsum(std::string(32, 'a')));
  EXPECT_EQ(kindOf(std::string(33, 'a')), DiagnosticKind::TooManyAxes);
  EXPECT_EQ(kindOf("a->" + std::string(33, 'a')), DiagnosticKind::TooManyAxes);
  EXPECT_TRUE(parseEinsum(std::string(1023, ',')));
  EXPECT_EQ(kindOf(std::string(1024, ',')), DiagnosticKind::TooManyOperands);
  EXPECT_EQ(kindOf(std::string(maxTextBytes + 1, ' ')), DiagnosticKind::TextTooLong);
}

TEST(EinsumTest, AnArrowOutsideQuotesAndCommentsMakesAnEinsumString) {
  for (std::string_view text : {"bce,bc->be", "->", "'it' # no\n a->b", "'open\n->"})
    EXPECT_TRUE(looksLikeEinsum(text)) << text;
  for (std::string_view text : {"", "a - b > c", "einsum('i->', x)", "x # a->b", "\"'->\"", "'#' # ->"})
    EXPECT_FALSE(looksLikeEinsum(text)) << text;
}

} // namespace
} // namespace einjit::test
