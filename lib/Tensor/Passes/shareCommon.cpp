// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/shareCommon.h"
#include "Tensor/Passes/Rewrite.h"
#include "Tensor/Text.h"
#include <unordered_map>

namespace einjit::tensor {
namespace {

/// The op without the names of its iterators.
Generic anonymous(Generic op) {
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) op.iterator(i).name.clear();
  return op;
}

/// Equal ops have equal hashes; the operands tell most different ops apart.
std::size_t hashOf(const Generic &op) {
  std::size_t hash = op.body.nodes.size();
  auto mix = [&](std::size_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15u; };
  for (const Access &operand : op.operands) mix(operand.value.index());
  for (std::size_t i = 0; i < op.iteratorCount(); ++i) mix(static_cast<std::size_t>(op.iterator(i).extent));
  return hash;
}

/// What is known on the way through the values of a kernel.
struct Sharing {
  std::vector<bool> keep, isResult;
  std::vector<ValueId> replacement;

  explicit Sharing(const Kernel &kernel) : keep(kernel.values.size(), true), isResult(kernel.values.size(), false) {
    for (ValueId result : kernel.results) isResult[result.index()] = true;
  }

  /// Lets a value before number `i`, which computes the same, stand for it, if they can lie in one place.
  bool share(Kernel &kernel, std::size_t i, ValueId before) {
    Value &kept = kernel[before];
    const Value &dropped = kernel.values[i];
    const bool differ = kept.type.strides != dropped.type.strides || !kept.type.strides.empty();
    if (differ && isResult[i] && isResult[before.index()]) return false;
    if (isResult[i]) kept.type = dropped.type;
    isResult[before.index()] = isResult[before.index()] || isResult[i];
    replacement[i] = before;
    keep[i] = false;
    return true;
  }
};

/// A kept value before number `i`, an iota, concat or reshape, that is the same.
std::optional<ValueId> equalPlacement(const Kernel &kernel, std::size_t i, const std::vector<bool> &keep) {
  const Value &value = kernel.values[i];
  if (!std::holds_alternative<Iota>(value.def) && !std::holds_alternative<Concat>(value.def) &&
      !std::holds_alternative<Reshape>(value.def))
    return std::nullopt;
  for (std::size_t before = 0; before < i; ++before)
    if (keep[before] && kernel.values[before].def == value.def &&
        rowMajor(kernel.values[before].type) == rowMajor(value.type))
      return ValueId(before);
  return std::nullopt;
}

} // namespace

Kernel shareCommon(Kernel kernel) {
  Sharing sharing(kernel);
  std::unordered_multimap<std::size_t, std::pair<ValueId, Generic>> known;
  for (std::size_t i = 0; i < kernel.values.size(); ++i) {
    sharing.replacement.emplace_back(i);
    renumberReads(kernel.values[i], [&](ValueId id) { return sharing.replacement[id.index()]; });
    if (const auto same = equalPlacement(kernel, i, sharing.keep)) sharing.share(kernel, i, *same);
    auto *op = std::get_if<Generic>(&kernel.values[i].def);
    if (!op) continue;
    *op = withOrderedOperands(std::move(*op));
    Generic key = anonymous(*op);
    const std::size_t hash = hashOf(key);
    const auto [first, last] = known.equal_range(hash);
    for (auto candidate = first; candidate != last && sharing.keep[i]; ++candidate)
      if (candidate->second.second == key) sharing.share(kernel, i, candidate->second.first);
    if (sharing.keep[i]) known.emplace(hash, std::pair{ValueId(i), std::move(key)});
  }
  return compact(std::move(kernel), sharing.keep, sharing.replacement);
}

} // namespace einjit::tensor
