// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "RandomView.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit::test {
namespace {

using Shape = std::vector<std::int64_t>;

/// Views may repeat elements, but not so many that the result gets large.
std::int64_t elements(const Shape &shape) { return elementCount({DType::F64, shape}).value_or(INT64_MAX); }

std::string expand(Random &random, const Shape &shape) {
  std::vector<std::int64_t> sizes;
  if (random.chance(30) && elements(shape) < 1000) sizes.push_back(random.in(1, 4));
  for (std::int64_t extent : shape) sizes.push_back(extent == 1 ? random.in(1, 9) : -1);
  return sizes.empty() ? ".T" : fmt::format(".expand({})", fmt::join(sizes, ", "));
}

std::string permute(Random &random, const Shape &shape) {
  std::vector<std::size_t> order;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) order.push_back(axis);
  random.shuffle(order);
  return order.empty() ? ".T" : fmt::format(".permute({})", fmt::join(order, ", "));
}

std::string item(Random &random, std::int64_t extent) {
  if (random.chance(40)) return ":";
  if (random.chance(30) && extent > 0) return std::to_string(random.in(-extent, extent - 1));
  const auto bound = [&] { return random.chance(40) ? "" : std::to_string(random.in(-extent - 1, extent + 1)); };
  const std::string first = bound(), last = bound();
  const std::int64_t step = random.in(-3, 3);
  return fmt::format("{}:{}{}", first, last, step == 0 ? "" : fmt::format(":{}", step));
}

std::string subscript(Random &random, const Shape &shape) {
  std::vector<std::string> items;
  for (std::int64_t extent : shape) {
    if (random.chance(15)) items.emplace_back("None");
    if (random.chance(10) && !items.empty()) {
      items.emplace_back("...");
      break;
    }
    items.push_back(item(random, extent));
  }
  if (items.empty()) items.emplace_back("None");
  return fmt::format("[{}]", fmt::join(items, ", "));
}

} // namespace

std::string randomView(Random &random, const Shape &shape) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  switch (random.in(0, 7)) {
  case 0: return ".T";
  case 1: return rank < 2 ? ".squeeze()" : ".mT";
  case 2: return fmt::format(".unsqueeze({})", random.in(-rank - 1, rank));
  case 3: return ".squeeze()";
  case 4: return expand(random, shape);
  case 5: return permute(random, shape);
  default: return subscript(random, shape);
  }
}

} // namespace einjit::test
