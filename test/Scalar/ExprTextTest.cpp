// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/Evaluate.h"
#include "Scalar/RandomExpr.h"
#include "Support/TextReader.h"
#include <gtest/gtest.h>

namespace einjit::scalar {
namespace {

std::string text(const Expr &expr) {
  return print(expr, [](std::size_t operand) { return "%" + std::to_string(operand); });
}

/// Reads operands `%n`, typed as operandTypes says.
std::optional<Expr> readFrom(TextReader &reader, std::optional<DType> accumulator = accumulatorType) {
  const auto operand = [&]() -> std::optional<ParsedOperand> {
    reader.expect("%");
    const auto index = reader.integer("an operand's number");
    if (!index || *index < 0 || *index >= std::ssize(operandTypes)) return std::nullopt;
    return ParsedOperand{static_cast<std::size_t>(*index), operandTypes[*index]};
  };
  auto expr = parse(reader, operand, accumulator);
  EXPECT_EQ(expr.has_value(), !reader.failed());
  return expr;
}

std::optional<Expr> read(std::string_view source) {
  TextReader reader(source);
  auto expr = readFrom(reader);
  EXPECT_TRUE(expr) << (reader.failed() ? render(reader.error(), source) : "");
  EXPECT_TRUE(reader.atEnd());
  return expr;
}

std::string errorOf(std::string_view source, std::optional<DType> accumulator = accumulatorType) {
  TextReader reader(source);
  EXPECT_FALSE(readFrom(reader, accumulator)) << source;
  return reader.failed() ? render(reader.error(), source) : "";
}

/// `source` prints as `printed`, which prints as itself.
void expectPrints(std::string_view source, std::string_view printed) {
  const auto expr = read(source);
  ASSERT_TRUE(expr);
  EXPECT_EQ(text(*expr), printed);
  EXPECT_EQ(read(text(*expr)), expr);
}

TEST(ExprText, Leaves) {
  expectPrints("%0", "%0");
  expectPrints("acc", "acc");
  expectPrints("f32(0.5)", "f32(0.5)");
  expectPrints("f64( -0 )", "f64(-0)");
  expectPrints("i32(-2147483648)", "i32(-2147483648)");
  expectPrints("i64(3)", "i64(3)");
  expectPrints("bool(true)", "bool(true)");
  expectPrints("bool(false)", "bool(false)");
  expectPrints("f32(nan)", "f32(nan)");
  expectPrints("f32(-inf)", "f32(-inf)");
  expectPrints("f32(inf)", "f32(inf)");
  expectPrints("f32(.5)", "f32(0.5)");
}

TEST(ExprText, Calls) {
  expectPrints("add( %0 ,mul(%5,\n acc) )", "add(%0, mul(%5, acc))");
  expectPrints("select(lt(%2, i32(3)), neg(%2), %2)", "select(lt(%2, i32(3)), neg(%2), %2)");
  expectPrints("not(%4)", "not(%4)");
}

TEST(ExprText, Casts) {
  expectPrints("f64(%0)", "f64(%0)");
  expectPrints("f64(f32(0.5))", "f64(f32(0.5))");
  expectPrints("bool(f32(%1))", "bool(f32(%1))");
  expectPrints("f64(acc)", "f64(acc)");
  expectPrints("f32(%0)", "%0");
}

TEST(ExprText, SharedNodesAreNamed) {
  expectPrints("sub(mul(add(%0,%5),add(%0,%5)), add(%0,%5))", "let t0 = add(%0, %5) in sub(mul(t0, t0), t0)");
  expectPrints("let a = add(%0, %5), b = mul(a, a) in sub(add(b, a), b)",
               "let t0 = add(%0, %5), t1 = mul(t0, t0) in sub(add(t1, t0), t1)");
  expectPrints("let once = neg(%0), never = abs(%1) in sqrt(once)", "sqrt(neg(%0))");
  expectPrints("mul(%0, %0)", "mul(%0, %0)");
  expectPrints("add(f32(2), f32(2))", "add(f32(2), f32(2))");
}

TEST(ExprText, LeavesTheReaderBehindTheExpression) {
  TextReader reader("add(%0, %5) then acc, more");
  EXPECT_EQ(text(*readFrom(reader)), "add(%0, %5)");
  EXPECT_TRUE(reader.accept("then"));
  EXPECT_EQ(text(*readFrom(reader)), "acc");
  EXPECT_TRUE(reader.accept(","));
}

TEST(ExprText, Errors) {
  EXPECT_EQ(errorOf("add(%0)"), "error: 'add' takes 2 arguments, not 1\n  add(%0)\n  ^^^^^^^");
  EXPECT_EQ(errorOf("neg(%0, %0)"), "error: 'neg' takes 1 argument, not 2\n  neg(%0, %0)\n  ^^^^^^^^^^^");
  EXPECT_EQ(errorOf("neg(add(%0, %1))"),
            "error: 'add' does not apply to (f32, f64)\n  neg(add(%0, %1))\n      ^^^^^^^^^^^");
  EXPECT_EQ(errorOf("plus(%0, %1)"), "error: unknown operation 'plus'\n  plus(%0, %1)\n  ^^^^^");
  EXPECT_EQ(errorOf("cast(%0)"), "error: unknown operation 'cast'\n  cast(%0)\n  ^^^^^");
  EXPECT_EQ(errorOf("neg(x)"), "error: unknown name 'x'\n  neg(x)\n      ^");
  EXPECT_EQ(errorOf("neg(%9)"), "error: unknown operand\n  neg(%9)\n      ^^");
  EXPECT_EQ(errorOf("i32(0.5)"), "error: this is no constant of type i32\n  i32(0.5)\n  ^^^^^^^^");
  EXPECT_EQ(errorOf("f32(1, 2)"), "error: this is no constant of type f32\n  f32(1, 2)\n  ^^^^^^^^^");
  EXPECT_EQ(errorOf("f32(true)"), "error: this is no constant of type f32\n  f32(true)\n  ^^^^^^^^^");
  EXPECT_EQ(errorOf("neg(%0"), "error: expected ')'\n  neg(%0\n        ^");
  EXPECT_EQ(errorOf("neg()"), "error: expected an expression\n  neg()\n      ^");
  EXPECT_EQ(errorOf("f32(1"), "error: expected ')'\n  f32(1\n       ^");
  EXPECT_EQ(errorOf("3"), "error: expected an expression\n  3\n  ^");
  EXPECT_EQ(errorOf(""), "error: expected an expression");
  EXPECT_EQ(errorOf("acc", std::nullopt), "error: 'acc' has no meaning here\n  acc\n  ^^^");
}

TEST(ExprText, ErrorsOfLets) {
  EXPECT_EQ(errorOf("let a = %0, a = %1 in a"),
            "error: 'a' has a meaning already\n  let a = %0, a = %1 in a\n              ^");
  EXPECT_EQ(errorOf("let acc = %0 in acc"), "error: 'acc' has a meaning already\n  let acc = %0 in acc\n      ^^^");
  EXPECT_EQ(errorOf("let a = neg(a) in a"), "error: unknown name 'a'\n  let a = neg(a) in a\n              ^");
  EXPECT_EQ(errorOf("let a = %0 a"), "error: expected 'in'\n  let a = %0 a\n             ^");
  EXPECT_EQ(errorOf("neg(let a = %0 in a)"), "error: unknown name 'let'\n  neg(let a = %0 in a)\n      ^^^");
}

TEST(ExprText, DeepTextIsRefused) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "neg(";
  TextReader reader(deep);
  EXPECT_FALSE(readFrom(reader));
  EXPECT_EQ(reader.error().message, "an expression is nested deeper than 512");
  std::string fits = "%0";
  for (int i = 0; i < 512; ++i) fits = "neg(" + fits + ")";
  EXPECT_TRUE(read(fits));
}

TEST(ExprText, DeepExpressionsArePrintedInPieces) {
  ExprBuilder builder;
  NodeId sum = builder.operand(0, DType::F32);
  for (int i = 0; i < 30000; ++i) sum = builder.apply(ScalarOp::Add, {sum, builder.operand(5, DType::F32)});
  const Expr expr = builder.take(sum);
  const std::string printed = text(expr);
  EXPECT_LT(printed.size(), 30000 * 12u);
  EXPECT_EQ(read(printed), expr);
}

TEST(ExprText, SharedExpressionsPrintInLinearSize) {
  ExprBuilder builder;
  NodeId sum = builder.operand(0, DType::F32);
  for (int i = 0; i < 3000; ++i) sum = builder.apply(ScalarOp::Add, {sum, sum});
  const Expr expr = builder.take(sum);
  EXPECT_LT(text(expr).size(), 3000 * 32u);
  EXPECT_EQ(read(text(expr)), expr);
}

TEST(ExprText, NodesTheRootDoesNotUseAreNotPrinted) {
  ExprBuilder builder;
  NodeId sum = builder.operand(0, DType::F32);
  for (int i = 0; i < 200; ++i) sum = builder.apply(ScalarOp::Add, {sum, sum});
  Expr expr = builder.take(sum);
  expr.nodes.push_back({DType::F64, Operand{1}});
  EXPECT_EQ(text(expr), "%1");
}

TEST(ExprText, RandomExpressionsReadBack) {
  std::mt19937_64 random(6);
  for (int round = 0; round < 1000; ++round) {
    const Expr expr = randomExpr(random, random() % 120 + 1);
    const std::string printed = text(expr);
    const auto again = read(printed);
    ASSERT_EQ(again, expr) << printed;
    ASSERT_EQ(text(*again), printed);
  }
}

TEST(ExprText, DamagedTextNeverCrashes) {
  std::mt19937_64 random(8);
  const std::string_view noise = "%(),=09-. tlfacin#\n\xff";
  for (int round = 0; round < 5000; ++round) {
    std::string damaged = text(randomExpr(random, random() % 12 + 1));
    for (std::uint64_t edits = random() % 4 + 1; edits > 0; --edits) {
      const std::size_t at = random() % damaged.size();
      if (random() % 2)
        damaged[at] = noise[random() % noise.size()];
      else
        damaged = damaged.substr(0, at) + damaged.substr(at / 2);
    }
    TextReader reader(damaged);
    const auto expr = readFrom(reader);
    if (!expr) {
      EXPECT_NE(render(reader.error(), damaged), "");
    }
  }
}

TEST(ExprText, RandomExpressionsKeepTheirValue) {
  std::mt19937_64 random(9);
  for (int round = 0; round < 200; ++round) {
    const Expr expr = randomExpr(random, 40);
    const Leaves leaves{[](std::size_t i) { return convert(1.5 * static_cast<double>(i) - 2, operandTypes[i]); },
                        [] { return Scalar(0.75f); }};
    EXPECT_TRUE(identical(evaluate(expr, leaves), evaluate(*read(text(expr)), leaves)));
  }
}

} // namespace
} // namespace einjit::scalar
