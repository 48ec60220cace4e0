// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/TextReader.h"
#include <gtest/gtest.h>

namespace einjit {
namespace {

TEST(TextReader, SkipsWhiteSpaceAndComments) {
  TextReader reader("  # first\n\tkernel # second\r\n ( # third");
  EXPECT_TRUE(reader.accept("kernel"));
  EXPECT_TRUE(reader.accept("("));
  EXPECT_TRUE(reader.atEnd());
  EXPECT_FALSE(reader.failed());
}

TEST(TextReader, WordsEndWhereTheyEnd) {
  TextReader reader("format for_ for2 for(");
  EXPECT_FALSE(reader.accept("for"));
  EXPECT_EQ(reader.identifier(), "format");
  EXPECT_FALSE(reader.accept("for"));
  EXPECT_EQ(reader.identifier(), "for_");
  EXPECT_FALSE(reader.peek("for"));
  EXPECT_EQ(reader.identifier(), "for2");
  EXPECT_TRUE(reader.peek("for"));
  EXPECT_TRUE(reader.accept("for"));
  EXPECT_TRUE(reader.expect("("));
}

TEST(TextReader, Names) {
  TextReader reader("_a.b1 lo..hi x. 9");
  EXPECT_EQ(reader.identifier(), "_a.b1");
  EXPECT_EQ(reader.identifier(), "lo");
  EXPECT_TRUE(reader.accept(".."));
  EXPECT_EQ(reader.identifier(), "hi");
  EXPECT_EQ(reader.identifier(), "x");
  EXPECT_TRUE(reader.accept("."));
  EXPECT_FALSE(reader.identifier("a loop variable"));
  EXPECT_EQ(reader.error().message, "expected a loop variable");
  EXPECT_EQ(reader.error().labels[0], (SourceRange{16, 17}));
}

TEST(TextReader, Integers) {
  TextReader reader("0 -7 +12 9223372036854775807 -9223372036854775808 -x");
  for (std::int64_t expected : {std::int64_t{0}, std::int64_t{-7}, std::int64_t{12}, INT64_MAX, INT64_MIN}) {
    EXPECT_TRUE(reader.peekInteger());
    EXPECT_EQ(reader.integer(), expected);
  }
  EXPECT_FALSE(reader.peekInteger());
  EXPECT_FALSE(reader.integer("an extent"));
  EXPECT_EQ(reader.error().message, "expected an extent");
}

TEST(TextReader, IntegersMustFit) {
  TextReader reader(" 9223372036854775808");
  EXPECT_FALSE(reader.integer());
  EXPECT_EQ(reader.error().message, "this integer does not fit 64 bits");
  EXPECT_EQ(reader.error().labels[0], (SourceRange{1, 20}));
}

TEST(TextReader, IntegerLists) {
  TextReader reader("[] [1] [ 1, -2 ,3 ] [1 2]");
  using List = std::vector<std::int64_t>;
  EXPECT_EQ(reader.integerList(), List{});
  EXPECT_EQ(reader.integerList(), List{1});
  EXPECT_EQ(reader.integerList(), (List{1, -2, 3}));
  EXPECT_FALSE(reader.integerList());
  EXPECT_EQ(reader.error().message, "expected ']'");
}

TEST(TextReader, TensorTypes) {
  TextReader reader("f32[2,3] strides [1,2], bool[]");
  EXPECT_EQ(reader.tensorType(), (TensorType{DType::F32, {2, 3}, {1, 2}}));
  EXPECT_TRUE(reader.accept(","));
  EXPECT_EQ(reader.tensorType(), (TensorType{DType::Bool, {}, {}}));
}

TEST(TextReader, TensorTypeErrorsCoverTheType) {
  TextReader reader("x: f32[2,-3] strides [1,2]");
  reader.identifier();
  reader.expect(":");
  EXPECT_FALSE(reader.tensorType());
  EXPECT_EQ(reader.error().message, "an extent must not be negative");
  EXPECT_EQ(reader.error().labels[0], (SourceRange{3, 26}));
}

TEST(TextReader, Until) {
  TextReader reader("f32( -1e5 ) tail");
  reader.identifier();
  reader.expect("(");
  EXPECT_EQ(reader.until(",)"), "-1e5");
  EXPECT_TRUE(reader.expect(")"));
  EXPECT_EQ(reader.until(";"), "tail");
  EXPECT_EQ(reader.until(";"), "");
  EXPECT_TRUE(reader.atEnd());
}

TEST(TextReader, TrailingComments) {
  TextReader reader("a # why \n# of its own\nb\nc #\nd # last");
  reader.identifier();
  EXPECT_FALSE(reader.peek("b") && reader.peek("x")) << "looking ahead must not lose the comment";
  EXPECT_EQ(reader.trailingComment(), "why");
  EXPECT_EQ(reader.trailingComment(), "") << "the next line's comment does not end this line";
  EXPECT_EQ(reader.identifier(), "b");
  EXPECT_EQ(reader.trailingComment(), "");
  EXPECT_EQ(reader.identifier(), "c");
  EXPECT_EQ(reader.trailingComment(), "");
  EXPECT_EQ(reader.identifier(), "d");
  EXPECT_EQ(reader.trailingComment(), "last");
  EXPECT_TRUE(reader.atEnd());
}

TEST(TextReader, TheFirstErrorWinsAndEndsReading) {
  TextReader reader("a b");
  EXPECT_FALSE(reader.expect("x"));
  EXPECT_FALSE(reader.fail("later"));
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.error().kind, DiagnosticKind::StageSyntax);
  EXPECT_EQ(reader.error().message, "expected 'x'");
  EXPECT_FALSE(reader.accept("a"));
  EXPECT_FALSE(reader.peek("a"));
  EXPECT_FALSE(reader.identifier());
  EXPECT_FALSE(reader.integer());
  EXPECT_FALSE(reader.tensorType());
  EXPECT_EQ(reader.until("b"), "");
  EXPECT_TRUE(reader.atEnd());
}

TEST(TextReader, ErrorsCoverTheNextTokenOrTheEndOfTheLast) {
  const auto place = [](std::string_view text) {
    TextReader reader(text);
    reader.identifier();
    reader.expect(";");
    return reader.error().labels[0];
  };
  EXPECT_EQ(place("a  word;"), (SourceRange{3, 7}));
  EXPECT_EQ(place("a -12"), (SourceRange{2, 5}));
  EXPECT_EQ(place("a ++"), (SourceRange{2, 3}));
  EXPECT_EQ(place("a # comment\n\n"), (SourceRange{1, 1}));
}

TEST(TextReader, FailSinceEndsAtTheLastToken) {
  TextReader reader("foo(x)   # c\n  y");
  const std::uint32_t begin = reader.position();
  reader.identifier();
  reader.expect("(");
  reader.identifier();
  reader.expect(")");
  EXPECT_EQ(reader.position(), 15u);
  reader.failSince(begin, "wrong");
  EXPECT_EQ(reader.error().labels[0], (SourceRange{0, 6}));
}

} // namespace
} // namespace einjit
