// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The range of each index, 0 … extent-1.
//
// An index that stands alone on an axis runs over the whole axis; all such axes of one index have one size, or size 1,
// which broadcasts. The other indices get the most that keeps every position inside its axis: where all other indices
// of a position c*i + rest are known, rest lies in an interval [low, high], and the axis has n elements,
//   c > 0:  c*(extent-1) + high <= n-1        c < 0:  c*(extent-1) + low >= 0.
// In the end every position must stay inside its axis.
#include "Support/Checked.h"
#include "Support/ErrorOperands.h"
#include "Tensor/Lower/Disagreement.h"
#include "Tensor/Lower/Index/IndexStatement.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit::tensor {
namespace {

/// What a position takes on, both ends included.
struct Interval {
  std::int64_t low = 0, high = 0;
};

ErrorOperand errorOperand(const IndexedAxis &axis) {
  return {.name = axis.tensor, .type = axis.type, .axis = axis.axis};
}
std::string place(const IndexedAxis &axis) { return describe(errorOperand(axis)); }

class RangeInference {
public:
  RangeInference(Lowering &lowering, IndexStatement &statement) : lowering_(lowering), statement_(statement) {}

  bool run(const std::vector<IndexedAxis> &target, const std::vector<IndexedAxis> &fallback) {
    const std::size_t errorsBefore = lowering_.errors.size();
    for (const IndexedAxis &axis : target) all_.push_back(&axis);
    for (const IndexedAxis &axis : statement_.axes) all_.push_back(&axis);
    takePlain();
    if (lowering_.errors.size() != errorsBefore) return false;
    while (solveOne()) {
    }
    for (const IndexedAxis &axis : fallback) takeFallback(axis);
    while (solveOne()) {
    }
    for (std::size_t i = 0; i < statement_.indices.size(); ++i)
      if (!statement_.indices[i].extent) unbound(i);
    if (lowering_.errors.size() != errorsBefore) return false;
    for (const IndexedAxis *axis : all_) checkInside(*axis);
    return lowering_.errors.size() == errorsBefore;
  }

private:
  Index &index(std::size_t number) { return statement_.indices[number]; }
  const Index &index(std::size_t number) const { return statement_.indices[number]; }

  // Indices alone on an axis.

  void takePlain() {
    for (const IndexedAxis *axis : all_)
      if (axis->isPlain) takePlain(index(axis->position.terms[0].variable), *axis);
  }

  void takePlain(Index &index, const IndexedAxis &axis) {
    if (!index.extent) {
      index.extent = axis.extent();
      index.source = &axis;
      return;
    }
    if (*index.extent == axis.extent()) return;
    const bool broadcasts =
        (axis.extent() == 1 && axis.mayBroadcast) || (*index.extent == 1 && index.source->mayBroadcast);
    if (!broadcasts)
      return mismatch(index, axis, DiagnosticKind::SizeMismatch, "index '{}' has two sizes",
                      "sizes of one index must be equal, or one of them 1");
    if (lowering_.options.strict)
      return mismatch(index, axis, DiagnosticKind::StrictBroadcast,
                      "index '{}' broadcasts a size of 1, which --strict forbids",
                      "squeeze the axis of size 1 away, or give it the full size");
    if (*index.extent != 1) return;
    index.extent = axis.extent();
    index.source = &axis;
  }

  void mismatch(const Index &index, const IndexedAxis &axis, DiagnosticKind kind, const char *message,
                const char *help) {
    lowering_.record(axesDisagree(kind, fmt::format(fmt::runtime(message), index.name), index.name,
                                  {errorOperand(*index.source), index.source->range}, {errorOperand(axis), axis.range},
                                  help));
  }

  void takeFallback(const IndexedAxis &axis) {
    if (!axis.isPlain) return;
    Index &known = index(axis.position.terms[0].variable);
    if (known.extent) return;
    known.extent = axis.extent();
    known.source = &axis;
  }

  // The others.

  /// The index that alone has no extent yet.
  std::optional<std::size_t> onlyUnknown(const IndexedAxis &axis) const {
    std::optional<std::size_t> only;
    for (const Affine::Term &term : axis.position.terms) {
      if (index(term.variable).extent) continue;
      if (only) return std::nullopt;
      only = term.variable;
    }
    return only;
  }

  /// Gives one more index an extent: the most that all positions allow whose other indices are known.
  bool solveOne() {
    for (std::size_t i = 0; i < statement_.indices.size(); ++i) {
      std::optional<std::int64_t> most;
      const IndexedAxis *source = nullptr;
      for (const IndexedAxis *axis : all_) {
        if (onlyUnknown(*axis) != i) continue;
        const std::int64_t allowed = mostFor(i, *axis);
        if (most && *most <= allowed) continue;
        most = allowed;
        source = axis;
      }
      if (!most) continue;
      index(i).extent = most;
      index(i).source = source;
      if (*most == 0 && source->extent() > 0) noRoom(i, *source);
      return true;
    }
    return false;
  }

  std::int64_t mostFor(std::size_t unknown, const IndexedAxis &axis) const {
    const std::int64_t coefficient = axis.position.coefficient(static_cast<std::uint32_t>(unknown));
    const auto others = interval(axis.position - Affine::variable(static_cast<std::uint32_t>(unknown), coefficient));
    if (!others) return 0;
    const auto room = coefficient > 0 ? checkedAdd(axis.extent() - 1, -others->high) : others->low;
    return room && *room >= 0 ? *room / std::abs(coefficient) + 1 : 0;
  }

