// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Indices of index notation. See IndexNotation.h.
#pragma once

#include <einjit/FixedString.h>
#include <einjit/detail/Node.h>
#include <string_view>
#include <tuple>
#include <utility>

namespace einjit {

namespace detail {

/// `i` to `z`, then `i18` and so on: `a` to `h` are left to tensors.
template <int Number> constexpr auto indexName() {
  constexpr int letters = 'z' - 'i' + 1;
  if constexpr (Number < letters)
    return FixedString<2>({static_cast<char>('i' + Number), 0});
  else
    return FixedString<4>({'i', static_cast<char>('0' + Number / 10), static_cast<char>('0' + Number % 10), 0});
}

/// Whether a text is a name of the language that an index can have.
constexpr bool isIndexName(std::string_view name) {
  if (name.empty() || !isNameStart(name[0]) || name == "True" || name == "False" || name == "None") return false;
  for (const char c : name)
    if (!isNamePart(c)) return false;
  return true;
}
template <FixedString Name> struct IndexNameMistake {
  static constexpr MessageText message =
      MessageText("`") << Name.view()
                       << "` is no name of an index: letters, digits and _, no digit first, not True, False or None";
};
template <FixedString Name, bool IsName = isIndexName(Name.view())> struct CheckedIndexName : std::true_type {};
template <FixedString Name> struct CheckedIndexName<Name, false> : std::true_type, Reported<IndexNameMistake<Name>> {};
/// What is none does not compile, which is reported here.
template <FixedString Name>
concept IndexName = CheckedIndexName<Name>::value;

/// An index as a part of expressions.
template <FixedString Name> struct IndexNode : Typed<DType::I64, 0> {
  static constexpr std::string_view name = Name.view();
  static constexpr Facts facts = {DType::I64, 0, true, true};
  static constexpr std::size_t inputCount = 0, parameterCount = 0;
  static constexpr bool mentions(std::string_view other) { return other == name; }
  static void write(ExpressionWriter &writer) { writer.index(name); }
  void collect(Collector &) const {}
};
} // namespace detail

/// An index of index notation. Indices of one name are the same index, whatever objects stand for them. Used as a
/// value it is its position, an i64.
template <FixedString Name> struct Index : detail::IndexNode<Name> {};

/// `auto [b, c, e] = indices<3>();`: as many different indices, for one statement or for many. They are told apart by
/// their place alone: the first of indices<2>() is the first of indices<3>(). In messages they are `i`, `j`, ….
template <int Count>
  requires(Count > 0 && Count <= maxRank)
constexpr auto indices() {
  return []<int... Number>(std::integer_sequence<int, Number...>) {
    return std::tuple<Index<detail::indexName<Number>()>...>();
  }(std::make_integer_sequence<int, Count>());
}

/// An index of this name, which messages show: `constexpr auto batch = named<"batch">;`. A text
/// that is no name of the language does not compile.
template <FixedString Name>
  requires detail::IndexName<Name>
inline constexpr Index<Name> named = {};

namespace detail {
template <class T> inline constexpr bool isIndexType = false;
template <FixedString Name> inline constexpr bool isIndexType<Index<Name>> = true;
template <class T>
concept AnyIndex = isIndexType<std::remove_cvref_t<T>>;
} // namespace detail

} // namespace einjit
