// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What both Spirit grammars need beside Spirit: classes of characters, and places. The parser carries an Origin in its
// context, from which it knows where in the user's text it is.
#pragma once

#include "Support/SourceRange.h"
#include "Syntax/Token.h"
#include <boost/spirit/home/x3.hpp>

namespace einjit::syntax {

namespace x3 = boost::spirit::x3;

/// One character of a class.
template <bool (*belongs)(char)> struct CharacterClass : x3::char_parser<CharacterClass<belongs>> {
  using char_type = char;
  using attribute_type = char;
  static constexpr bool has_attribute = true;
  template <class Context> bool test(char c, const Context &) const { return belongs(c); }
};

/// Where the parsed text begins in memory, and in the text that the user sees. Also the key of itself in the context.
struct Origin {
  const char *begin;
  std::uint32_t offset = 0;

  SourceRange range(const char *from, const char *to) const {
    return {offset + static_cast<std::uint32_t>(from - begin), offset + static_cast<std::uint32_t>(to - begin)};
  }
};

/// In an action: the range of the last `length` bytes its parser matched.
template <class Context> SourceRange lastBytes(std::size_t length, const Context &context) {
  const char *end = x3::_where(context).begin();
  return x3::get<Origin>(context).range(end - length, end);
}

/// `ranged[p]` parses what p does and notes its range in the rule's value. Blanks that a last, fruitless attempt of p
/// skipped do not count.
template <class Subject> struct Ranged : x3::unary_parser<Subject, Ranged<Subject>> {
  constexpr explicit Ranged(const Subject &subject) : x3::unary_parser<Subject, Ranged<Subject>>(subject) {}
  template <class Context, class Value, class Attribute>
  bool parse(const char *&first, const char *const &last, const Context &context, Value &value,
             Attribute &attribute) const {
    x3::skip_over(first, last, context);
    const char *begin = first;
    if (!this->subject.parse(first, last, context, value, attribute)) return false;
    const char *end = first;
    while (end > begin && isBlank(end[-1])) --end;
    value.range = x3::get<Origin>(context).range(begin, end);
    return true;
  }
};
struct MakeRanged {
  template <class Subject> constexpr auto operator[](const Subject &subject) const {
    return Ranged<typename x3::extension::as_parser<Subject>::value_type>(x3::as_parser(subject));
  }
};
inline constexpr MakeRanged ranged;

} // namespace einjit::syntax
