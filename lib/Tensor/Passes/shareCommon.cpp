// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/shareCommon.h"
#include "Tensor/Passes/Rewrite.h"
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

/// A kept value before number `i`, an iota, concat or reshape, that is the same.
std::optional<ValueId> equalPlacement(const Kernel &kernel, std::size_t i, const std::vector<bool> &keep) {
  const Value &value = kernel.values[i];
  if (!std::holds_alternative<Iota>(value.def) && !std::holds_alternative<Concat>(value.def) &&
      !std::holds_alternative<Reshape>(value.def))
    return std::nullopt;
  for (std::size_t before = 0; before < i; ++before)
    if (keep[before] && kernel.values[before].def == value.def && kernel.values[before].type == value.type)
      return ValueId(before);
  return std::nullopt;
}

} // namespace

Kernel shareCommon(Kernel kernel) {
  std::vector<ValueId> replacement;
  std::vector<bool> keep(kernel.values.size(), true);
  std::unordered_multimap<std::size_t, std::pair<ValueId, Generic>> known;
  for (std::size_t i = 0; i < kernel.values.size(); ++i) {
    replacement.emplace_back(i);
    renumberReads(kernel.values[i], [&](ValueId id) { return replacement[id.index()]; });
    if (const auto same = equalPlacement(kernel, i, keep)) {
      replacement[i] = *same;
      keep[i] = false;
    }
    auto *op = std::get_if<Generic>(&kernel.values[i].def);
    if (!op) continue;
    *op = withOrderedOperands(std::move(*op));
    Generic key = anonymous(*op);
    const std::size_t hash = hashOf(key);
    const auto [first, last] = known.equal_range(hash);
    for (auto candidate = first; candidate != last && keep[i]; ++candidate)
      if (candidate->second.second == key) {
        replacement[i] = candidate->second.first;
        keep[i] = false;
      }
    if (keep[i]) known.emplace(hash, std::pair{ValueId(i), std::move(key)});
  }
  return compact(std::move(kernel), keep, replacement);
}

} // namespace einjit::tensor
