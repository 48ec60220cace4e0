// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/keepPrecision.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>

namespace einjit::tensor {
namespace {

bool isOperand(const scalar::Node &node, std::size_t number) {
  const auto *operand = std::get_if<scalar::Operand>(&node.kind);
  return operand && operand->index == number;
}

/// Whether the op computes in f32 and rounds what it arrives at.
bool rounds(const Generic &op) {
  const scalar::Expr &final = op.finalExpr();
  const auto *last = std::get_if<scalar::Apply>(&final.root().kind);
  if (!last || last->op != ScalarOp::Cast || !isHalf(final.type())) return false;
  const scalar::Node &result = final[last->arguments[0]];
  return result.type == computeType(final.type()) && !std::holds_alternative<scalar::Operand>(result.kind);
}

/// Whether nothing is done with operand #number but to convert it to f32.
bool onlyWidens(const scalar::Expr &expr, std::size_t number) {
  if (isOperand(expr.root(), number)) return false;
  return std::none_of(expr.nodes.begin(), expr.nodes.end(), [&](const scalar::Node &node) {
    const auto *apply = std::get_if<scalar::Apply>(&node.kind);
    if (!apply || (apply->op == ScalarOp::Cast && node.type == DType::F32)) return false;
    return std::any_of(apply->arguments.begin(), apply->arguments.end(),
                       [&](scalar::NodeId id) { return isOperand(expr[id], number); });
  });
}

bool onlyWidens(const Generic &op, std::size_t number) {
  return onlyWidens(op.body, number) &&
         (!op.reduction || !op.reduction->epilogue || onlyWidens(*op.reduction->epilogue, number));
}

/// `expr` without its last conversion.
scalar::Expr unrounded(const scalar::Expr &expr) {
  scalar::ExprBuilder builder;
  scalar::Expr shorter = expr;
  const scalar::NodeId result = std::get<scalar::Apply>(expr.root().kind).arguments[0];
  shorter.nodes.resize(result.index() + 1);
  return builder.take(builder.splice(shorter, {}));
}

void dropRounding(Generic &op) {
  if (!op.reduction || !op.reduction->epilogue) {
    op.body = unrounded(op.body);
    return;
  }
  scalar::Expr epilogue = unrounded(*op.reduction->epilogue);
  const bool nothing = std::holds_alternative<scalar::Accumulator>(epilogue.root().kind);
  op.reduction->epilogue = nothing ? std::nullopt : std::optional(std::move(epilogue));
}

void readF32(Generic &op, std::size_t number) {
  op.body = scalar::withConverted(op.body, number, DType::F32);
  if (op.reduction && op.reduction->epilogue)
    op.reduction->epilogue = scalar::withConverted(*op.reduction->epilogue, number, DType::F32);
}

} // namespace

Kernel keepPrecision(Kernel kernel) {
  if (kernel.exact) return kernel;
  const std::vector<std::size_t> uses = countUses(kernel);
  for (Value &value : kernel.values) {
    auto *reader = std::get_if<Generic>(&value.def);
    for (std::size_t number = 0; reader && number < reader->operands.size(); ++number) {
      Value &read = kernel[reader->operands[number].value];
      auto *producer = std::get_if<Generic>(&read.def);
      if (!producer || uses[reader->operands[number].value.index()] != 1) continue;
      if (!rounds(*producer) || !onlyWidens(*reader, number)) continue;
      dropRounding(*producer);
      read.type.dtype = DType::F32;
      readF32(*reader, number);
    }
  }
  return kernel;
}

} // namespace einjit::tensor
