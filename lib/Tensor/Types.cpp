// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Types.h"
#include "Support/Checked.h"
#include <algorithm>
#include <cstdlib>
#include <utility>

namespace einjit::tensor {
std::optional<std::int64_t> broadcastExtent(std::int64_t a, std::int64_t b) {
  if (a == b || b == 1) return a;
  if (a == 1) return b;
  return std::nullopt;
}

std::optional<Shape> broadcast(const Shape &a, const Shape &b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (std::size_t back = 1; back <= result.size(); ++back) {
    const std::int64_t x = back <= a.size() ? a[a.size() - back] : 1;
    const std::int64_t y = back <= b.size() ? b[b.size() - back] : 1;
    const auto extent = broadcastExtent(x, y);
    if (!extent) return std::nullopt;
    result[result.size() - back] = *extent;
  }
  return result;
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

} // namespace einjit::tensor
