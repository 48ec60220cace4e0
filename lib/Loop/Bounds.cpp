// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Bounds.h"
#include "Support/Checked.h"
#include <algorithm>

namespace einjit::loop {
namespace {

/// expr + factor * other, unless that overflows.
std::optional<Affine> addMultiple(Affine expr, std::int64_t factor, const Affine &other) {
  const auto accumulate = [factor](std::int64_t &sum, std::int64_t value) {
    const auto product = checkedMul(factor, value);
    const auto total = product ? checkedAdd(sum, *product) : std::nullopt;
    if (total) sum = *total;
    return total.has_value();
  };
  if (!accumulate(expr.constant, other.constant)) return std::nullopt;
  for (const Affine::Term &term : other.terms) {
    auto place = std::lower_bound(expr.terms.begin(), expr.terms.end(), term.variable,
                                  [](const Affine::Term &a, std::uint32_t variable) { return a.variable < variable; });
    if (place == expr.terms.end() || place->variable != term.variable)
      place = expr.terms.insert(place, {term.variable, 0});
    if (!accumulate(place->coefficient, term.coefficient)) return std::nullopt;
  }
  std::erase_if(expr.terms, [](const Affine::Term &term) { return term.coefficient == 0; });
  return expr;
}

class Maximizer {
public:
  /// Eliminates the variables from the innermost outwards.
  std::optional<std::int64_t> maximum(const Affine &expr, std::span<const Range> ranges) {
    if (ranges.empty()) return expr.constant;
    const Range &range = ranges.back();
    const auto outer = ranges.first(ranges.size() - 1);
    const std::int64_t coefficient = expr.coefficient(range.variable);
    if (coefficient == 0) return maximum(expr, outer);
    const Affine rest = without(expr, range.variable);
    if (coefficient < 0) return maximum(rest, outer);

    const auto byExtent = maximum(rest, coefficient, Affine::number(range.extent - 1), outer);
    if (!range.bound || estimates_-- <= 0) return byExtent;
    const auto last = addMultiple(*range.bound, -1, Affine::number(1));
    const auto byBound = last ? maximum(rest, coefficient, *last, outer) : std::nullopt;
    if (byExtent && byBound) return std::min(*byExtent, *byBound);
    return byExtent ? byExtent : byBound;
  }

private:
  std::optional<std::int64_t> maximum(const Affine &rest, std::int64_t coefficient, const Affine &last,
                                      std::span<const Range> outer) {
    const auto replaced = addMultiple(rest, coefficient, last);
    return replaced ? maximum(*replaced, outer) : std::nullopt;
  }

  static Affine without(Affine expr, std::uint32_t variable) {
    std::erase_if(expr.terms, [&](const Affine::Term &term) { return term.variable == variable; });
    return expr;
  }

  /// Each bounded variable doubles the work; a nest with very many of them gets coarser estimates instead.
  int estimates_ = 256;
};

} // namespace

std::optional<std::int64_t> maximum(const Affine &expr, std::span<const Range> ranges) {
  return Maximizer().maximum(expr, ranges);
}

std::optional<std::int64_t> minimum(const Affine &expr, std::span<const Range> ranges) {
  const auto negated = addMultiple({}, -1, expr);
  const auto largest = negated ? maximum(*negated, ranges) : std::nullopt;
  return largest ? checkedMul(*largest, -1) : std::nullopt;
}

} // namespace einjit::loop
