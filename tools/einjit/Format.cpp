// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Format.h"
#include "Elements.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::cli {
namespace {

/// Elements up to which a tensor is shown whole, and the most that is shown of a larger one.
constexpr std::int64_t wholeUpTo = 1000, atMost = 2000;

/// How many indices of an axis are shown from its beginning and its end.
struct Shown {
  std::int64_t head = 0, tail = 0;
  std::int64_t count() const { return head + tail; }
};

Shown shownOf(std::int64_t extent, Shown wanted) { return wanted.count() >= extent ? Shown{extent, 0} : wanted; }

/// The product of the counts, where an empty axis still takes a line; nothing above 2^32 matters.
template <class Range, class Count> std::int64_t product(const Range &axes, Count count) {
  std::int64_t result = 1;
  for (const auto &axis : axes)
    result = std::min<std::int64_t>(result, 1 << 20) * std::clamp<std::int64_t>(count(axis), 1, 1 << 20);
  return result;
}

std::vector<Shown> chooseShown(const std::vector<std::int64_t> &shape) {
  std::vector<Shown> shown;
  const bool whole = product(shape, [](std::int64_t extent) { return extent; }) <= wholeUpTo;
  for (std::int64_t extent : shape) shown.push_back(whole ? Shown{extent, 0} : shownOf(extent, {3, 3}));
  for (Shown fewer : {Shown{1, 1}, Shown{1, 0}})
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      if (product(shown, [](Shown axisShown) { return axisShown.count(); }) > atMost)
        shown[axis] = shownOf(shape[axis], fewer);
  return shown;
}

std::string elementText(bool element) { return element ? "true" : "false"; }
std::string elementText(std::int8_t element) { return fmt::format("{}", element); }
std::string elementText(std::uint8_t element) { return fmt::format("{}", element); }
std::string elementText(std::int32_t element) { return fmt::format("{}", element); }
std::string elementText(std::int64_t element) { return fmt::format("{}", element); }
std::string elementText(float element) { return fmt::format("{:.6g}", element); }
std::string elementText(double element) { return fmt::format("{:.6g}", element); }
template <class T> std::string elementText(std::complex<T> element) {
  return fmt::format("{:.6g}{:+.6g}j", element.real(), element.imag());
}

/// Axes within an empty one have no brackets.
std::size_t printedRank(const std::vector<std::int64_t> &shape) {
  const auto empty = std::find(shape.begin(), shape.end(), 0);
  return static_cast<std::size_t>(empty - shape.begin()) + (empty == shape.end() ? 0 : 1);
}

class Formatter {
public:
  explicit Formatter(const AnyTensor &tensor)
      : tensor_(tensor), rank_(printedRank(tensor.shape())), shown_(chooseShown(tensor.shape())),
        strides_(rowMajorStrides(tensor.shape())) {}

  std::string format() {
    visitElements(0, 0);
    for (const std::string &text : texts_) width_ = std::max(width_, text.size());
    formatAxis(0);
    return std::move(out_);
  }

private:
  /// Calls `visit` for each shown index of the axis, and `skip` where some are left out.
  template <class Visit, class Skip> void forShown(std::size_t axis, Visit visit, Skip skip) const {
    const std::int64_t extent = tensor_.shape()[axis];
    for (std::int64_t i = 0; i < shown_[axis].head; ++i) visit(i);
    if (shown_[axis].count() < extent) skip();
    for (std::int64_t i = extent - shown_[axis].tail; i < extent; ++i) visit(i);
  }

  /// Collects the texts of the shown elements, in order.
  void visitElements(std::size_t axis, std::int64_t offset) {
    if (axis == rank_)
      return texts_.push_back(
          withElements(tensor_, [&](const auto *elements) { return elementText(elements[offset]); }));
    forShown(axis, [&](std::int64_t i) { visitElements(axis + 1, offset + i * strides_[axis]); }, [] {});
  }

  void formatAxis(std::size_t axis) {
    if (axis == rank_) {
      out_ += fmt::format("{:>{}}", texts_[next_++], width_);
      return;
    }
    const bool row = axis + 1 == rank_;
    const std::string between = row ? ", " : "," + std::string(rank_ - axis - 1, '\n') + std::string(axis + 1, ' ');
    bool first = true;
    const auto separate = [&] {
      if (!std::exchange(first, false)) out_ += between;
    };
    out_ += '[';
    forShown(axis, [&](std::int64_t) { separate(), formatAxis(axis + 1); }, [&] { separate(), out_ += "…"; });
    out_ += ']';
  }

  const AnyTensor &tensor_;
  std::size_t rank_;
  std::vector<Shown> shown_;
  std::vector<std::int64_t> strides_;
  std::vector<std::string> texts_;
  std::size_t next_ = 0, width_ = 0;
  std::string out_;
};

} // namespace

std::string format(const AnyTensor &tensor) { return Formatter(tensor).format(); }

} // namespace einjit::cli
