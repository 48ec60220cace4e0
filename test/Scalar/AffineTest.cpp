// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/Affine.h"
#include "Support/TextReader.h"
#include <gtest/gtest.h>
#include <random>

namespace einjit {
namespace {

const std::string names[] = {"i", "j", "k0", "lane"};

std::string text(const Affine &expr) {
  return print(expr, [](std::uint32_t id) { return names[id]; });
}

std::optional<std::uint32_t> find(std::string_view name) {
  const auto at = std::find(std::begin(names), std::end(names), name);
  if (at == std::end(names)) return std::nullopt;
  return static_cast<std::uint32_t>(at - std::begin(names));
}

std::optional<Affine> read(std::string_view source) {
  TextReader reader(source);
  auto expr = parseAffine(reader, find);
  EXPECT_EQ(expr.has_value(), !reader.failed()) << source;
  return expr && reader.atEnd() ? expr : std::nullopt;
}

std::string errorOf(std::string_view source) {
  TextReader reader(source);
  EXPECT_FALSE(parseAffine(reader, find)) << source;
  return render(reader.error(), source);
}

Affine var(std::uint32_t id, std::int64_t coefficient = 1) { return Affine::variable(id, coefficient); }

TEST(Affine, Queries) {
  const Affine expr = var(2, 16) + var(0) + Affine::number(3);
  EXPECT_EQ(expr.coefficient(0), 1);
  EXPECT_EQ(expr.coefficient(1), 0);
  EXPECT_EQ(expr.coefficient(2), 16);
  EXPECT_TRUE(expr.uses(2));
  EXPECT_FALSE(expr.uses(1));
  EXPECT_FALSE(expr.isConstant());
  EXPECT_TRUE(Affine::number(3).isConstant());
  EXPECT_EQ(var(2).asVariable(), 2u);
  EXPECT_FALSE(var(2, 2).asVariable());
  EXPECT_FALSE((var(2) + Affine::number(1)).asVariable());
  EXPECT_FALSE((var(2) + var(1)).asVariable());
  EXPECT_FALSE(Affine::number(2).asVariable());
}

TEST(Affine, TermsThatCancelVanish) {
  EXPECT_EQ(var(1) - var(1), Affine::number(0));
  EXPECT_EQ(var(1) * 0, Affine::number(0));
  EXPECT_EQ(var(1, 0), Affine::number(0));
  EXPECT_EQ((var(0) + var(1)).terms.size(), 2u);
}

TEST(Affine, SubstitutesAtOnce) {
  const Affine expr = var(0, 2) + var(1) + Affine::number(5);
  EXPECT_EQ(text(substitute(expr, 0, var(2, 16) + var(3))), "j + 32*k0 + 2*lane + 5");
  EXPECT_EQ(text(substitute(expr, 3, var(2))), text(expr));
  const auto swap = [](std::uint32_t id) { return var(1 - id); };
  EXPECT_EQ(text(substituteAll(expr, swap)), "i + 2*j + 5");
}

TEST(Affine, Prints) {
  EXPECT_EQ(text({}), "0");
  EXPECT_EQ(text(Affine::number(-3)), "-3");
  EXPECT_EQ(text(var(0)), "i");
  EXPECT_EQ(text(var(0, -1)), "-i");
  EXPECT_EQ(text(var(0, -2) + var(1, -1) + Affine::number(-4)), "-2*i - j - 4");
  EXPECT_EQ(text(var(3) + var(0, 16) + Affine::number(3)), "16*i + lane + 3");
}

TEST(Affine, ReadsWhatPeopleWrite) {
  EXPECT_EQ(text(*read("3 + lane+16 * i")), "16*i + lane + 3");
  EXPECT_EQ(text(*read("7-1-j")), "-j + 6");
  EXPECT_EQ(text(*read("i + i - 2*i")), "0");
  EXPECT_EQ(text(*read("- i")), "-i");
  EXPECT_EQ(text(*read("+i - -3")), "i + 3");
  EXPECT_EQ(text(*read("2*i + -3*j")), "2*i - 3*j");
  EXPECT_EQ(text(*read("i\n # comment\n + 1")), "i + 1");
}

TEST(Affine, StopsAtWhatIsNotItsOwn) {
  TextReader reader("i + 1, j]");
  EXPECT_EQ(text(*parseAffine(reader, find)), "i + 1");
  EXPECT_TRUE(reader.accept(","));
  EXPECT_EQ(text(*parseAffine(reader, find)), "j");
  EXPECT_TRUE(reader.accept("]"));
}

TEST(Affine, ErrorsShowThePlace) {
  EXPECT_EQ(errorOf("i + 2*foo + 1"), "error: unknown variable\n  i + 2*foo + 1\n      ^^^^^");
  EXPECT_EQ(errorOf("i + "), "error: expected a variable or a number\n  i +\n     ^");
  EXPECT_EQ(errorOf("2*3"), "error: expected a variable or a number\n  2*3\n    ^");
  EXPECT_EQ(errorOf(""), "error: expected a variable or a number");
  EXPECT_EQ(errorOf("9223372036854775808"),
            "error: this integer does not fit 64 bits\n  9223372036854775808\n  ^^^^^^^^^^^^^^^^^^^");
}

TEST(Affine, SumsMustFit) {
  EXPECT_EQ(errorOf("9223372036854775807 + 1"),
            "error: this number does not fit 64 bits\n  9223372036854775807 + 1\n                        ^");
  EXPECT_EQ(errorOf("9223372036854775807*i + i"),
            "error: this number does not fit 64 bits\n  9223372036854775807*i + i\n                          ^");
  EXPECT_EQ(errorOf("0 - -9223372036854775808"), "error: this number does not fit 64 bits\n  0 - "
                                                 "-9223372036854775808\n      ^^^^^^^^^^^^^^^^^^^^");
}

TEST(Affine, ExtremesReadBack) {
  for (const Affine &expr : {Affine::number(INT64_MIN), Affine::number(INT64_MAX), var(0, INT64_MIN),
                             var(0) + var(1, INT64_MIN), var(0) + Affine::number(INT64_MIN), var(0, -INT64_MAX)})
    EXPECT_EQ(read(text(expr)), expr) << text(expr);
}

class RandomAffine : public testing::Test {
protected:
  std::mt19937_64 random{7};
  std::int64_t number() { return static_cast<std::int64_t>(random() % 21) - 10; }
  Affine expr() {
    Affine sum = Affine::number(number());
    for (std::uint64_t terms = random() % 5; terms > 0; --terms)
      sum = sum + var(static_cast<std::uint32_t>(random() % std::size(names)), number());
    return sum;
  }
};

TEST_F(RandomAffine, AlgebraAgreesWithValues) {
  for (int round = 0; round < 2000; ++round) {
    const Affine a = expr(), b = expr(), c = expr();
    const std::int64_t point[] = {number(), number(), number(), number()}, factor = number();
    const auto at = [&](std::uint32_t id) { return point[id]; };
    const auto value = [&](const Affine &e) { return evaluate(e, at); };
    EXPECT_EQ(value(a + b), value(a) + value(b));
    EXPECT_EQ(value(a - b), value(a) - value(b));
    EXPECT_EQ(value(a * factor), value(a) * factor);
    EXPECT_EQ(a + b, b + a);
    EXPECT_EQ((a + b) + c, a + (b + c));
    EXPECT_EQ((a + b) * factor, a * factor + b * factor);
    EXPECT_EQ(a + b - b, a);
    const auto substituted = [&](std::uint32_t id) { return id == 1 ? value(b) : point[id]; };
    EXPECT_EQ(value(substitute(a, 1, b)), evaluate(a, substituted));
  }
}

TEST_F(RandomAffine, TextReadsBack) {
  for (int round = 0; round < 2000; ++round) {
    const Affine a = expr();
    EXPECT_EQ(read(text(a)), a) << text(a);
    for (std::size_t i = 0; i < a.terms.size(); ++i) {
      EXPECT_NE(a.terms[i].coefficient, 0);
      EXPECT_TRUE(i == 0 || a.terms[i - 1].variable < a.terms[i].variable);
    }
  }
}

} // namespace
} // namespace einjit
