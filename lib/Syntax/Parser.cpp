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
#include "Syntax/Operators.h"
#include "Syntax/Statements.h"
#include "Syntax/SyntaxError.h"
#include "Syntax/Token.h"
#include <algorithm>
#include <boost/spirit/home/x3.hpp>
#include <fmt/format.h>

namespace einjit {
namespace {

namespace x3 = boost::spirit::x3;
using syntax::anExpression, syntax::aName, syntax::aSubscript;

/// Errors reported at once; more say nothing new.
constexpr std::size_t maxErrors = 64;

// ---- Places -------------------------------------------------------------------------------------------------------

/// The key under which the parser carries the beginning of the text, from which places are counted.
struct TextBegin;

template <class Context> SourceRange rangeOf(const char *begin, const char *end, const Context &context) {
  const char *text = x3::get<TextBegin>(context);
  return {static_cast<std::uint32_t>(begin - text), static_cast<std::uint32_t>(end - text)};
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
    while (end > begin && syntax::isBlank(end[-1])) --end;
    value.range = rangeOf(begin, end, context);
    return true;
  }
};
struct MakeRanged {
  template <class Subject> constexpr auto operator[](const Subject &subject) const {
    return Ranged<typename x3::extension::as_parser<Subject>::value_type>(x3::as_parser(subject));
  }
};
constexpr MakeRanged ranged;

// ---- What the rules produce ---------------------------------------------------------------------------------------

struct NameToken {
  SourceRange range;
  std::string name;
};

const x3::rule<struct StatementId, ast::Statement> statement = anExpression;
const x3::rule<struct TargetId, NameToken> target = aName; // with the `=` behind it
const x3::rule<struct ExpressionId, ast::Expr> expression = anExpression;
const x3::rule<struct OperandId, ast::Expr> operand = anExpression;
const x3::rule<struct PostfixId, ast::Expr> postfix = anExpression;
const x3::rule<struct AtomId, ast::Expr> atom = anExpression;
const x3::rule<struct CallId, ast::Suffix> call = anExpression;
const x3::rule<struct MemberId, ast::Suffix> member = aName;
const x3::rule<struct SubscriptId, ast::Suffix> subscript = aSubscript;
const x3::rule<struct SubscriptItemId, ast::SubscriptItem> subscriptItem = aSubscript;
const x3::rule<struct ArgumentId, ast::Argument> argument = anExpression;
const x3::rule<struct NameId, NameToken> name = aName;

ast::ExprPtr share(ast::Expr &&expr) { return std::make_shared<const ast::Expr>(std::move(expr)); }

bool isName(const ast::Expr &expr, std::string_view name) {
  const auto *node = std::get_if<ast::Name>(&expr.node);
  return node && node->name == name;
}

// ---- Actions: how a rule's value grows from its parts -------------------------------------------------------------

/// The whole value is the part just read.
constexpr auto become = [](auto &ctx) { x3::_val(ctx) = std::move(x3::_attr(ctx)); };

constexpr auto setName = [](auto &ctx) { x3::_val(ctx).name.assign(x3::_attr(ctx).begin(), x3::_attr(ctx).end()); };

constexpr auto setTarget = [](auto &ctx) {
  NameToken &name = x3::_attr(ctx);
  x3::_val(ctx).statement = ast::Assign{std::move(name.name), name.range, {}};
};
constexpr auto setValue = [](auto &ctx) {
  std::get<ast::Assign>(x3::_val(ctx).statement).value = std::move(x3::_attr(ctx));
};
constexpr auto evaluate = [](auto &ctx) { x3::_val(ctx).statement = ast::Evaluate{std::move(x3::_attr(ctx))}; };

constexpr auto addOperator = [](auto &ctx) {
  ast::Expr &expr = x3::_val(ctx);
  if (!std::holds_alternative<ast::Binary>(expr.node)) expr.node = ast::Binary{share(std::move(expr)), {}};
  const ast::BinaryOp op = x3::_attr(ctx);
  const char *end = x3::_where(ctx).begin();
  std::get<ast::Binary>(expr.node).rest.push_back({op, rangeOf(end - ast::text(op).size(), end, ctx), {}});
};
constexpr auto addOperand = [](auto &ctx) {
  std::get<ast::Binary>(x3::_val(ctx).node).rest.back().operand = std::move(x3::_attr(ctx));
};
constexpr auto groupChain = [](auto &ctx) {
  ast::Expr &expr = x3::_val(ctx);
  if (auto *chain = std::get_if<ast::Binary>(&expr.node)) expr = syntax::groupByPrecedence(std::move(*chain));
};

constexpr auto addSign = [](auto &ctx) {
  ast::Expr &expr = x3::_val(ctx);
  if (!std::holds_alternative<ast::Unary>(expr.node)) expr.node = ast::Unary{};
  std::get<ast::Unary>(expr.node).operators += x3::_attr(ctx);
};
constexpr auto setSigned = [](auto &ctx) {
  std::get<ast::Unary>(x3::_val(ctx).node).operand = share(std::move(x3::_attr(ctx)));
};

constexpr auto beName = [](auto &ctx) {
  NameToken &name = x3::_attr(ctx);
  x3::_val(ctx) = ast::Expr{name.range, ast::Name{std::move(name.name)}};
};
constexpr auto addSuffix = [](auto &ctx) {
  ast::Expr &expr = x3::_val(ctx);
  if (!std::holds_alternative<ast::Postfix>(expr.node)) expr.node = ast::Postfix{share(std::move(expr)), {}};
  std::get<ast::Postfix>(expr.node).suffixes.push_back(std::move(x3::_attr(ctx)));
};
/// `torch.sum(x)` is `sum(x)`; the name keeps its own place.
constexpr auto dropLibrary = [](auto &ctx) {
  auto *postfix = std::get_if<ast::Postfix>(&x3::_val(ctx).node);
  if (!postfix || postfix->suffixes.size() < 2) return;
  const ast::Expr &base = *postfix->base;
  if (!isName(base, "torch") && !isName(base, "np") && !isName(base, "numpy")) return;
  const ast::Suffix &first = postfix->suffixes[0];
  const auto *member = std::get_if<ast::Member>(&first.suffix);
  if (!member || !std::holds_alternative<ast::Call>(postfix->suffixes[1].suffix)) return;
  const auto length = static_cast<std::uint32_t>(member->name.size());
  postfix->base = share({{first.range.end - length, first.range.end}, ast::Name{member->name}});
  postfix->suffixes.erase(postfix->suffixes.begin());
};

constexpr auto beNumber = [](auto &ctx) {
  const std::string text(x3::_attr(ctx).begin(), x3::_attr(ctx).end());
  x3::_val(ctx).node = ast::Number{text, std::all_of(text.begin(), text.end(), syntax::isDigit)};
};
constexpr auto beString = [](auto &ctx) {
  const char *begin = x3::_attr(ctx).begin() + 1, *end = x3::_attr(ctx).end() - 1;
  x3::_val(ctx).node = ast::String{std::string(begin, end), rangeOf(begin, end, ctx)};
};
constexpr auto beList = [](auto &ctx) { x3::_val(ctx).node = ast::List{}; };
constexpr auto addItem = [](auto &ctx) {
  std::get<ast::List>(x3::_val(ctx).node).items.push_back(std::move(x3::_attr(ctx)));
};
/// One item in round brackets without a comma is no tuple.
constexpr auto beParen = [](auto &ctx) {
  ast::Expr inner = std::move(std::get<ast::List>(x3::_val(ctx).node).items.front());
  x3::_val(ctx).node = ast::Paren{share(std::move(inner))};
};

constexpr auto beCall = [](auto &ctx) { x3::_val(ctx).suffix = ast::Call{}; };
constexpr auto addArgument = [](auto &ctx) {
  std::get<ast::Call>(x3::_val(ctx).suffix).arguments.push_back(std::move(x3::_attr(ctx)));
};
constexpr auto setKeyword = [](auto &ctx) {
  x3::_val(ctx).keyword = std::move(x3::_attr(ctx).name);
  x3::_val(ctx).keywordRange = x3::_attr(ctx).range;
};
constexpr auto setArgument = [](auto &ctx) { x3::_val(ctx).value = share(std::move(x3::_attr(ctx))); };
constexpr auto beMember = [](auto &ctx) { x3::_val(ctx).suffix = ast::Member{std::move(x3::_attr(ctx).name)}; };

constexpr auto beSubscript = [](auto &ctx) { x3::_val(ctx).suffix = ast::Subscript{}; };
constexpr auto addSubscriptItem = [](auto &ctx) {
  std::get<ast::Subscript>(x3::_val(ctx).suffix).items.push_back(std::move(x3::_attr(ctx)));
};
constexpr auto beEllipsis = [](auto &ctx) { x3::_val(ctx).item = ast::Ellipsis{}; };
constexpr auto beIndex = [](auto &ctx) {
  if (isName(x3::_attr(ctx), "None"))
    x3::_val(ctx).item = ast::NewAxis{};
  else
    x3::_val(ctx).item = share(std::move(x3::_attr(ctx)));
};
/// At the first `:`: what was read as an index is the slice's start. A `None` in a slice says that it is left out.
constexpr auto beSlice = [](auto &ctx) {
  auto *start = std::get_if<ast::ExprPtr>(&x3::_val(ctx).item);
  x3::_val(ctx).item = ast::Slice{start ? std::move(*start) : nullptr, nullptr, nullptr};
};
template <ast::ExprPtr ast::Slice::*part>
constexpr auto setSlicePart = [](auto &ctx) {
  if (!isName(x3::_attr(ctx), "None"))
    std::get<ast::Slice>(x3::_val(ctx).item).*part = share(std::move(x3::_attr(ctx)));
};

// ---- Tokens -------------------------------------------------------------------------------------------------------

template <bool (*belongs)(char)> struct CharacterClass : x3::char_parser<CharacterClass<belongs>> {
  using char_type = char;
  using attribute_type = char;
  static constexpr bool has_attribute = true;
  template <class Context> bool test(char c, const Context &) const { return belongs(c); }
};
constexpr CharacterClass<syntax::isBlank> blank;
constexpr CharacterClass<syntax::isDigit> digit;
constexpr CharacterClass<syntax::isNameStart> nameStart;
constexpr CharacterClass<syntax::isNamePart> namePart;

/// A whole token of punctuation to which `meaning` gives a meaning: `*` is not found in `**`, nor `=` in `==`.
template <auto meaning> struct Punctuation : x3::parser<Punctuation<meaning>> {
  using attribute_type = typename decltype(meaning(std::string_view()))::value_type;
  static constexpr bool has_attribute = true;
  template <class Context, class Value, class Attribute>
  bool parse(const char *&first, const char *const &last, const Context &context, Value &, Attribute &attribute) const {
    x3::skip_over(first, last, context);
    const std::string_view token = syntax::punctuation({first, last});
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
constexpr Punctuation<syntax::binaryOperator> binaryOperator;
constexpr Punctuation<oneOf<'+', '-'>> sign;
constexpr Punctuation<oneOf<'='>> equals;

constexpr auto exponent = (x3::lit('e') | 'E') >> -(x3::lit('+') | '-') >> +digit;
constexpr auto number = x3::raw[x3::lexeme[((+digit >> -('.' >> *digit)) | ('.' >> +digit)) >> -exponent]];
constexpr auto string = x3::raw[x3::lexeme[('\'' >> *~x3::char_('\'') >> '\'') | ('"' >> *~x3::char_('"') >> '"')]];

// ---- The grammar --------------------------------------------------------------------------------------------------

// Having come as far as `x3::expect[p]`, it is an error if p does not follow.

const auto name_def = ranged[x3::raw[x3::lexeme[nameStart >> *namePart]][setName]];

const auto target_def = name[become] >> equals;

const auto statement_def = ranged[(target[setTarget] >> x3::expect[expression][setValue]) //
                                  | expression[evaluate]];

const auto expression_def =
    ranged[operand[become] >> *(binaryOperator[addOperator] >> x3::expect[operand][addOperand]) >> x3::eps[groupChain]];

const auto operand_def = ranged[(+sign[addSign] >> x3::expect[postfix][setSigned]) //
                                | postfix[become]];

const auto postfix_def =
    ranged[((name[beName] >> -call[addSuffix]) | atom[become]) >>
           *((member[addSuffix] >> -call[addSuffix]) | subscript[addSuffix]) >> x3::eps[dropLibrary]];

const auto moreItems = *(',' >> expression[addItem]) >> -x3::lit(',');
const auto list = x3::lit('[')[beList] >> -(expression[addItem] >> moreItems) >> x3::expect[x3::lit(']')];
const auto round = x3::lit('(')[beList] >>
                   -(expression[addItem] >> ((&x3::lit(')'))[beParen] | moreItems)) >> x3::expect[x3::lit(')')];
const auto atom_def = ranged[number[beNumber] | string[beString] | list | round];

const auto call_def =
    ranged[x3::lit('(')[beCall] >> -(argument[addArgument] % ',' >> -x3::lit(',')) >> x3::expect[x3::lit(')')]];

const auto argument_def = (target[setKeyword] >> x3::expect[expression][setArgument]) //
                          | expression[setArgument];

const auto member_def = ranged['.' >> x3::expect[name][beMember]];

const auto subscript_def =
    ranged[x3::lit('[')[beSubscript] >> x3::expect[subscriptItem][addSubscriptItem] >>
           *(',' >> subscriptItem[addSubscriptItem]) >> -x3::lit(',') >> x3::expect[x3::lit(']')]];

const auto slice = x3::lit(':')[beSlice] >> -expression[setSlicePart<&ast::Slice::stop>] >>
                   -(':' >> -expression[setSlicePart<&ast::Slice::step>]);
const auto subscriptItem_def = ranged[x3::lit("...")[beEllipsis] | (expression[beIndex] >> -slice) | slice];

BOOST_SPIRIT_DEFINE(statement, target, expression, operand, postfix, atom, call, argument, member, subscript,
                    subscriptItem, name)

// ---- Statements to a program --------------------------------------------------------------------------------------

Result<ast::Statement> parseStatement(std::string_view text, SourceRange range) {
  const char *begin = text.data(), *at = begin + range.begin, *end = begin + range.end;
  const auto error = [&](const char *where, std::string_view expected) {
    return syntax::syntaxError(text, range, static_cast<std::size_t>(where - begin), expected);
  };
  ast::Statement result;
  try {
    if (x3::phrase_parse(at, end, x3::with<TextBegin>(begin)[statement], blank, result) && at == end) return result;
    return error(at, syntax::endOfStatement);
  } catch (const x3::expectation_failure<const char *> &failure) {
    return error(failure.where(), failure.which());
  }
}

Diagnostics firstOnes(Diagnostics errors) {
  std::stable_sort(errors.begin(), errors.end(), [](const Diagnostic &a, const Diagnostic &b) {
    return a.labels.front().range.begin < b.labels.front().range.begin;
  });
  if (errors.size() > maxErrors) errors.erase(errors.begin() + maxErrors, errors.end());
  return errors;
}

} // namespace

Result<ast::Program> parseProgram(std::string_view text) {
  if (text.size() > maxTextBytes)
    return Diagnostic{DiagnosticKind::TextTooLong,
                      fmt::format("the program has {} bytes, more than {}", text.size(), maxTextBytes)};
  const syntax::Statements statements = syntax::splitStatements(text);
  ast::Program program;
  Diagnostics errors;
  for (SourceRange range : statements.ranges) {
    Result<ast::Statement> statement = parseStatement(statements.text, range);
    if (statement)
      program.statements.push_back(*std::move(statement));
    else
      errors.insert(errors.end(), statement.errors().begin(), statement.errors().end());
    if (errors.size() == maxErrors) break;
  }
  errors.insert(errors.end(), statements.errors.begin(), statements.errors.end());
  if (errors.empty()) return program;
  return firstOnes(std::move(errors));
}

} // namespace einjit
