// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/Expr.h"
#include "Scalar/ByteFactor.h"
#include "Scalar/Evaluate.h"
#include "Scalar/RandomExpr.h"
#include <gtest/gtest.h>
#include <limits>

namespace einjit::scalar {
namespace {

std::string text(const Expr &expr) {
  return print(expr, [](std::size_t operand) { return "%" + std::to_string(operand); });
}

/// Builds on f32 operands.
struct F32Builder : ExprBuilder {
  NodeId x(std::size_t index) { return operand(index, DType::F32); }
  NodeId add(NodeId a, NodeId b) { return apply(ScalarOp::Add, {a, b}); }
  NodeId mul(NodeId a, NodeId b) { return apply(ScalarOp::Mul, {a, b}); }
};

/// Every node's arguments stand before it, all nodes but the last are used, and no two are equal.
void expectCanonical(const Expr &expr) {
  std::vector<bool> used(expr.nodes.size(), false);
  for (std::size_t i = 0; i < expr.nodes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(expr.nodes[i], expr.nodes[j]);
    if (const Apply *apply = std::get_if<Apply>(&expr.nodes[i].kind))
      for (NodeId id : apply->arguments) {
        EXPECT_LT(id.index(), i);
        used[id.index()] = true;
      }
  }
  for (std::size_t i = 0; i + 1 < used.size(); ++i) EXPECT_TRUE(used[i]);
}

TEST(ExprBuilder, EqualNodesAreOne) {
  F32Builder builder;
  const NodeId a = builder.x(0), b = builder.x(1);
  EXPECT_EQ(builder.x(0), a);
  EXPECT_NE(a, b);
  EXPECT_NE(builder.operand(0, DType::F64), a);
  EXPECT_EQ(builder.add(a, b), builder.add(a, b));
  EXPECT_NE(builder.add(a, b), builder.add(b, a));
  EXPECT_NE(builder.add(a, b), builder.mul(a, b));
  EXPECT_EQ(builder.accumulator(DType::F32), builder.accumulator(DType::F32));
}

TEST(ExprBuilder, LiteralsAreOneIfIdentical) {
  ExprBuilder builder;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(builder.literal(1.0), builder.literal(1.0));
  EXPECT_EQ(builder.literal(nan), builder.literal(-nan));
  EXPECT_NE(builder.literal(0.0), builder.literal(-0.0));
  EXPECT_NE(builder.literal(1.0), builder.literal(1.0f));
  EXPECT_NE(builder.literal(std::int32_t{1}), builder.literal(std::int64_t{1}));
}

TEST(ExprBuilder, ArgumentsMustFit) {
  ExprBuilder builder;
  const NodeId f = builder.operand(0, DType::F32), d = builder.operand(1, DType::F64);
  EXPECT_THROW(builder.apply(ScalarOp::Add, {f, d}), std::logic_error);
  EXPECT_THROW(builder.apply(ScalarOp::Add, {f}), std::logic_error);
  EXPECT_THROW(builder.apply(ScalarOp::Cast, {f}), std::logic_error);
  EXPECT_EQ(builder.type(builder.apply(ScalarOp::Lt, {f, f})), DType::Bool);
}

TEST(ExprBuilder, CastToTheSameTypeIsNothing) {
  ExprBuilder builder;
  const NodeId f = builder.operand(0, DType::F32);
  EXPECT_EQ(builder.cast(f, DType::F32), f);
  EXPECT_EQ(builder.type(builder.cast(f, DType::I64)), DType::I64);
  EXPECT_NE(builder.cast(f, DType::I64), builder.cast(f, DType::I32));
}

TEST(ExprBuilder, TakeLeavesOutWhatIsNotUsed) {
  F32Builder builder;
  builder.mul(builder.x(7), builder.x(8));
  const Expr expr = builder.take(builder.add(builder.x(1), builder.x(0)));
  EXPECT_EQ(expr.nodes.size(), 3u);
  EXPECT_EQ(text(expr), "add(%1, %0)");
  expectCanonical(expr);
}

TEST(ExprBuilder, TakeDependsOnTheExpressionOnly) {
  F32Builder forward, backward;
  const NodeId f = forward.mul(forward.add(forward.x(0), forward.x(1)), forward.x(2));
  const NodeId two = backward.x(2), one = backward.x(1);
  backward.add(one, two);
  const NodeId b = backward.mul(backward.add(backward.x(0), one), two);
  EXPECT_EQ(forward.take(f), backward.take(b));
}

TEST(ExprBuilder, TakeHandlesDeepAndSharedExpressions) {
  F32Builder builder;
  NodeId chain = builder.x(0), doubled = builder.x(0);
  for (int i = 0; i < 200000; ++i) chain = builder.add(chain, builder.x(1));
  EXPECT_EQ(builder.take(chain).nodes.size(), 200002u);
  for (int i = 0; i < 1000; ++i) doubled = builder.add(doubled, doubled);
  EXPECT_EQ(builder.take(doubled).nodes.size(), 1001u);
}

TEST(ExprBuilder, SpliceReplacesLeaves) {
  F32Builder inner, outer;
  const Expr expr = inner.take(inner.add(inner.mul(inner.x(0), inner.x(1)), inner.accumulator(DType::F32)));
  const NodeId product = outer.mul(outer.x(5), outer.x(6));
  const NodeId root = outer.splice(expr, [&](const Node &leaf) {
    const Operand *operand = std::get_if<Operand>(&leaf.kind);
    return operand && operand->index == 0 ? product : outer.literal(2.0f);
  });
  EXPECT_EQ(text(outer.take(root)), "add(mul(mul(%5, %6), f32(2)), f32(2))");
}

TEST(ExprBuilder, SpliceWithoutAnswersCopies) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    const Expr expr = randomExpr(random, 30);
    ExprBuilder builder;
    EXPECT_EQ(builder.take(builder.splice(expr, nullptr)), expr);
  }
}

