// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/ByteFactor.h"

namespace einjit::scalar {
namespace {

bool isByte(DType type) { return type == DType::I8 || type == DType::U8; }

const std::vector<NodeId> *arguments(const Node &node, ScalarOp op) {
  const auto *apply = std::get_if<Apply>(&node.kind);
  return apply && apply->op == op ? &apply->arguments : nullptr;
}

bool isHighestBit(const Node &node) {
  const auto *literal = std::get_if<Literal>(&node.kind);
  return literal &&
         (identical(literal->value, Scalar(std::int8_t{-128})) || identical(literal->value, Scalar(std::uint8_t{128})));
}

} // namespace

std::optional<ByteFactor> byteFactor(const Expr &expr, NodeId id) {
  const auto *widened = arguments(expr[id], ScalarOp::Cast);
  if (!widened || expr[id].type != DType::I32) return std::nullopt;
  const Node *byte = &expr[(*widened)[0]];
  ByteFactor factor{0, byte->type};
  if (!isByte(byte->type)) return std::nullopt;
  if (const auto *taken = arguments(*byte, ScalarOp::Cast)) byte = &expr[(*taken)[0]];
  if (const auto *flipped = arguments(*byte, ScalarOp::Xor)) {
    if (!isHighestBit(expr[(*flipped)[1]])) return std::nullopt;
    byte = &expr[(*flipped)[0]];
    factor.flipped = true;
  }
  const auto *operand = std::get_if<Operand>(&byte->kind);
  if (!operand || !isByte(byte->type)) return std::nullopt;
  factor.operand = operand->index;
  return factor;
}

} // namespace einjit::scalar
