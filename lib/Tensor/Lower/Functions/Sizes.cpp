// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that give what is known of a shape while compiling. `x.shape` and `x.size()`, which are lists, are read by
// Lowering::resolved().
#include "Tensor/Lower/Functions/CallReader.h"

namespace einjit::tensor {

/// `x.size(dim)`; without an axis it is a list, see Lowering::resolved().
MaybeValue size(CallReader &reader) {
  if (!reader.arity(2, 2) || !reader.noKeywordsLeft()) return std::nullopt;
  const auto operand = reader.tensor(0);
  const auto given =
      operand ? reader.lowering.evaluateInteger(*reader.call.positional[1].expr, "an axis") : std::nullopt;
  if (!given) return std::nullopt;
  const auto axis = reader.axis(*given, reader.type(*operand).rank(), reader.call.positional[1].range);
  return axis ? MaybeValue(Weak{reader.type(*operand).shape[*axis]}) : std::nullopt;
}

/// `len(x)`, the first extent.
MaybeValue length(CallReader &reader) {
  if (!reader.arity(1, 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const auto *list = reader.call.positional[0].expr
                         ? std::get_if<ast::List>(&reader.lowering.resolved(*reader.call.positional[0].expr).node)
                         : nullptr;
  if (list) return Weak{static_cast<std::int64_t>(list->items.size())};
  const auto operand = reader.tensor(0);
  if (!operand) return std::nullopt;
  if (reader.type(*operand).rank() == 0) return reader.fail(DiagnosticKind::RankMismatch, "a scalar has no length");
  return Weak{reader.type(*operand).shape[0]};
}

MaybeValue elementsOf(CallReader &reader) {
  if (!reader.arity(1, 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const auto operand = reader.tensor(0);
  return operand ? MaybeValue(Weak{*elementCount(reader.type(*operand))}) : std::nullopt;
}

MaybeValue rankOf(CallReader &reader) {
  if (!reader.arity(1, 1) || !reader.noKeywordsLeft()) return std::nullopt;
  const auto operand = reader.tensor(0);
  return operand ? MaybeValue(Weak{static_cast<std::int64_t>(reader.type(*operand).rank())}) : std::nullopt;
}

} // namespace einjit::tensor
