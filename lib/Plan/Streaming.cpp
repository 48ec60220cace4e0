// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Streaming.h"
#include "Plan/NaiveLoops.h"
#include "Tensor/Builder.h"
#include <algorithm>

namespace einjit::plan {
namespace {

constexpr std::int64_t mostL3OfACore = std::int64_t{16} << 20;

/// Sizes may be so large that only their magnitude counts.
double resultBytes(const OpFacts &facts) {
  return static_cast<double>(facts.points(false)) * static_cast<double>(facts.elementBytes);
}

/// Rows are as long as lines are, too: where gaps follow, half a line would be written to memory alone.
bool rowsAreLines(const OpFacts &facts, std::size_t lanes, std::int64_t elementBytes, const Target &target) {
  const auto isLines = [&](std::int64_t elements) { return elements * elementBytes % target.cacheLineBytes == 0; };
  const IteratorFacts &row = facts.iterators[lanes];
  if (row.resultStride != 1) return false;
  for (std::size_t i = 0; i < facts.iterators.size(); ++i) {
    const IteratorFacts &other = facts.iterators[i];
    if (i == lanes || other.reduced) continue;
    if (!isLines(other.resultStride) || (other.extent > 1 && !isLines(row.extent))) return false;
  }
  return true;
}

} // namespace

bool leavesCaches(const OpFacts &facts, const Target &target, bool scattered) {
  const double result = resultBytes(facts);
  double operands = 0;
  for (std::int64_t operand : facts.operandBytes) operands += static_cast<double>(operand);
  const auto l3 = static_cast<double>(std::max(target.l2Bytes, std::min(target.l3Bytes, target.cores * mostL3OfACore)));
  return scattered || 2 * operands >= result ? result + operands > l3 : result > 4 * l3;
}

std::optional<std::string> writtenOutput(const tensor::Kernel &kernel, const tensor::Value &value) {
  const tensor::ValueId id(&value - kernel.values.data());
  const auto result = std::ranges::find(kernel.results, id);
  const bool isRead = std::ranges::any_of(
      kernel.values, [&](const tensor::Value &other) { return std::ranges::count(tensor::reads(other), id) > 0; });
  if (result == kernel.results.end() || isRead) return std::nullopt;
  return outputName(kernel, static_cast<std::size_t>(result - kernel.results.begin()));
}

std::optional<std::string> streamedResult(const tensor::Kernel &kernel, const tensor::Value &value,
                                          const OpFacts &facts, std::size_t lanes, const Target &target,
                                          bool scattered) {
  const auto elementBytes = static_cast<std::int64_t>(byteSize(value.type.dtype));
  if (!facts.hasOwnMemory || !leavesCaches(facts, target, scattered) ||
      resultBytes(facts) <= 2 * static_cast<double>(target.l2Bytes))
    return std::nullopt;
  if (!rowsAreLines(facts, lanes, elementBytes, target)) return std::nullopt;
  return writtenOutput(kernel, value);
}

} // namespace einjit::plan
