// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Types.h"
#include <algorithm>

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

} // namespace einjit::tensor
