// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Layout.h"
#include "Support/Checked.h"
#include "Support/ErrorOperands.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <utility>

namespace einjit {
namespace {

bool isMalformed(const TensorType &type) {
  return std::ranges::any_of(type.shape, [](std::int64_t extent) { return extent < 0; }) ||
         (!type.strides.empty() && type.strides.size() != type.rank());
}

} // namespace

std::optional<Diagnostic> typeMistake(const std::string &subject, const ErrorOperand &operand) {
  const TensorType &type = *operand.type;
  constexpr std::size_t most = maxRank;
  if (type.rank() > most)
    return Diagnostic{.kind = DiagnosticKind::TooManyAxes,
                      .message = fmt::format("{} has {} axes; at most {} are supported", subject, type.rank(), most),
                      .parts = countsDisagree({type.rank(), most})};
  if (isMalformed(type))
    return Diagnostic{.kind = DiagnosticKind::BadShape,
                      .message = fmt::format("{} cannot have the type {}", subject, str(type)),
                      .help = "extents are not negative, and there are as many strides as axes, or none",
                      .parts = {.operands = {operand}}};
  if (!elementCount(type) || !staysInReach(type))
    return Diagnostic{.kind = DiagnosticKind::TensorTooLarge,
                      .message = fmt::format("{} of type {} is too large", subject, str(type)),
                      .parts = {.operands = {operand}}};
  return std::nullopt;
}

bool staysInReach(const TensorType &type) {
  constexpr std::int64_t maxBytes = std::int64_t{1} << 62;
  if (type.strides.empty()) return true;
  // The axes' steps add up to the distance at most, whatever their signs.
  std::optional<std::int64_t> reach = 0;
  for (std::size_t axis = 0; axis < type.rank() && reach; ++axis) {
    const auto step = checkedMul(type.strides[axis], std::max<std::int64_t>(type.shape[axis] - 1, 0));
    const auto distance = step && *step < 0 ? checkedMul(*step, -1) : step;
    reach = distance ? checkedAdd(*reach, *distance) : std::nullopt;
  }
  const auto bytes = reach ? checkedMul(*reach, static_cast<std::int64_t>(byteSize(type.dtype))) : std::nullopt;
  return bytes && *bytes < maxBytes;
}

bool elementsAreApart(const TensorType &type) {
  std::vector<std::pair<std::int64_t, std::int64_t>> steps; // with the number of them
  for (std::size_t axis = 0; axis < type.strides.size(); ++axis) {
    if (type.shape[axis] == 0) return true;
    if (type.shape[axis] > 1) steps.emplace_back(std::abs(type.strides[axis]), type.shape[axis] - 1);
  }
  std::ranges::sort(steps);
  std::int64_t reached = 0;
  for (const auto &[step, count] : steps) {
    if (step <= reached) return false;
    reached += step * count;
  }
  return true;
}

} // namespace einjit
