// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integers that are arguments of functions: axes, sizes, positions. They are part of the program, though not of its
// type, so that others need another kernel.
#pragma once

#include <algorithm>
#include <array>
#include <einjit/detail/Node.h>

namespace einjit::detail {

/// As many integers as the type says; `dim=1` of one, `dim=[0, 2]` of several.
template <std::size_t Count> struct Integers {
  static constexpr std::size_t parameterCount = Count;
  static constexpr int count = static_cast<int>(Count);
  std::array<std::int64_t, Count> values;
  static void write(ExpressionWriter &writer, std::string_view keyword) { writer.integersArgument(keyword, Count); }
  static void writeOperand(ExpressionWriter &writer) { writer.integers(Count); }
  static void writeSpread(ExpressionWriter &writer) { writer.spreadArguments(Count); }
  void collect(Collector &collector) const {
    for (const std::int64_t value : values) collector.add(value);
  }
};

/// Integers whose number is known at run time only, such as those of `x.shape()`. It is a parameter, too.
struct IntegerList {
  static constexpr std::size_t parameterCount = 1 + maxRank;
  static constexpr int count = -1;
  std::array<std::int64_t, maxRank> values = {};
  std::size_t size;
  template <class Integer> explicit IntegerList(std::span<const Integer> list) : size(list.size()) {
    checkRank(list.size(), dynamicRank, 0);
    std::transform(list.begin(), list.end(), values.begin(),
                   [](Integer value) { return static_cast<std::int64_t>(value); });
  }
  template <class Write> static void writeAll(ExpressionWriter &writer, Write write) {
    const std::size_t length = writer.listLength();
    write(length);
    writer.skip(maxRank - length);
  }
  static void write(ExpressionWriter &writer, std::string_view keyword) {
    writeAll(writer, [&](std::size_t length) { writer.integersArgument(keyword, length); });
  }
  static void writeOperand(ExpressionWriter &writer) {
    writeAll(writer, [&](std::size_t length) { writer.integers(length); });
  }
  static void writeSpread(ExpressionWriter &writer) {
    writeAll(writer, [&](std::size_t length) { writer.spreadArguments(length); });
  }
  void collect(Collector &collector) const {
    collector.add(static_cast<std::int64_t>(size));
    for (const std::int64_t value : values) collector.add(value);
  }
};

template <class T>
concept OneInteger = std::integral<T> && !std::same_as<T, bool>;
/// A row of integers, such as a vector of them or `x.shape()`. A tensor is none, even of integers: what is meant by its
/// elements would be known when they are read, which is later.
template <class T>
concept IntegerRange = !OwnOperand<T> && requires(const T &list) {
  requires OneInteger<typename decltype(std::span(list))::value_type> &&
               !std::same_as<typename decltype(std::span(list))::value_type, char>;
};
/// What can be passed for axes, besides a list in braces: one, or a row of integers.
template <class T>
concept IntegerArgument = OneInteger<T> || IntegerRange<T>;

template <class T> auto integersOf(const T &argument) {
  if constexpr (OneInteger<T>)
    return Integers<1>{{static_cast<std::int64_t>(argument)}};
  else
    return IntegerList(std::span<const typename decltype(std::span(argument))::value_type>(argument));
}
template <std::size_t Count> Integers<Count> integersOf(const std::int64_t (&list)[Count]) {
  Integers<Count> result;
  std::copy(list, list + Count, result.values.begin());
  return result;
}

} // namespace einjit::detail
