// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The grammar of a statement, in Boost.Spirit X3. What holds for all of it:
//
// - One look at the next token or two decides between alternatives; nothing in brackets is ever read twice, so the
//   time is linear in the text.
// - It recurses only through brackets. Chains of operators, signs and suffixes are loops.
// - Binary operators are read flat and grouped by their table afterwards (Operators.h): a new operator is a line in
//   that table, a new kind of statement an alternative of `statement`.
// - All of it is constant data (which only UBSan's instrumentation makes the compiler miss), so that a program may be
//   compiled before main as well.
#include "Syntax/Parser.h"
#include "Support/ErrorOperands.h"
#include "Syntax/Actions.h"
#include "Syntax/Statements.h"
#include "Syntax/SyntaxError.h"
#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace einjit {
namespace syntax {
namespace {

/// Errors reported at once; more say nothing new.
constexpr std::ptrdiff_t maxErrors = 64;

// ---- Tokens -------------------------------------------------------------------------------------------------------

constexpr CharacterClass<isBlank> blank;
constexpr CharacterClass<isDigit> digit;
constexpr CharacterClass<isNameStart> nameStart;
constexpr CharacterClass<isNamePart> namePart;

/// A whole token of punctuation to which `meaning` gives a meaning: `*` is not found in `**`, nor `=` in `==`.
template <auto meaning> struct Punctuation : x3::parser<Punctuation<meaning>> {
  using attribute_type = typename decltype(meaning(std::string_view()))::value_type;
  static constexpr bool has_attribute = true;
  template <class Context, class Value, class Attribute>
  bool parse(const char *&first, const char *const &last, const Context &context, Value &, Attribute &attribute) const {
    x3::skip_over(first, last, context);
    const std::string_view token = punctuation({first, last});
    const auto found = meaning(token);
    if (!found) return false;
    x3::traits::move_to(*found, attribute);
    first += token.size();
    return true;
  }
};
template <char first, char... others> std::optional<char> oneOf(std::string_view token) {
  const bool matches = token.size() == 1 && (token[0] == first || ((token[0] == others) || ...));
  return matches ? std::optional(token[0]) : std::nullopt;
}
constexpr Punctuation<binaryOperator> operatorToken;
constexpr std::optional<std::string_view> power(std::string_view token) {
  return token == "**" ? std::optional(token) : std::nullopt;
}
constexpr Punctuation<oneOf<'+', '-', '~'>> sign;
constexpr Punctuation<oneOf<'='>> equals;
constexpr Punctuation<oneOf<':'>> colon;
constexpr Punctuation<power> powerToken;

/// `=`, `+=`, and `max=` without a blank inside.
struct AssignToken : x3::parser<AssignToken> {
  using attribute_type = ast::AssignOp;
  static constexpr bool has_attribute = true;
  template <class Context, class Value, class Attribute>
  bool parse(const char *&first, const char *const &last, const Context &context, Value &, Attribute &attribute) const {
    x3::skip_over(first, last, context);
    const std::string_view token = assignment({first, last});
    const auto found = assignOperator(token);
    if (!found) return false;
    x3::traits::move_to(*found, attribute);
    first += token.size();
    return true;
  }
};
constexpr AssignToken assignToken;

/// A word that is one only before a name; `def = 3` gives a value to the name `def`.
struct WordBeforeName : x3::parser<WordBeforeName> {
  using attribute_type = x3::unused_type;
  static constexpr bool has_attribute = false;
  std::string_view word;
  constexpr explicit WordBeforeName(std::string_view word) : word(word) {}
  template <class Context, class Value, class Attribute>
  bool parse(const char *&first, const char *const &last, const Context &context, Value &, Attribute &) const {
    x3::skip_over(first, last, context);
    if (!std::string_view(first, last).starts_with(word)) return false;
    const char *after = first + word.size();
    if (after == last || !isBlank(*after)) return false;
    x3::skip_over(after, last, context);
    if (after == last || !isNameStart(*after)) return false;
    first = after;
    return true;
  }
};
constexpr WordBeforeName def("def"), param("param");

constexpr auto exponent = (x3::lit('e') | 'E') >> -(x3::lit('+') | '-') >> +digit;
constexpr auto number =
    x3::raw[x3::lexeme[((+digit >> -('.' >> *digit)) | ('.' >> +digit)) >> -exponent >> -x3::lit('j')]];
constexpr auto string = x3::raw[x3::lexeme[('\'' >> *~x3::char_('\'') >> '\'') | ('"' >> *~x3::char_('"') >> '"')]];

// ---- The grammar --------------------------------------------------------------------------------------------------

const x3::rule<struct StatementId, ast::Statement> statement = anExpression;
const x3::rule<struct TargetId, NameToken> target = aName; // with the `=` behind it
const x3::rule<struct ExpressionId, ast::Expr> expression = anExpression;
const x3::rule<struct OperandId, ast::Expr> operand = anExpression;
const x3::rule<struct PowerId, ast::Expr> powers = anExpression;
const x3::rule<struct PostfixId, ast::Expr> postfix = anExpression;
const x3::rule<struct AtomId, ast::Expr> atom = anExpression;
const x3::rule<struct CallId, ast::Suffix> call = anExpression;
const x3::rule<struct MemberId, ast::Suffix> member = aName;
const x3::rule<struct SubscriptId, ast::Suffix> subscript = aSubscript;
const x3::rule<struct SubscriptItemId, ast::SubscriptItem> subscriptItem = aSubscript;
const x3::rule<struct ArgumentId, ast::Argument> argument = anExpression;
const x3::rule<struct ParameterId, ast::Parameter> parameter = aName;
const x3::rule<struct NameId, NameToken> name = aName;

// Having come as far as `x3::expect[p]`, it is an error if p does not follow.

const auto name_def = ranged[x3::raw[x3::lexeme[nameStart >> *namePart]][setName]];

const auto target_def = name[become] >> equals;

const auto definition = def[beDefine] >> x3::expect[name][setDefined] >> x3::expect[x3::lit('(')] >>
                        -(parameter[addParameter] % ',' >> -x3::lit(',')) >> x3::expect[x3::lit(')')] >>
                        x3::expect[x3::lit('=')] >> x3::expect[expression][setBody];
const auto declaration =
    param[beParam] >> x3::expect[name][setDeclared] >> x3::expect[x3::lit(':')] >> x3::expect[postfix][setType];
// Whether an expression is a target shows behind it.
const auto statement_def =
    ranged[definition | declaration |
           (expression[evaluate] >>
            ((assignToken[beAssign] >> x3::expect[expression][setValue]) |
             (colon[beDeclare] >> x3::expect[postfix][setType]) | (*(',' >> expression[addResult]) >> -x3::lit(','))))];

const auto parameter_def = name[setParameter] >> -(equals >> x3::expect[expression][setStandard]);

const auto expression_def =
    ranged[operand[become] >> *(operatorToken[addOperator] >> x3::expect[operand][addOperand]) >> x3::eps[groupChain]];

const auto operand_def = ranged[(+sign[addSign] >> x3::expect[powers][setSigned]) //
                                | powers[become]];

const auto powers_def =
    ranged[postfix[become] >> *(powerToken[addPower] >> *sign[addExponentSign] >> x3::expect[postfix][setExponent])];

const auto postfix_def =
    ranged[((name[beName] >> -call[addSuffix]) | atom[become]) >>
           *((member[addSuffix] | subscript[addSuffix]) >> -call[addSuffix]) >> x3::eps[dropLibrary]];

// `...` stands for axes in the lists of axes that einsum takes.
const auto item = x3::lit("...")[addEllipsis] | expression[addItem];
const auto moreItems = *(',' >> item) >> -x3::lit(',');
const auto list = x3::lit('[')[beList] >> -(item >> moreItems) >> x3::expect[x3::lit(']')];
const auto round = x3::lit('(')[beList] >>
                   -(item >> ((&x3::lit(')'))[beParen] | moreItems)) >> x3::expect[x3::lit(')')];
const auto atom_def = ranged[number[beNumber] | string[beString] | list | round];

const auto call_def =
    ranged[x3::lit('(')[beCall] >> -(argument[addArgument] % ',' >> -x3::lit(',')) >> x3::expect[x3::lit(')')]];

const auto argument_def = (target[setKeyword] >> x3::expect[expression][setArgument]) //
                          | expression[setArgument];

const auto member_def = ranged['.' >> x3::expect[name][beMember]];

const auto subscript_def =
    ranged[x3::lit('[')[beSubscript] >>
           -(subscriptItem[addSubscriptItem] >> *(',' >> subscriptItem[addSubscriptItem]) >> -x3::lit(',')) >>
           x3::expect[x3::lit(']')]];

const auto slice = x3::lit(':')[beSlice] >> -expression[setSlicePart<&ast::Slice::stop>] >>
                   -(':' >> -expression[setSlicePart<&ast::Slice::step>]);
const auto subscriptItem_def = ranged[x3::lit("...")[beEllipsis] | (expression[beIndex] >> -slice) | slice];

BOOST_SPIRIT_DEFINE(statement, target, expression, operand, powers, postfix, atom, call, argument, parameter, member,
                    subscript, subscriptItem, name)

// ---- Statements to a program --------------------------------------------------------------------------------------

Result<ast::Statement> parseStatement(std::string_view text, SourceRange range, std::uint32_t offset) {
  const char *begin = text.data(), *at = begin + range.begin, *end = begin + range.end;
  const Origin origin{begin, offset};
  const auto error = [&](const char *where, std::string_view expected) {
    return syntaxError(text, range, static_cast<std::size_t>(where - begin), expected);
  };
  ast::Statement result;
  try {
    if (x3::phrase_parse(at, end, x3::with<Origin>(origin)[statement], blank, result) && at == end) return result;
    return error(at, endOfStatement);
  } catch (const x3::expectation_failure<const char *> &failure) {
    return error(failure.where(), failure.which());
  }
}

Diagnostics firstOnes(Diagnostics errors) {
  std::sort(errors.begin(), errors.end(), [](const Diagnostic &a, const Diagnostic &b) {
    return std::tie(a.labels.front().begin, a.message) < std::tie(b.labels.front().begin, b.message);
  });
  if (errors.size() > maxErrors) errors.erase(errors.begin() + maxErrors, errors.end());
  return errors;
}

} // namespace
} // namespace syntax

Result<ast::Program> parseProgram(std::string_view text, std::uint32_t offset) {
  if (text.size() > maxTextBytes)
    return Diagnostic{DiagnosticKind::TextTooLong,
                      fmt::format("the program has {} bytes, more than {}", text.size(), maxTextBytes),
                      {},
                      {},
                      {},
                      countsDisagree({text.size(), maxTextBytes})};
  const syntax::Statements statements = syntax::splitStatements(text);
  ast::Program program;
  Diagnostics errors;
  for (SourceRange range : statements.ranges) {
    Result<ast::Statement> statement = syntax::parseStatement(statements.text, range, offset);
    if (statement)
      program.statements.push_back(*std::move(statement));
    else
      errors.insert(errors.end(), statement.errors().begin(), statement.errors().end());
    if (errors.size() == syntax::maxErrors) break;
  }
  errors.insert(errors.end(), statements.errors.begin(), statements.errors.end());
  if (errors.empty()) return program;
  return syntax::firstOnes(std::move(errors));
}

} // namespace einjit
