// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/orderSums.h"
#include "Tensor/Passes/Rewrite.h"
#include <algorithm>
#include <cstdlib>
#include <functional>

namespace einjit::tensor {
namespace {

/// With fewer terms of each sum, transposing what comes out takes too much of the time.
constexpr double leastTerms = 8;
constexpr double farBeyondL2 = 4;

/// Elements that the operand moves by with each iterator.
std::vector<std::int64_t> stepsOf(const Kernel &kernel, const Generic &op) {
  const Access &operand = op.operands.front();
  const std::vector<std::int64_t> strides = kernel[operand.value].type.stridesOrRowMajor();
  std::vector<std::int64_t> steps(op.iteratorCount(), 0);
  for (std::size_t axis = 0; axis < strides.size(); ++axis)
    for (std::uint32_t i = 0; i < steps.size(); ++i) steps[i] += operand.indices[axis].coefficient(i) * strides[axis];
  for (std::int64_t &step : steps) step = std::abs(step);
  return steps;
}

/// Whether the op reads, and writes, rows of several lines as it stands: the operand is contiguous along a sum, or
/// along the axis that is the last one of the result.
bool hasLongRows(const Generic &op, const std::vector<std::int64_t> &steps) {
  constexpr std::int64_t leastBytes = 256;
  const auto near = std::ranges::find(steps, 1);
  const auto iterator = static_cast<std::size_t>(near - steps.begin());
  return near != steps.end() && (op.isReduced(iterator) || iterator + 1 == op.parallel.size()) &&
         op.iterator(iterator).extent * static_cast<std::int64_t>(byteSize(op.body.type())) >= leastBytes;
}

/// The parallel iterators as the operand lies in memory, if that is another order and pays.
std::optional<AxisOrder> orderOf(const Kernel &kernel, const Value &value, const PassOptions &options) {
  const auto *op = std::get_if<Generic>(&value.def);
  if (!op || !op->reduction || op->reduction->along || op->operands.size() != 1) return std::nullopt;
  if (!value.type.strides.empty()) return std::nullopt;
  double results = 1, terms = 1;
  for (std::size_t i = 0; i < op->iteratorCount(); ++i)
    (op->isReduced(i) ? terms : results) *= static_cast<double>(op->iterator(i).extent);
  const TensorType &type = kernel[op->operands.front().value].type;
  const auto elementBytes = static_cast<double>(byteSize(type.dtype));
  if (terms < leastTerms || results * terms * elementBytes <= farBeyondL2 * options.rates.l2Bytes) return std::nullopt;
  if (results * static_cast<double>(byteSize(value.type.dtype)) > options.mostIntermediateBytes) return std::nullopt;

  std::vector<std::int64_t> steps = stepsOf(kernel, *op);
  if (hasLongRows(*op, steps)) return std::nullopt;
  steps.resize(op->parallel.size());
  if (std::ranges::find(steps, 0) != steps.end() || std::ranges::is_sorted(steps, std::greater())) return std::nullopt;
  AxisOrder order = numbered(steps.size());
  std::ranges::stable_sort(order, std::greater(), [&](std::uint32_t i) { return steps[i]; });
  return order;
}

} // namespace

Kernel orderSums(Kernel kernel, const PassOptions &options) {
  FreshNames names(kernel);
  Kernel result{kernel.name, kernel.exact, {}, {}};
  std::vector<ValueId> newId;
  const auto add = [&](Value value) {
    result.values.push_back(std::move(value));
    return ValueId(result.values.size() - 1);
  };
  for (Value &value : kernel.values) {
    renumberReads(value, [&](ValueId id) { return newId[id.index()]; });
    if (const auto order = orderOf(result, value, options)) {
      const auto &op = std::get<Generic>(value.def);
      Generic copy{op.parallel, {}, {}, scalar::identityExpr(value.type.dtype)};
      const TensorType type{value.type.dtype, inOrder(value.type.shape, *order), {}};
      const ValueId sum = add({names.next(), type, withParallelOrder(op, *order)});
      copy.operands.push_back({add({names.next(), type, Reshape{sum}}), {}});
      for (std::uint32_t iterator : *order) copy.operands.front().indices.push_back(Affine::variable(iterator));
      value.def = std::move(copy);
    }
    newId.push_back(add(std::move(value)));
  }
  for (ValueId id : kernel.results) result.results.push_back(newId[id.index()]);
  return result;
}

} // namespace einjit::tensor
