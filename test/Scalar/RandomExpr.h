// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random scalar expressions for property tests.
#pragma once

#include "Scalar/Expr.h"
#include <random>

namespace einjit::scalar {

/// Operand #i of the random expressions has type operandTypes[i].
inline constexpr DType operandTypes[] = {DType::F32, DType::F64, DType::I32, DType::I64, DType::Bool, DType::F32};
inline constexpr DType accumulatorType = DType::F32;

/// Adds leaves and random applications of every op to nodes made before, which are shared a lot. Returns a root.
inline NodeId growRandomly(ExprBuilder &builder, std::mt19937_64 &random, std::size_t applications) {
  std::vector<NodeId> nodes;
  for (std::size_t i = 0; i < std::size(operandTypes); ++i) nodes.push_back(builder.operand(i, operandTypes[i]));
  nodes.push_back(builder.accumulator(accumulatorType));
  for (DType type : allDTypes) nodes.push_back(builder.literal(convert(static_cast<double>(random() % 9) / 4, type)));

  for (std::size_t made = 0; made < applications;) {
    const auto op = static_cast<ScalarOp>(random() % (static_cast<std::size_t>(ScalarOp::Cast) + 1));
    std::vector<NodeId> arguments;
    std::vector<DType> types;
    for (std::size_t i = 0; i < arity(op); ++i) {
      // Late nodes are likelier, so that expressions get deep.
      const std::size_t range = random() % 2 ? nodes.size() : std::min<std::size_t>(nodes.size(), 8);
      arguments.push_back(nodes[nodes.size() - 1 - random() % range]);
      types.push_back(builder.type(arguments.back()));
    }
    const DType wanted = allDTypes[random() % std::size(allDTypes)];
    if (op == ScalarOp::Cast && canCast(types[0], wanted))
      nodes.push_back(builder.cast(arguments[0], wanted));
    else if (resultType(op, types))
      nodes.push_back(builder.apply(op, std::move(arguments)));
    else
      continue;
    ++made;
  }
  return nodes.back();
}

inline Expr randomExpr(std::mt19937_64 &random, std::size_t applications) {
  ExprBuilder builder;
  const NodeId root = growRandomly(builder, random, applications);
  return builder.take(root);
}

} // namespace einjit::scalar
