// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Lower/ResultTypes.h"
#include "Support/Layout.h"
#include "Tensor/Builder.h"
#include "Tensor/Passes/Rewrite.h"
#include "Tensor/Text.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

/// The result as a value that nothing else asks for.
ValueId ownValue(Kernel &kernel, std::size_t result) {
  const ValueId id = kernel.results[result];
  const auto &def = kernel[id].def;
  const bool isComputed = std::holds_alternative<Generic>(def) || std::holds_alternative<Concat>(def);
  if (isComputed && std::ranges::count(kernel.results, id) == 1) return id;
  const TensorType type = rowMajor(kernel[id].type);
  Generic copy{numberedIterators(type.shape), {}, {{id, identityMap(type.rank())}}, scalar::identityExpr(type.dtype)};
  kernel.values.push_back({FreshNames(kernel).next(), type, std::move(copy)});
  return kernel.results[result] = ValueId(kernel.values.size() - 1);
}

Diagnostic refusal(std::string message) { return {DiagnosticKind::ArgumentMismatch, std::move(message)}; }

} // namespace

Result<Kernel> withResultTypes(Kernel kernel, const std::vector<TensorType> &types) {
  if (!types.empty() && types.size() != kernel.results.size())
    return refusal(fmt::format("types are given of {} results, not of {}", types.size(), kernel.results.size()));
  for (std::size_t i = 0; i < types.size(); ++i) {
    const TensorType &wanted = types[i], is = rowMajor(kernel[kernel.results[i]].type);
    if (is != rowMajor(wanted) || (!wanted.strides.empty() && wanted.strides.size() != wanted.rank()))
      return refusal(fmt::format("output {} is {}, but the result is {}", i, str(wanted), str(is)));
    if (wanted.isRowMajor()) continue;
    if (!staysInReach(wanted)) return refusal(fmt::format("output {} reaches beyond any memory", i));
    if (!elementsAreApart(wanted))
      return refusal(fmt::format("output {} is {}, where elements share their places", i, str(wanted)));
    kernel[ownValue(kernel, i)].type = wanted;
  }
  return kernel;
}

} // namespace einjit::tensor
