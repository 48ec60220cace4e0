// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Facts.h"
#include "Scalar/ByteFactor.h"
#include "Support/Checked.h"
#include "Tensor/Builder.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit::plan {
namespace {

/// What a call of a function costs beyond an operation, in instructions (arguments and registers saved around it) and
/// in time: about 5 ns a lane.
constexpr std::int64_t functionNodes = 15, functionOperations = 20;

bool isIota(const tensor::Kernel &kernel, const Memory &memory, tensor::ValueId value) {
  return std::holds_alternative<tensor::Iota>(kernel[memory.place(value).memory].def);
}

/// Elements that the operand moves by when the iterator counts one further. Positions are computed, not loaded: lanes
/// of them take one vector whatever the distance, so it counts as 1.
std::int64_t strideOf(const tensor::Kernel &kernel, const Memory &memory, const tensor::Access &access,
                      std::size_t iterator) {
  const auto strides = memory.type(memory.place(access.value).memory).stridesOrRowMajor();
  const auto indices = memory.indices(access);
  std::int64_t stride = 0;
  for (std::size_t axis = 0; axis < indices.size(); ++axis)
    stride += indices[axis].coefficient(static_cast<std::uint32_t>(iterator)) * strides[axis];
  return stride != 0 && isIota(kernel, memory, access.value) ? 1 : stride;
}

/// How often the kernel reads a value, in all of its ops.
std::size_t readerCount(const tensor::Kernel &kernel, tensor::ValueId wanted) {
  std::size_t count = 0;
  for (const tensor::Value &value : kernel.values)
    count += static_cast<std::size_t>(std::ranges::count(tensor::reads(value), wanted));
  return count;
}

bool usesIterator(const tensor::Access &access, std::size_t iterator) {
  return std::ranges::any_of(access.indices,
                             [&](const Affine &index) { return index.uses(static_cast<std::uint32_t>(iterator)); });
}

bool isProduct(const tensor::Generic &op) {
  const auto *root = std::get_if<scalar::Apply>(&op.body.root().kind);
  return op.reduction && scalar::usedOperands(op.body).size() == 2 && root && root->op == ScalarOp::Mul;
}

/// Sums of products of bytes, as i32, are those of four at once.
std::int64_t productsAtOnce(const tensor::Generic &op) {
  if (!isProduct(op) || op.reduction->op != ScalarOp::Add || op.reduction->along) return 1;
  const auto &factors = std::get<scalar::Apply>(op.body.root().kind).arguments;
  return scalar::byteFactor(op.body, factors[0]) && scalar::byteFactor(op.body, factors[1]) ? 4 : 1;
}

/// Instructions that one point takes. The parts of a complex product are added to one another, and to a sum, by
/// multiply-adds: four in all. Bytes that are multiplied at once are prepared once for many points.
std::int64_t instructionCount(const tensor::Generic &op) {
  if (productsAtOnce(op) > 1) return 1;
  const bool fused = isProduct(op) && isComplex(op.body.type());
  return std::max<std::int64_t>(1, scalar::operationCount(op.body) - (fused ? 2 : 0));
}

/// Zeros are no instruction: complex numbers of real ones are best made where they are used.
std::optional<DType> conversionOf(const tensor::Generic &op, std::size_t operand) {
  const auto type = scalar::conversionOf(op.body, operand);
  return type && isComplex(*type) ? std::nullopt : type;
}

Role roleOf(const IteratorFacts &facts, bool product, const std::vector<std::size_t> &factors) {
  if (!product) return facts.reduced ? Role::Reduced : Role::Parallel;
  const bool first = facts.strides[factors[0]] != 0, second = facts.strides[factors[1]] != 0;
  if (facts.reduced) return first && second ? Role::K : Role::Reduced;
  if (first && second) return Role::Batch;
  return first ? Role::M : second ? Role::N : Role::Parallel;
}

} // namespace

std::string_view name(Role role) {
  switch (role) {
  case Role::Parallel: return "parallel";
  case Role::Reduced: return "reduced";
  case Role::Batch: return "batch";
  case Role::M: return "M";
  case Role::N: return "N";
  case Role::K: return "K";
  }
  return {};
}

std::int64_t OpFacts::reuse(std::size_t operand) const {
  std::vector<std::int64_t> extents;
  for (const IteratorFacts &iterator : iterators)
    if (!iterator.reduced && iterator.strides[operand] == 0) extents.push_back(iterator.extent);
  return checkedProduct(extents).value_or(INT64_MAX);
}

double OpFacts::bytesTouched() const {
  double bytes = static_cast<double>(points(false)) * static_cast<double>(elementBytes);
  for (std::int64_t operand : operandBytes) bytes += static_cast<double>(operand);
  return bytes;
}