TEST(ExprBuilder, RandomExpressionsAreCanonical) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 100; ++round) expectCanonical(randomExpr(random, 40));
}

TEST(Expr, Identity) {
  EXPECT_TRUE(isIdentity(identityExpr(DType::I64)));
  EXPECT_EQ(identityExpr(DType::I64).type(), DType::I64);
  F32Builder builder;
  EXPECT_FALSE(isIdentity(builder.take(builder.x(1))));
  EXPECT_FALSE(isIdentity(builder.take(builder.accumulator(DType::F32))));
  EXPECT_FALSE(isIdentity(builder.take(builder.add(builder.x(0), builder.x(0)))));
}

TEST(Expr, OperationCount) {
  F32Builder builder;
  const NodeId sum = builder.add(builder.x(0), builder.x(1));
  const NodeId fma = builder.apply(ScalarOp::Fma, {sum, sum, builder.x(2)});
  const NodeId less = builder.apply(ScalarOp::Lt, {fma, sum});
  const NodeId root = builder.cast(builder.apply(ScalarOp::Select, {less, fma, sum}), DType::F64);
  EXPECT_EQ(operationCount(builder.take(root)), 1 + 2 + 1);
  EXPECT_EQ(operationCount(identityExpr(DType::F32)), 0);
}

TEST(Expr, UsedOperands) {
  F32Builder builder;
  const NodeId root = builder.add(builder.add(builder.x(4), builder.x(1)), builder.mul(builder.x(4), builder.x(2)));
  EXPECT_EQ(usedOperands(builder.take(root)), (std::vector<std::size_t>{1, 2, 4}));
  EXPECT_TRUE(usedOperands(builder.take(builder.literal(1.0f))).empty());
}

TEST(Expr, ConversionsOfAnOperand) {
  ExprBuilder b;
  const NodeId x = b.operand(0, DType::BF16), y = b.operand(1, DType::F32);
  const NodeId product = b.apply(ScalarOp::Mul, {b.cast(x, DType::F32), y});
  const Expr expr = b.take(b.apply(ScalarOp::Add, {product, b.cast(x, DType::F32)}));
  EXPECT_EQ(conversionOf(expr, 0), DType::F32);
  EXPECT_EQ(conversionOf(expr, 1), std::nullopt);
  EXPECT_EQ(conversionOf(expr, 2), std::nullopt);
  EXPECT_EQ(conversionOf(identityExpr(DType::BF16), 0), std::nullopt);
  EXPECT_EQ(text(withConverted(expr, 0, DType::F32)), "add(mul(%0, %1), %0)");
  const NodeId both = b.apply(ScalarOp::Add, {b.cast(x, DType::F64), b.cast(b.cast(x, DType::F32), DType::F64)});
  EXPECT_EQ(conversionOf(b.take(both), 0), std::nullopt);
}

TEST(Expr, ByteFactors) {
  ExprBuilder b;
  const NodeId x = b.operand(3, DType::I8), bit = b.literal(std::int8_t{-128});
  const auto factorOf = [&](NodeId id) {
    const Expr expr = b.take(b.cast(id, DType::I32));
    return byteFactor(expr, NodeId(expr.nodes.size() - 1));
  };
  const auto plain = factorOf(x), taken = factorOf(b.cast(x, DType::U8)),
             flipped = factorOf(b.cast(b.apply(ScalarOp::Xor, {x, bit}), DType::U8));
  ASSERT_TRUE(plain && taken && flipped);
  EXPECT_EQ(plain->operand, 3U);
  EXPECT_EQ(plain->type, DType::I8);
  EXPECT_EQ(taken->type, DType::U8);
  EXPECT_FALSE(taken->flipped);
  EXPECT_TRUE(flipped->flipped);
  EXPECT_FALSE(factorOf(b.apply(ScalarOp::Xor, {x, b.literal(std::int8_t{1})})));
  EXPECT_FALSE(factorOf(b.cast(x, DType::F32)));
  EXPECT_FALSE(factorOf(b.cast(b.operand(0, DType::F32), DType::I8)));
  EXPECT_FALSE(factorOf(b.operand(0, DType::I32)));
}

