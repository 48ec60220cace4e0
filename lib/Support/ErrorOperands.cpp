// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/ErrorOperands.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit {

std::string describe(const ErrorOperand &operand) {
  const std::string name =
      operand.name.empty() && operand.number ? fmt::format("operand {}", *operand.number) : operand.name;
  const std::string axis = operand.axis ? fmt::format(", axis {}", *operand.axis) : std::string();
  return fmt::format("{}: {}{}", name, str(*operand.type), axis);
}

DiagnosticParts countsDisagree(std::initializer_list<std::size_t> counts) {
  DiagnosticParts parts;
  for (std::size_t count : counts) parts.sizes.push_back(static_cast<std::int64_t>(count));
  return parts;
}

DiagnosticParts ranksDisagree(ErrorOperand operand, std::size_t named) {
  DiagnosticParts parts = countsDisagree({operand.type->rank(), named});
  parts.operands.push_back(std::move(operand));
  return parts;
}

DiagnosticParts typesDisagree(ErrorOperand operand) {
  const auto &own = operand.type->shape, &wanted = operand.expected->shape;
  if (own.size() != wanted.size()) return ranksDisagree(std::move(operand), wanted.size());
  std::vector<std::int64_t> sizes;
  if (own != wanted) {
    const auto [at, wantedAt] = std::ranges::mismatch(own, wanted);
    operand.axis = static_cast<std::size_t>(at - own.begin());
    sizes = {*at, *wantedAt};
  }
  return {{}, {std::move(operand)}, std::move(sizes)};
}

} // namespace einjit
