// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/fuse.h"
#include "Support/Checked.h"
#include "Tensor/Passes/Rewrite.h"
#include <utility>

namespace einjit::tensor {
namespace {

/// Bodies stop growing here: kernels stay of a size that the code generator takes in its stride.
constexpr std::size_t maxBodyNodes = 512;

std::int64_t iterationCount(const Generic &op) {
  std::vector<std::int64_t> extents;
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) extents.push_back(op.iterator(i).extent);
  return checkedProduct(extents).value_or(INT64_MAX);
}

/// Whether the elementwise `producer`, read by nobody else, may be evaluated inside `consumer`: that visits no element
/// more than once, or evaluating it is free.
bool mayInline(const Generic &producer, const Generic &consumer) {
  return producer.body.nodes.size() + consumer.body.nodes.size() <= maxBodyNodes &&
         (scalar::operationCount(producer.body) == 0 || iterationCount(consumer) <= iterationCount(producer));
}

/// Whether `access` reads each element of a value of rank n by n iterators of its own, all that `op` has.
bool isPermutation(const Access &access, const Generic &op) {
  std::vector<bool> seen(op.iteratorCount(), false);
  if (access.indices.size() != op.iteratorCount()) return false;
  for (const Affine &index : access.indices) {
    const auto variable = index.asVariable();
    if (!variable || seen[*variable]) return false;
    seen[*variable] = true;
  }
  return true;
}

/// The reduction that ends with what `consumer` makes of its result, in the consumer's order of axes:
/// y[p(i)] = f(acc, …), acc = fold of body at i, is a fold at p(i) with epilogue f.
Generic joinEpilogue(const Generic &reduction, const Generic &consumer, std::size_t number) {
  const Access &through = consumer.operands[number];
  const auto parallel = static_cast<std::uint32_t>(reduction.parallel.size());
  auto toConsumer = [&](std::uint32_t iterator) {
    return iterator < parallel ? through.indices[iterator] : Affine::variable(iterator);
  };
  Generic result{consumer.parallel, reduction.reduction, {}, reduction.body};
  for (const Access &operand : reduction.operands) result.operands.push_back(remap(operand, toConsumer));
  if (auto &along = result.reduction->along) along = through.indices[*along].asVariable();
  const std::size_t shift = result.operands.size();
  result.operands.insert(result.operands.end(), consumer.operands.begin(), consumer.operands.end());

  scalar::ExprBuilder builder;
  auto ownResult = [&](DType type) {
    if (!reduction.reduction->epilogue) return builder.accumulator(type);
    return builder.splice(*reduction.reduction->epilogue, [&](const scalar::Node &node) {
      const auto *operand = std::get_if<scalar::Operand>(&node.kind);
      return operand ? builder.operand(operand->index, node.type) : builder.accumulator(node.type);
    });
  };
  scalar::Expr epilogue = builder.take(builder.splice(consumer.body, [&](const scalar::Node &node) {
    const std::size_t operand = std::get<scalar::Operand>(node.kind).index;
    return operand == number ? ownResult(node.type) : builder.operand(operand + shift, node.type);
  }));
  const bool nothing = std::holds_alternative<scalar::Accumulator>(epilogue.root().kind);
  result.reduction->epilogue = nothing ? std::nullopt : std::optional(std::move(epilogue));
  return withOrderedOperands(std::move(result));
}

/// `consumer` with one of its producers fused in, or nothing if none can be.
std::optional<Generic> fuseOne(const Kernel &kernel, const std::vector<std::size_t> &uses, const Generic &consumer) {
  for (std::size_t number = 0; number < consumer.operands.size(); ++number) {
    const Access &access = consumer.operands[number];
    const auto *producer = std::get_if<Generic>(&kernel[access.value].def);
    if (!producer || uses[access.value.index()] != 1) continue;
    if (!producer->reduction && mayInline(*producer, consumer)) return inlineProducer(consumer, number, *producer);
    if (producer->reduction && !consumer.reduction && isPermutation(access, consumer) &&
        producer->body.nodes.size() + consumer.body.nodes.size() <= maxBodyNodes)
      return joinEpilogue(*producer, consumer, number);
  }
  return std::nullopt;
}

} // namespace

Kernel fuse(Kernel kernel) {
  std::vector<std::size_t> uses = countUses(kernel);
  auto count = [&](const std::vector<Access> &accesses, std::size_t by) {
    for (const Access &access : accesses) uses[access.value.index()] += by;
  };
  // In order, so that what an op reads has been fused as far as it goes. A producer that was fused is left behind
  // without a reader; its own reads stop counting, which lets those be fused in turn.
  for (Value &value : kernel.values) {
    auto *op = std::get_if<Generic>(&value.def);
    if (!op) continue; // a concat or a reshape computes nothing that could be joined
    while (std::optional<Generic> fused = fuseOne(kernel, uses, *op)) {
      const std::vector<Access> before = std::exchange(*op, std::move(*fused)).operands;
      count(op->operands, 1);
      count(before, std::size_t(-1));
      for (const Access &operand : before)
        if (const auto *gone = std::get_if<Generic>(&kernel[operand.value].def);
            gone && uses[operand.value.index()] == 0)
          count(gone->operands, std::size_t(-1));
    }
  }
  return kernel;
}

} // namespace einjit::tensor
