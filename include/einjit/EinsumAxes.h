// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsums said by lists of axes' numbers instead of letters, as NumPy's `einsum(x, [0, 1, 2], w, [0, 1], [0, 2])`.
#pragma once

#include <einjit/EinsumLiteral.h>
#include <einjit/Ellipsis.h>
#include <einjit/Export.h>
#include <initializer_list>
#include <string>

namespace einjit {

namespace detail {

/// The lists of the operands, and that of the result if there is one.
struct AxisLists {
  std::span<const std::span<const int>> operands;
  std::optional<std::span<const int>> output = {};

  constexpr std::size_t count() const { return operands.size() + output.has_value(); }
  constexpr std::span<const int> operator[](std::size_t i) const { return i < operands.size() ? operands[i] : *output; }
};

inline constexpr std::string_view axisLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The different numbers in lists, in ascending order; of too many for the letters one more than there are letters.
struct AxisNumbers {
  int numbers[axisLetters.size() + 1] = {};
  std::size_t count = 0;

  constexpr explicit AxisNumbers(const AxisLists &lists) {
    for (std::size_t i = 0; i < lists.count(); ++i)
      for (const int number : lists[i])
        if (number != ellipsis) add(number);
  }
  constexpr bool fitLetters() const { return count <= axisLetters.size(); }
  constexpr std::size_t place(int number) const {
    std::size_t place = 0;
    while (place < count && numbers[place] < number) ++place;
    return place;
  }
  /// The letters in ASCII order stand for the numbers in theirs, so that a result that is not written has its axes in
  /// the order of their numbers; lower case where that suffices.
  constexpr char letter(int number) const { return axisLetters[place(number) + (count <= 26 ? 26 : 0)]; }

private:
  constexpr void add(int number) {
    const std::size_t at = place(number);
    if ((at < count && numbers[at] == number) || !fitLetters()) return;
    for (std::size_t i = count++; i > at; --i) numbers[i] = numbers[i - 1];
    numbers[at] = number;
  }
};

/// What is wrong with the lists themselves, whatever their operands.
constexpr std::optional<MessageText> axisListsMistake(const AxisLists &lists) {
  for (std::size_t i = 0; i < lists.count(); ++i) {
    std::size_t ellipses = 0;
    for (const int number : lists[i]) {
      if (number == ellipsis && ++ellipses == 2) return MessageText("a second ellipsis in one list");
      if (number < 0 && number != ellipsis) return MessageText() << number << " is not the number of an axis";
    }
    if (lists[i].size() - ellipses > maxRank)
      return MessageText() << lists[i].size() - ellipses << " axes in one list, more than " << maxRank;
  }
  if (!AxisNumbers(lists).fitLetters())
    return MessageText("more than ") << axisLetters.size() << " different axes in the lists of an einsum";
  return {};
}

inline std::vector<std::span<const int>> spansOf(std::initializer_list<std::initializer_list<int>> lists) {
  std::vector<std::span<const int>> spans;
  for (const auto &list : lists) spans.emplace_back(list.begin(), list.size());
  return spans;
}

/// The einsum string that means the same as lists without a mistake. Calls `write` with each of its characters.
template <class Write> constexpr void printAxisLists(const AxisLists &lists, Write write) {
  const AxisNumbers numbers(lists);
  for (std::size_t i = 0; i < lists.count(); ++i) {
    if (i == lists.operands.size())
      for (const char c : {'-', '>'}) write(c);
    else if (i > 0)
      write(',');
    for (const int number : lists[i])
      if (number == ellipsis)
        for (int dot = 0; dot < 3; ++dot) write('.');
      else
        write(numbers.letter(number));
  }
}

} // namespace detail

/// The einsum string that means the same as these lists: for each operand the numbers of its axes, and perhaps last the
/// numbers of the result's. The letters in ASCII order stand for the numbers in theirs: {0, 1, 2}, {0, 1} and {0, 2}
/// are `abc,ab->ac`. Without a list for the result its axes are the numbers that occur once, ascending. Throws
/// einjit::Error of the kind `bad-arguments` for a negative number, a second `ellipsis` in one list, more than maxRank
/// axes in one, or more than 52 different axes. What else may be wrong is found where the string is used.
EINJIT_API std::string einsumString(std::span<const std::span<const int>> operands,
                                    std::optional<std::span<const int>> output = {});
/// The same of lists in braces: `einsumString({{0, 1, 2}, {0, 1}}, {0, 2})`.
///@{
inline std::string einsumString(std::initializer_list<std::initializer_list<int>> operands) {
  const std::vector<std::span<const int>> lists = detail::spansOf(operands);
  return einsumString(std::span(lists));
}
inline std::string einsumString(std::initializer_list<std::initializer_list<int>> operands,
                                std::initializer_list<int> output) {
  const std::vector<std::span<const int>> lists = detail::spansOf(operands);
  return einsumString(std::span(lists), std::span<const int>(output.begin(), output.size()));
}
///@}

} // namespace einjit
