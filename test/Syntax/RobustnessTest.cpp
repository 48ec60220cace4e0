// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// No text may crash the parser, and deep or long ones may not exhaust the stack of 8 MB a process starts with.
#include "Syntax/Parser.h"
#include "support/Golden.h"
#include <chrono>
#include <gtest/gtest.h>
#include <random>

namespace einjit::test {
namespace {

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

/// The kinds of brackets, each with what may stand around the next one inside.
const std::pair<std::string, std::string> nests[] = {
    {"(", ")"},  {"[", "]"},      {"f(", ")"}, {"f(k=", ")"},
    {"x[", "]"}, {"x[a:b:", "]"}, {"-(", ")"}, {"a + b * -f(c, [", "])"},
};

TEST(RobustnessTest, BracketsNestAsDeepAsTheLimit) {
  for (const auto &[open, close] : nests) {
    const std::size_t each = open.find('[') != open.npos && open.find('(') != open.npos ? 2 : 1;
    const std::size_t depth = maxNesting / each;
    const std::string text = repeated(open, depth) + "x" + repeated(close, depth);
    const Result<ast::Program> program = parseProgram(text);
    ASSERT_TRUE(program) << open;
    const std::string printed = ast::print(*program);
    EXPECT_EQ(ast::print(*parseProgram(printed)), printed);
  }
}

TEST(RobustnessTest, DeeperBracketsAreRefusedAtTheGuiltyOne) {
  for (const auto &[open, close] : nests) {
    for (std::size_t depth : {maxNesting + 1, std::size_t{3000}}) {
      const Result<ast::Program> program = parseProgram(repeated(open, depth) + "x" + repeated(close, depth));
      ASSERT_FALSE(program);
      EXPECT_EQ(program.errors().size(), 1u);
      EXPECT_EQ(program.errors().front().kind, DiagnosticKind::NestingTooDeep);
    }
  }
  const Result<ast::Program> program = parseProgram(repeated("(", maxTextBytes));
  ASSERT_FALSE(program);
  EXPECT_EQ(program.errors().front().labels.front(), (SourceRange{maxNesting, maxNesting + 1}));
}

TEST(RobustnessTest, LongChainsAreLoops) {
  const std::string chains[] = {
      "a" + repeated("+a", 30000),
      "a" + repeated(" + b * c @ d", 5000),
      repeated("-", 60000) + "x",
      "x" + repeated(".T", 30000),
      "x" + repeated("[0]", 20000),
      "x" + repeated(".f(y)", 12000),
      "[1" + repeated(",1", 30000) + "]",
      "f(1" + repeated(",k=1", 15000) + ")",
      "x[0" + repeated(",:", 30000) + "]",
      repeated("a\n", 30000),
      std::string(60000, 'a'),
      std::string(60000, '1'),
      "'" + std::string(60000, '(') + "'",
  };
  for (const std::string &text : chains) {
    const Result<ast::Program> program = parseProgram(text);
    ASSERT_TRUE(program) << text.substr(0, 40);
    const std::string printed = ast::print(*program);
    // Canonical text has more spaces, so it may be longer than the limit.
    if (printed.size() > maxTextBytes) continue;
    EXPECT_EQ(ast::print(*parseProgram(printed)), printed);
  }
}

/// Alternatives that read the inside of brackets twice would take time exponential in their depth.
TEST(RobustnessTest, DeepErrorsAreFoundAsFast) {
  const auto start = std::chrono::steady_clock::now();
  for (const auto &[open, close] : nests)
    EXPECT_FALSE(parseProgram(repeated(open, maxNesting / 2) + "x y" + repeated(close, maxNesting / 2)));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

void expectPlacesInside(const Diagnostics &errors, std::string_view text) {
  ASSERT_FALSE(errors.empty());
  for (const Diagnostic &error : errors) {
    EXPECT_FALSE(error.message.empty());
    ASSERT_FALSE(error.labels.empty());
    for (const Label &label : error.labels) {
      EXPECT_LE(label.begin, label.end);
      EXPECT_LE(label.end, text.size());
    }
  }
  EXPECT_FALSE(render(errors, text).empty());
}

/// Changes, inserts, removes or copies a few bytes.
std::string mutate(std::string text, std::mt19937 &random) {
  static constexpr std::string_view bytes = "()[]'\"#;:,.=+-*/@>\n \t\\ax19_N\xC3\xA9\xE2\x01\xFF";
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
    const std::size_t at = below(text.size() + 1);
    const char byte = bytes[below(bytes.size())];
    switch (below(4)) {
    case 0: text.insert(at, 1, byte); break;
    case 1: text.erase(at, 1 + below(3)); break;
    case 2: text.replace(at, 1, 1, byte); break;
    default: text.insert(at, text.substr(below(text.size() + 1), below(12))); break;
    }
  }
  return text;
}

TEST(RobustnessTest, MutatedProgramsParseOrFailWithAPlace) {
  std::mt19937 random(20260120);
  for (const char *folder : {"Syntax/Program", "Syntax/Errors"})
    for (const Golden &golden : goldens(folder))
      for (int round = 0; round < 400; ++round) {
        const std::string text = mutate(golden.input, random);
        const Result<ast::Program> program = parseProgram(text);
        if (!program) {
          expectPlacesInside(program.errors(), text);
          continue;
        }
        const std::string printed = ast::print(*program);
        const Result<ast::Program> again = parseProgram(printed);
        ASSERT_TRUE(again) << text << "\nprints as\n" << printed;
        EXPECT_EQ(ast::print(*again), printed);
      }
}

TEST(RobustnessTest, MutatedEinsumStringsParseOrFailWithAPlace) {
  std::mt19937 random(7);
  for (int round = 0; round < 5000; ++round) {
    const std::string text = mutate("bce, ...bc->...be", random);
    const Result<ast::Einsum> einsum = parseEinsum(text);
    if (einsum)
      EXPECT_EQ(ast::print(*parseEinsum(ast::print(*einsum))), ast::print(*einsum));
    else
      expectPlacesInside(einsum.errors(), text);
  }
}

} // namespace
} // namespace einjit::test
