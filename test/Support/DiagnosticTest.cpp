// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Diagnostic.h"
#include <gtest/gtest.h>
#include <set>

namespace einjit {
namespace {

Diagnostic at(std::vector<Label> labels) { return {DiagnosticKind::SyntaxError, "wrong", std::move(labels), {}, {}}; }

TEST(Diagnostic, ShowsTheWholeStory) {
  const Diagnostic diagnostic{DiagnosticKind::SizeMismatch,
                              "index 'c' has two sizes",
                              {{{1, 2}, "20"}, {{5, 6}, "21"}},
                              {"operand 0: f32[32,20,128], axis 1    operand 1: f32[32,21], axis 1"},
                              "sizes of one index must be equal, or one of them 1"};
  EXPECT_EQ(render(diagnostic, "bce,bc->be"), R"(error: index 'c' has two sizes
  bce,bc->be
   ^   ^
   20  21
  operand 0: f32[32,20,128], axis 1    operand 1: f32[32,21], axis 1
  help: sizes of one index must be equal, or one of them 1)");
}

TEST(Diagnostic, WithoutLabelsShowsNoSource) {
  EXPECT_EQ(render(Diagnostic{DiagnosticKind::FileError, "no such file", {}, {}, {}}, "x + y"), "error: no such file");
}

TEST(Diagnostic, CaretsCoverTheRange) {
  EXPECT_EQ(render(at({{{4, 10}}}), "a + sum(x) + b\n"), "error: wrong\n  a + sum(x) + b\n      ^^^^^^");
}

TEST(Diagnostic, EmptyRangesGetOneCaret) {
  EXPECT_EQ(render(at({{{1, 1}}}), "abc"), "error: wrong\n  abc\n   ^");
  EXPECT_EQ(render(at({{{3, 3}}}), "abc"), "error: wrong\n  abc\n     ^");
}

TEST(Diagnostic, OutOfRangeLabelsAreClamped) {
  EXPECT_EQ(render(at({{{2, 900}}}), "abc\n"), "error: wrong\n  abc\n    ^");
  EXPECT_EQ(render(at({{{700, 900}}}), "abc\n\n"), "error: wrong\n  abc\n     ^");
  EXPECT_EQ(render(at({{{2, 1}}}), "abc"), "error: wrong\n  abc\n    ^");
  EXPECT_EQ(render(at({{{0xffffffff, 0xffffffff}}}), "abc"), "error: wrong\n  abc\n     ^");
  EXPECT_EQ(render(at({{{3, 5}}}), ""), "error: wrong");
  EXPECT_EQ(render(at({{{0, 1}}}), "\n\n"), "error: wrong");
}

TEST(Diagnostic, TextsThatCollideGoFurtherDown) {
  EXPECT_EQ(render(at({{{0, 1}, "f32[2]"}, {{2, 3}, "f32[3]"}, {{9, 10}, "7"}}), "a,b,c,d,e,f"), R"(error: wrong
  a,b,c,d,e,f
  ^ ^      ^
  f32[2]   7
    f32[3])");
}

TEST(Diagnostic, TextsThatTouchCollide) {
  EXPECT_EQ(render(at({{{0, 1}, "20"}, {{2, 3}, "21"}}), "c,c"), R"(error: wrong
  c,c
  ^ ^
  20
    21)");
  EXPECT_EQ(render(at({{{0, 1}, "5"}, {{2, 3}, "6"}}), "c,c"), "error: wrong\n  c,c\n  ^ ^\n  5 6");
}

TEST(Diagnostic, LabelsMayComeInAnyOrder) {
  EXPECT_EQ(render(at({{{4, 5}, "2"}, {{0, 1}, "1"}}), "a + b"), "error: wrong\n  a + b\n  ^   ^\n  1   2");
}

TEST(Diagnostic, LinesOfSeveralAreNumbered) {
  const std::string source = "x = 1\r\n\ny = x + z\n";
  EXPECT_EQ(render(at({{{16, 17}, "no such name"}}), source), R"(error: wrong
  3 | y = x + z
    |         ^
    |         no such name)");
  EXPECT_EQ(render(at({{{16, 17}}, {{0, 1}}}), source), R"(error: wrong
  1 | x = 1
    | ^
  3 | y = x + z
    |         ^)");
}

TEST(Diagnostic, LineNumbersAlign) {
  std::string source;
  for (int line = 0; line < 12; ++line) source += "ab\n";
  EXPECT_EQ(render(at({{{24, 25}}, {{33, 34}}}), source), R"(error: wrong
   9 | ab
     | ^
  12 | ab
     | ^)");
}

TEST(Diagnostic, RangesEndWithTheirLine) {
  EXPECT_EQ(render(at({{{2, 9}}}), "abcd\nefgh"), "error: wrong\n  1 | abcd\n    |   ^^");
  EXPECT_EQ(render(at({{{4, 5}}}), "abcd\nefgh"), "error: wrong\n  1 | abcd\n    |     ^");
}

TEST(Diagnostic, ColumnsAreCodePoints) {
  const std::string source = "α = größe + 𝛽";
  EXPECT_EQ(render(at({{{5, 12}, "ü"}, {{15, 19}, "x"}}), source),
            "error: wrong\n  α = größe + 𝛽\n      ^^^^^   ^\n      ü       x");
  EXPECT_EQ(render(at({{{1, 2}}}), "αb"), "error: wrong\n  αb\n  ^") << "a range inside a code point";
}

TEST(Diagnostic, InvalidBytesTakeOneColumn) {
  const std::string_view invalid[] = {"\x80", "\xc0", "\xff", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80"};
  for (std::string_view bytes : invalid) {
    const std::string source = std::string(bytes) + "+b";
    std::string expected = "error: wrong\n  ";
    for (std::size_t i = 0; i < bytes.size(); ++i) expected += "\xef\xbf\xbd";
    expected += "+b\n  " + std::string(bytes.size() + 1, ' ') + "^";
    const auto begin = static_cast<std::uint32_t>(bytes.size() + 1);
    EXPECT_EQ(render(at({{{begin, begin + 1}}}), source), expected);
  }
}

TEST(Diagnostic, TabsAndControlCharactersAreSpaces) {
  EXPECT_EQ(render(at({{{2, 3}}}), "a\tb\x1b[31m"), "error: wrong\n  a b [31m\n    ^");
  EXPECT_EQ(render(Diagnostic{DiagnosticKind::UnknownName, "unknown name '\x1b\n'", {}, {}, {}}, ""),
            "error: unknown name '  '");
}

TEST(Diagnostic, NotesMayHaveSeveralLines) {
  EXPECT_EQ(render(Diagnostic{DiagnosticKind::UnknownName, "wrong", {}, {"one\ntwo", ""}, "three\nfour"}, ""),
            "error: wrong\n  one\n  two\n  \n  help: three\n  four");
}

TEST(Diagnostic, LongLinesAreCutToAWindow) {
  const std::string source = std::string(150, 'x') + "!" + std::string(150, 'y');
  EXPECT_EQ(render(at({{{150, 151}, "here"}}), source), "error: wrong\n  …" + std::string(48, 'x') + "!" +
                                                            std::string(49, 'y') + "…\n  " + std::string(49, ' ') +
                                                            "^\n  " + std::string(49, ' ') + "here");
}

TEST(Diagnostic, LongLinesAreNotCutAtTheirEnds) {
  const std::string source = std::string(300, 'x');
  EXPECT_EQ(render(at({{{0, 1}}}), source), "error: wrong\n  " + std::string(99, 'x') + "…\n  ^");
  EXPECT_EQ(render(at({{{299, 300}}}), source),
            "error: wrong\n  …" + std::string(99, 'x') + "\n  " + std::string(99, ' ') + "^");
  EXPECT_EQ(render(at({{{0, 300}}}), source),
            "error: wrong\n  " + std::string(99, 'x') + "…\n  " + std::string(100, '^'));
}

TEST(Diagnostic, PlacesFarApartGetAWindowEach) {
  const std::string source = "a" + std::string(300, ',') + "b";
  EXPECT_EQ(render(at({{{301, 302}, "3"}, {{0, 1}, "2"}}), source),
            "error: wrong\n  a" + std::string(98, ',') + "…\n  ^\n  2\n  …" + std::string(98, ',') + "b\n  " +
                std::string(99, ' ') + "^\n  " + std::string(99, ' ') + "3");
}

TEST(Diagnostic, NoRangeInAnyTextBreaksIt) {
  const std::string sources[] = {
      "", "\n", "a", "ab\n\ncd\r\n", "\xff\xfe", "αβ\nγ", std::string(250, 'x') + "\n" + std::string(120, 'y')};
  for (const std::string &source : sources)
    for (std::uint32_t begin = 0; begin <= source.size() + 2; ++begin)
      for (std::uint32_t end : {0u, begin, begin + 1, begin + 90, 1000u}) {
        const std::string text = render(at({{{begin, end}, "text"}, {{end, begin}, "α"}}), source);
        const bool shown = source.find_first_not_of("\r\n") != std::string::npos;
        EXPECT_EQ(text.find('^') != std::string::npos, shown);
      }
}

TEST(Diagnostic, ColorsErrorCaretsAndHelp) {
  Diagnostic diagnostic = at({{{2, 3}, "x"}});
  diagnostic.help = "do so";
  EXPECT_EQ(render(diagnostic, "a b", true),
            "\x1b[1;31merror:\x1b[0m wrong\n  a b\n    \x1b[31m^\x1b[0m\n    x\n  \x1b[36mhelp:\x1b[0m do so");
}

TEST(Diagnostic, SeveralAreSeparatedByAnEmptyLine) {
  EXPECT_EQ(render(Diagnostics{at({{{0, 1}}}), at({})}, "a"), "error: wrong\n  a\n  ^\n\nerror: wrong");
  EXPECT_EQ(render(Diagnostics{}, "a"), "");
}

TEST(Diagnostic, KindsHaveDistinctNamesAndCategories) {
  std::set<std::string_view> names;
  std::size_t count = 0;
#define DIAGNOSTIC(Kind, stableName, Category)                                                                         \
  EXPECT_EQ(name(DiagnosticKind::Kind), stableName);                                                                   \
  EXPECT_EQ(category(DiagnosticKind::Kind), ErrorCategory::Category);                                                  \
  names.insert(stableName);                                                                                            \
  ++count;
#include "Support/Diagnostics.def"
#undef DIAGNOSTIC
  EXPECT_EQ(names.size(), count);
}

TEST(Diagnostic, ThrowErrorCarriesTextKindAndCategory) {
  Diagnostic second = at({});
  second.kind = DiagnosticKind::SizeMismatch;
  try {
    throwError({at({{{0, 1}}}), second}, "a");
    FAIL() << "must throw";
  } catch (const Error &error) {
    EXPECT_STREQ(error.what(), "error: wrong\n  a\n  ^\n\nerror: wrong");
    EXPECT_EQ(error.kind(), "syntax-error");
    EXPECT_EQ(error.category(), ErrorCategory::Usage);
  }
  EXPECT_THROW(throwError({}, ""), InternalError);
}

} // namespace
} // namespace einjit