bool OpFacts::movesAll(std::size_t iterator) const {
  for (std::size_t operand = 0; operand < operandCount; ++operand)
    if (bodyOperand[operand] && iterators[iterator].strides[operand] == 0) return false;
  return true;
}

std::int64_t OpFacts::bytesInBatch(std::size_t operand) const {
  std::int64_t bytes = operandBytes[operand];
  if (std::ranges::count(bodyOperand, true) < 2) return bytes;
  for (std::size_t i = 0; i < iterators.size(); ++i)
    if (!iterators[i].reduced && movesAll(i)) bytes /= std::max<std::int64_t>(1, iterators[i].extent);
  return bytes;
}

std::int64_t OpFacts::points(bool reduced) const {
  std::vector<std::int64_t> extents;
  for (const IteratorFacts &iterator : iterators)
    if (iterator.reduced == reduced) extents.push_back(iterator.extent);
  return checkedProduct(extents).value_or(INT64_MAX);
}

OpFacts collectFacts(const tensor::Kernel &kernel, const Memory &memory, const tensor::Value &value) {
  const auto &op = std::get<tensor::Generic>(value.def);
  OpFacts facts;
  facts.operandCount = op.operands.size();
  facts.hasReduction = op.reduction.has_value();
  const std::int64_t functions = scalar::functionCount(op.body);
  facts.bodyNodes = static_cast<std::int64_t>(op.body.nodes.size()) + functions * functionNodes;
  facts.productsAtOnce = productsAtOnce(op);
  facts.bodyOperations = instructionCount(op) + functions * functionOperations;
  for (const tensor::Access &operand : op.operands) {
    const TensorType &type = kernel[operand.value].type;
    facts.operandBytes.push_back(isIota(kernel, memory, operand.value)
                                     ? 0
                                     : elementCount(type).value_or(INT64_MAX / 8) *
                                           static_cast<std::int64_t>(byteSize(type.dtype)));
  }
  for (const tensor::Access &operand : op.operands) {
    bool isPackable =
        std::holds_alternative<tensor::Parameter>(kernel[operand.value].def) && readerCount(kernel, operand.value) == 1;
    for (std::size_t i = 0; i < op.iteratorCount(); ++i)
      isPackable = isPackable && (!usesIterator(operand, i) || strideOf(kernel, memory, operand, i) != 0);
    facts.isPackable.push_back(isPackable);
    facts.convertedTo.push_back(facts.productsAtOnce > 1 ? std::nullopt : conversionOf(op, facts.convertedTo.size()));
  }
  facts.bodyOperand.assign(op.operands.size(), false);
  for (std::size_t operand : scalar::usedOperands(op.body)) facts.bodyOperand[operand] = true;
  for (const scalar::Expr *expr : {&op.body, &op.finalExpr()})
    for (const scalar::Node &node : expr->nodes) {
      facts.elementBytes = std::max(facts.elementBytes, static_cast<std::int64_t>(byteSize(node.type)));
      facts.laneBytes = std::max(facts.laneBytes, static_cast<std::int64_t>(byteSize(realType(node.type))));
    }

  const tensor::Access result{tensor::ValueId(&value - kernel.values.data()), tensor::identityMap(op.parallel.size())};
  facts.hasOwnMemory = !memory.isShared(result.value) && memory.indices(result) == result.indices;
  const bool product = isProduct(op);
  const std::vector<std::size_t> factors = scalar::usedOperands(op.body);
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) {
    IteratorFacts iterator{op.iterator(i).name, op.iterator(i).extent, op.isReduced(i), Role::Parallel, {}, 0};
    for (const tensor::Access &operand : op.operands) iterator.strides.push_back(strideOf(kernel, memory, operand, i));
    if (!iterator.reduced) iterator.resultStride = strideOf(kernel, memory, result, i);
    iterator.role = roleOf(iterator, product, factors);
    facts.iterators.push_back(std::move(iterator));
  }
  return facts;
}

std::string describeRoles(const OpFacts &facts) {
  std::vector<std::string> parts;
  for (const IteratorFacts &iterator : facts.iterators)
    parts.push_back(fmt::format("{} {}", iterator.name, name(iterator.role)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string describeContiguous(const IteratorFacts &iterator, const tensor::Kernel &kernel, const tensor::Generic &op) {
  std::vector<std::string> contiguous;
  for (std::size_t operand = 0; operand < op.operands.size(); ++operand)
    if (iterator.strides[operand] == 1 && !std::holds_alternative<tensor::Iota>(kernel[op.operands[operand].value].def))
      contiguous.push_back("%" + kernel[op.operands[operand].value].name);
  if (iterator.resultStride == 1) contiguous.push_back("the result");
  return contiguous.empty() ? "nothing is contiguous" : fmt::format("contiguous in {}", fmt::join(contiguous, ", "));
}

} // namespace einjit::plan
