// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Cost.h"
#include "Scalar/ByteFactor.h"
#include "Support/Checked.h"

namespace einjit {
namespace {

std::int64_t saturatingMul(std::int64_t a, std::int64_t b) { return checkedMul(a, b).value_or(INT64_MAX); }
std::int64_t saturatingAdd(std::int64_t a, std::int64_t b) { return checkedAdd(a, b).value_or(INT64_MAX); }

/// Of a product of bytes the multiplication alone: what is done to the bytes before is the compiler's (mixSigns).
std::int64_t bodyOperations(const scalar::Expr &body) {
  const auto *root = std::get_if<scalar::Apply>(&body.root().kind);
  const bool isOfBytes = root && root->op == ScalarOp::Mul && scalar::byteFactor(body, root->arguments[0]) &&
                         scalar::byteFactor(body, root->arguments[1]);
  return isOfBytes ? 1 : scalar::operationCount(body);
}

std::int64_t operations(const tensor::Generic &op) {
  std::int64_t parallel = 1, all = 1;
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) {
    all = saturatingMul(all, op.iterator(i).extent);
    if (!op.isReduced(i)) parallel = saturatingMul(parallel, op.iterator(i).extent);
  }
  const std::int64_t eachPoint = bodyOperations(op.body) + (op.reduction ? isComplex(op.body.type()) ? 2 : 1 : 0);
  const std::int64_t eachResult =
      op.reduction && op.reduction->epilogue ? scalar::operationCount(*op.reduction->epilogue) : 0;
  return saturatingAdd(saturatingMul(all, eachPoint), saturatingMul(parallel, eachResult));
}

std::int64_t distinctBytes(const TensorType &type) {
  std::int64_t bytes = static_cast<std::int64_t>(byteSize(type.dtype));
  const auto strides = type.stridesOrRowMajor();
  for (std::size_t axis = 0; axis < type.rank(); ++axis)
    if (strides[axis] != 0 || type.shape[axis] == 0) bytes = saturatingMul(bytes, type.shape[axis]);
  return bytes;
}

} // namespace

Cost costOf(const tensor::Kernel &kernel, const std::vector<Binding> &results) {
  Cost cost;
  for (const tensor::Value &value : kernel.values)
    if (const auto *op = std::get_if<tensor::Generic>(&value.def))
      cost.flops = saturatingAdd(cost.flops, operations(*op));
  auto add = [&](const TensorType &type) { cost.bytes = saturatingAdd(cost.bytes, distinctBytes(type)); };
  for (std::size_t i = 0; i < kernel.parameterCount(); ++i) add(kernel.values[i].type);
  for (const Binding &result : results) add(result.type);
  return cost;
}

} // namespace einjit