TEST(Expr, RenumberMergesWhatBecomesEqual) {
  F32Builder builder;
  const Expr expr = builder.take(builder.add(builder.mul(builder.x(0), builder.x(1)), builder.x(2)));
  EXPECT_EQ(text(renumber(expr, {2, 1, 0})), "add(mul(%2, %1), %0)");
  const Expr merged = renumber(expr, {0, 0, 0});
  EXPECT_EQ(text(merged), "add(mul(%0, %0), %0)");
  expectCanonical(merged);
  EXPECT_THROW(renumber(expr, {0, 1}), std::logic_error);
}

class ContractFma : public testing::Test {
protected:
  F32Builder b;
  NodeId product = b.mul(b.x(0), b.x(1));
  std::string contracted(NodeId root) { return text(contractFma(b.take(root))); }
};

TEST_F(ContractFma, EitherSide) {
  EXPECT_EQ(contracted(b.add(product, b.x(2))), "fma(%0, %1, %2)");
  EXPECT_EQ(contracted(b.add(b.x(2), product)), "fma(%0, %1, %2)");
}

TEST_F(ContractFma, TheFirstOfTwoProducts) {
  EXPECT_EQ(contracted(b.add(product, b.mul(b.x(2), b.x(3)))), "fma(%0, %1, mul(%2, %3))");
}

TEST_F(ContractFma, Chains) {
  const NodeId inner = b.add(product, b.x(2));
  EXPECT_EQ(contracted(b.add(b.mul(inner, b.x(3)), b.x(4))), "fma(fma(%0, %1, %2), %3, %4)");
}

TEST_F(ContractFma, NotAProductWithOtherUsers) {
  EXPECT_EQ(contracted(b.add(product, product)), "let t0 = mul(%0, %1) in add(t0, t0)");
  const NodeId sum = b.add(product, b.x(2));
  EXPECT_EQ(contracted(b.apply(ScalarOp::Max, {sum, product})), "let t0 = mul(%0, %1) in max(add(t0, %2), t0)");
  EXPECT_EQ(contracted(b.add(product, b.mul(b.x(2), product))), "let t0 = mul(%0, %1) in fma(%2, t0, t0)");
}

TEST_F(ContractFma, NotIntegersAndNotSubtraction) {
  const NodeId i = b.operand(0, DType::I32);
  EXPECT_EQ(contracted(b.add(b.mul(i, i), i)), "add(mul(%0, %0), %0)");
  EXPECT_EQ(contracted(b.apply(ScalarOp::Sub, {product, b.x(2)})), "sub(mul(%0, %1), %2)");
  EXPECT_EQ(contracted(product), "mul(%0, %1)");
}

TEST_F(ContractFma, ComplexProducts) {
  const NodeId z = b.operand(0, DType::C64);
  EXPECT_EQ(contracted(b.add(z, b.mul(z, b.literal(std::complex<float>(0, 1))))), "fma(%0, c64(0+1j), %0)");
}

TEST_F(ContractFma, LeavesTheRestAlone) {
  std::mt19937_64 random(5);
  const auto kindIs = [](const Node &node, ScalarOp op) {
    const Apply *apply = std::get_if<Apply>(&node.kind);
    return apply && apply->op == op;
  };
  for (int round = 0; round < 300; ++round) {
    const Expr before = randomExpr(random, 40), after = contractFma(before);
    expectCanonical(after);
    EXPECT_EQ(after.type(), before.type());
    EXPECT_EQ(usedOperands(after), usedOperands(before));
    EXPECT_EQ(operationCount(after), operationCount(before)) << text(before) << "\n" << text(after);
    const auto count = [&](const Expr &expr, ScalarOp op) {
      return std::count_if(expr.nodes.begin(), expr.nodes.end(), [&](const Node &n) { return kindIs(n, op); });
    };
    const auto made = count(after, ScalarOp::Fma) - count(before, ScalarOp::Fma);
    EXPECT_EQ(count(before, ScalarOp::Mul) - count(after, ScalarOp::Mul), made);
    EXPECT_EQ(count(before, ScalarOp::Add) - count(after, ScalarOp::Add), made);
  }
}

} // namespace
} // namespace einjit::scalar
