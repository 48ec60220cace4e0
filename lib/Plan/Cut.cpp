// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/Cut.h"
#include "Plan/TileModel.h"
#include "Support/Checked.h"
#include <algorithm>

namespace einjit::plan {

std::int64_t tileLength(const Tile &tile, std::size_t iterator) {
  if (tile.vectorIterator == iterator) return tile.vectors * tile.lanes;
  if (tile.together && iterator == tile.together->iterator) return tile.together->count;
  const auto repeat = std::ranges::find(tile.repeats, iterator, &Tile::Repeat::iterator);
  return repeat == tile.repeats.end() ? 1 : repeat->count;
}

std::int64_t product(std::int64_t a, std::int64_t b) { return checkedMul(a, b).value_or(INT64_MAX); }

std::int64_t countOf(const std::vector<OuterLoop> &loops) { return inside(loops, {}); }

std::int64_t inside(const std::vector<OuterLoop> &loops, const Cut &cut) {
  std::int64_t count = 1;
  for (std::size_t i = cut.position; i < loops.size(); ++i)
    count = product(count, i == cut.position && cut.length > 0          ? cut.length
                           : i + 1 == loops.size() && cut.innermost > 0 ? cut.innermost
                                                                        : loops[i].count);
  return count;
}

Cut cutAt(const std::vector<OuterLoop> &loops, std::int64_t bytes, std::int64_t budget) {
  for (std::size_t i = loops.size(); i-- > 0;) {
    const std::int64_t whole = product(bytes, loops[i].count);
    if (whole <= budget) {
      bytes = whole;
      continue;
    }
    const std::int64_t most = std::max<std::int64_t>(1, budget / bytes);
    const std::int64_t length = ceilDiv(loops[i].count, ceilDiv(loops[i].count, most)); // blocks of equal length
    if (length == 1) return {i + 1, 0};
    return {i, length == loops[i].count ? 0 : length};
  }
  return {};
}

} // namespace einjit::plan