  /// Of a position whose indices are known; nothing if its numbers are too large.
  std::optional<Interval> interval(const Affine &position) const {
    Interval sum{position.constant, position.constant};
    for (const Affine::Term &term : position.terms) {
      const auto reach = checkedMul(term.coefficient, std::max<std::int64_t>(*index(term.variable).extent, 1) - 1);
      const auto end = reach ? checkedAdd(*reach < 0 ? sum.low : sum.high, *reach) : std::nullopt;
      if (!end || *end > limit || *end < -limit) return std::nullopt;
      (*reach < 0 ? sum.low : sum.high) = *end;
    }
    return sum;
  }

  void checkInside(const IndexedAxis &axis) {
    const bool never = std::ranges::any_of(axis.position.terms,
                                           [&](const Affine::Term &term) { return *index(term.variable).extent == 0; });
    if (axis.isPlain || never || axis.position.isConstant()) return;
    const auto values = interval(axis.position);
    if (values && values->low >= 0 && values->high < axis.extent()) return;
    const std::string reads = !values           ? "elements beyond 2^61"
                              : values->low < 0 ? fmt::format("element {}", values->low)
                                                : fmt::format("element {}", values->high);
    DiagnosticParts parts{.operands = {errorOperand(axis)}};
    if (values) parts.sizes = {axis.extent(), values->low < 0 ? values->low : values->high};
    if (axis.position.terms.size() == 1) parts.index = index(axis.position.terms[0].variable).name;
    lowering_.fail(DiagnosticKind::IndexRange,
                   fmt::format("`{}` would read {} of an axis of size {}", axis.text, reads, axis.extent()),
                   {{axis.range}}, outsideHelp(axis), std::move(parts), notes(axis));
  }

  // Explanations.

  /// `i runs over 0 … 7, the whole axis 0 of x`
  std::string why(std::size_t number) const {
    const Index &known = index(number);
    const std::string range = *known.extent == 0 ? "nothing" : fmt::format("0 to {}", *known.extent - 1);
    if (known.source->isPlain)
      return fmt::format("'{}' runs over {}, as axis {} of {} has the size {}", known.name, range, known.source->axis,
                         known.source->tensor, known.source->extent());
    return fmt::format("'{}' runs over {}, so that {} of {} stays below {}", known.name, range, known.source->text,
                       known.source->tensor, known.source->extent());
  }

  std::vector<std::string> notes(const IndexedAxis &axis) const {
    std::vector<std::string> lines{place(axis)};
    for (const Affine::Term &term : axis.position.terms)
      if (index(term.variable).extent) lines.push_back(why(term.variable));
    return lines;
  }

  std::string outsideHelp(const IndexedAxis &axis) const {
    const auto alone = std::ranges::find_if(
        axis.position.terms, [&](const Affine::Term &term) { return index(term.variable).source->isPlain; });
    if (alone == axis.position.terms.end()) return "add a number, so that the smallest position is 0";
    const Index &whole = index(alone->variable);
    return fmt::format("an index alone on an axis runs over all of it; `{0} + 0` in {1} only has to stay inside",
                       whole.name, whole.source->tensor);
  }

  void noRoom(std::size_t number, const IndexedAxis &axis) {
    std::vector<std::string> lines{place(axis)};
    for (const Affine::Term &term : axis.position.terms)
      if (term.variable != number) lines.push_back(why(term.variable));
    lowering_.fail(DiagnosticKind::IndexRange,
                   fmt::format("no value of '{}' keeps `{}` inside an axis of size {}", index(number).name, axis.text,
                               axis.extent()),
                   {{axis.range}}, {}, {index(number).name, {errorOperand(axis)}, {axis.extent()}}, std::move(lines));
  }

  void unbound(std::size_t number) {
    const Index &lost = index(number);
    std::vector<std::string> together;
    std::vector<std::string> places;
    std::vector<ErrorOperand> operands;
    for (const IndexedAxis *axis : all_) {
      if (!axis->position.uses(static_cast<std::uint32_t>(number))) continue;
      operands.push_back(errorOperand(*axis));
      places.push_back(fmt::format("`{}` of {}", axis->text, axis->tensor));
      for (const Affine::Term &term : axis->position.terms)
        if (term.variable != number && !index(term.variable).extent)
          together.push_back(fmt::format("'{}'", index(term.variable).name));
    }
    std::sort(together.begin(), together.end());
    together.erase(std::unique(together.begin(), together.end()), together.end());
    const std::string reason = places.empty() ? fmt::format("'{}' stands on no axis of a tensor", lost.name)
                                              : fmt::format("'{}' occurs only together with {}, in {}", lost.name,
                                                            fmt::join(together, ", "), fmt::join(places, ", "));
    lowering_.fail(DiagnosticKind::IndexUnbound, fmt::format("nothing says how far the index '{}' runs", lost.name),
                   {{lost.range}},
                   places.empty() ? fmt::format("use it on an axis, as in x[{}]", lost.name)
                                  : std::string("an index alone on an axis runs over the whole axis"),
                   {lost.name, std::move(operands), {}}, {reason});
  }

  static constexpr std::int64_t limit = std::int64_t{1} << 61;
  Lowering &lowering_;
  IndexStatement &statement_;
  std::vector<const IndexedAxis *> all_;
};

} // namespace

bool inferRanges(Lowering &lowering, IndexStatement &statement, const std::vector<IndexedAxis> &target,
                 const std::vector<IndexedAxis> &fallback) {
  return RangeInference(lowering, statement).run(target, fallback);
}

} // namespace einjit::tensor
