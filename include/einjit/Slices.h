// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Subscripts of array notation. They are views: no element is copied for them.
#pragma once

#include <einjit/Ellipsis.h>
#include <einjit/FixedString.h>
#include <einjit/detail/Arguments.h>

namespace einjit {

/// In a subscript: a whole axis, the language's `:`.
struct Whole {};
inline constexpr Whole whole = {}; ///< what is passed for it
/// In a subscript: a new axis of size 1, the language's `None`.
struct NewAxis {};
inline constexpr NewAxis newaxis = {}; ///< what is passed for it
/// A bound of a range that is left out.
inline constexpr std::int64_t none = detail::noBound;
/// Part of an axis, the language's `start:stop:step`: negative bounds count from the end, and are clipped to the axis.
struct Range {
  std::int64_t start = none; ///< the first position
  std::int64_t stop = none;  ///< the position behind the last
  std::int64_t step = 1;     ///< from one to the next; not 0
};
/// The range of these bounds, each of which may be `none`.
constexpr Range range(std::int64_t start, std::int64_t stop, std::int64_t step = 1) { return {start, stop, step}; }

namespace detail {

/// One item of a subscript: how many axes it takes, and leaves.
template <class T> struct SliceItem;
/// One that is a word, and has no numbers.
template <int Taken, int Left, FixedString Word> struct WordItem {
  static constexpr int taken = Taken, left = Left;
  static constexpr std::size_t parameterCount = 0;
  constexpr explicit WordItem(const auto &) {}
  static void write(ExpressionWriter &writer) { writer.word(Word.view()); }
  void collect(Collector &) const {}
};
template <> struct SliceItem<Whole> : WordItem<1, 1, ":"> {
  using WordItem::WordItem;
};
template <> struct SliceItem<NewAxis> : WordItem<0, 1, "None"> {
  using WordItem::WordItem;
};
template <> struct SliceItem<Ellipsis> : WordItem<0, 0, "..."> {
  using WordItem::WordItem;
};
template <> struct SliceItem<Range> {
  static constexpr int taken = 1, left = 1;
  static constexpr std::size_t parameterCount = 3;
  Range range;
  constexpr explicit SliceItem(const Range &part) : range(part) {}
  static void write(ExpressionWriter &writer) { writer.slice(); }
  void collect(Collector &collector) const {
    collector.add(range.start);
    collector.add(range.stop);
    collector.add(range.step);
  }
};
template <OneInteger T> struct SliceItem<T> {
  static constexpr int taken = 1, left = 0;
  static constexpr std::size_t parameterCount = 1;
  std::int64_t at;
  constexpr explicit SliceItem(T position) : at(static_cast<std::int64_t>(position)) {}
  static void write(ExpressionWriter &writer) { writer.integer(); }
  void collect(Collector &collector) const { collector.add(at); }
};

template <class T>
concept AnySliceItem = requires { SliceItem<T>::taken; };

template <class... Items> struct Subscript {
  static constexpr std::size_t parameterCount = (std::size_t{0} + ... + SliceItem<Items>::parameterCount);
  static constexpr int taken = (0 + ... + SliceItem<Items>::taken);
  static constexpr int ellipses = (0 + ... + std::same_as<Items, Ellipsis>);
  std::tuple<SliceItem<Items>...> items;

  static constexpr Facts facts(const Facts &x) {
    Facts result = x;
    result.isPosition = false;
    result.isWrong = x.isIndexed || ellipses > 1 || (x.rank != dynamicRank && taken > x.rank);
    if (x.rank != dynamicRank) result.rank = x.rank - taken + (0 + ... + SliceItem<Items>::left);
    if (result.isWrong) result.rank = dynamicRank;
    return result;
  }
  static constexpr MessageText complaint(const Facts &x) {
    if (x.isIndexed) return MessageText("a subscript of an element, which has no axes");
    if (ellipses > 1) return MessageText("a subscript can have only one ellipsis");
    return MessageText() << taken << " subscripts for a tensor of rank " << x.rank;
  }
  static void write(ExpressionWriter &writer, std::size_t) {
    (SliceItem<Items>::write(writer), ...);
    writer.subscript(sizeof...(Items));
  }
  void collect(Collector &collector) const {
    std::apply([&](const auto &...item) { (item.collect(collector), ...); }, items);
  }
};

} // namespace detail

/// `slice(x, whole, range(0, 64), newaxis, -1, ellipsis)` is the language's `x[:, 0:64, None, -1, ...]`: an integer
/// takes one position of an axis, which the result does not have; axes that are not said stay whole.
template <detail::Operand X, detail::AnySliceItem... Items>
  requires(sizeof...(Items) > 0)
auto slice(X &&x, const Items &...items) {
  return detail::makeNode(detail::Subscript<Items...>{std::tuple(detail::SliceItem<Items>(items)...)},
                          detail::asNode(std::forward<X>(x)));
}

} // namespace einjit
