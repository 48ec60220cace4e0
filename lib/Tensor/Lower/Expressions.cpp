// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions: names, literals, and the chains of operators and suffixes.
#include "Support/ErrorOperands.h"
#include "Support/Overloaded.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Lowering.h"
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fmt/format.h>

namespace einjit::tensor {
namespace {

Scalar parseNumber(const ast::Number &number) {
  if (number.isImaginary) return std::complex<double>(0, std::strtod(number.text.c_str(), nullptr));
  std::int64_t integer = 0;
  const char *end = number.text.data() + number.text.size();
  if (number.isInteger && std::from_chars(number.text.data(), end, integer).ec == std::errc{}) return integer;
  return std::strtod(number.text.c_str(), nullptr);
}

/// A nested list of numbers, flattened while its shape is checked.
class LiteralReader {
public:
  LiteralReader(Lowering &lowering) : lowering_(lowering) {}

  Shape shape;
  std::vector<Scalar> elements;

  bool read(const ast::List &list, SourceRange range, std::size_t depth) {
    const auto extent = static_cast<std::int64_t>(list.items.size());
    if (depth == shape.size() && !leafSeen_) shape.push_back(extent);
    if (depth >= shape.size() || shape[depth] != extent) return ragged(range, extent, depth);
    for (const ast::Expr &item : list.items)
      if (!readItem(item, depth + 1)) return false;
    return true;
  }

private:
  bool ragged(SourceRange range, std::int64_t extent, std::size_t depth) {
    std::vector<std::int64_t> sizes;
    if (depth < shape.size()) sizes = {extent, shape[depth]};
    lowering_.fail(DiagnosticKind::RaggedLiteral, "the rows of a tensor literal differ in length",
                   {{range, depth < shape.size() ? fmt::format("{} here, {} before", extent, shape[depth])
                                                 : fmt::format("a list here, a number before")}},
                   "every list of one level needs the same number of elements", {.sizes = std::move(sizes)});
    return false;
  }
  bool readItem(const ast::Expr &item, std::size_t depth) {
    const auto *list = std::get_if<ast::List>(&item.node);
    return list ? read(*list, item.range, depth) : readNumber(item, depth);
  }
  bool readNumber(const ast::Expr &item, std::size_t depth) {
    leafSeen_ = true;
    if (depth != shape.size()) {
      lowering_.fail(DiagnosticKind::RaggedLiteral, "the rows of a tensor literal differ in length",
                     {{item.range, "a number here, a list before"}},
                     "every list of one level needs the same number of elements");
      return false;
    }
    const MaybeValue value = lowering_.evaluate(item);
    if (!value) return false;
    const auto *weak = std::get_if<Weak>(&*value);
    if (!weak) {
      lowering_.fail(DiagnosticKind::TypeMismatch, "a tensor literal holds numbers",
                     {{item.range, str(lowering_.type(std::get<ValueId>(*value)))}}, {},
                     {.operands = {lowering_.errorOperand(*value, item.range)}});
      return false;
    }
    elements.push_back(weak->value);
    return true;
  }
  Lowering &lowering_;
  bool leafSeen_ = false;
};

/// Arguments of a call, with the receiver of a method in front.
CallArguments collectArguments(Lowering &lowering, std::string function, SourceRange functionRange, SourceRange range,
                               const ast::Call &call, std::optional<CallArgument> receiver) {
  CallArguments result{std::move(function), functionRange, range, {}, {}};
  if (receiver) result.positional.push_back(std::move(*receiver));
  for (const ast::Argument &argument : call.arguments) {
    CallArgument lowered{argument.value.get(), {}, argument.value->range, argument.keywordRange};
    if (!argument.keyword) {
      result.positional.push_back(std::move(lowered));
    } else if (!result.keywords.emplace(*argument.keyword, std::move(lowered)).second) {
      lowering.fail(DiagnosticKind::BadArguments, fmt::format("'{}' is given twice", *argument.keyword),
                    {{argument.keywordRange}});
    }
  }
  return result;
}

/// Expressions in expressions in the text of a program: a pair of brackets can hold a chain of each kind.
constexpr std::size_t maxDepth = 6 * maxNesting;

/// The name in `.name`.
SourceRange memberName(SourceRange member) { return {member.begin + 1, member.end}; }

} // namespace

MaybeValue Lowering::tensorLiteral(const ast::List &list, SourceRange range) {
  LiteralReader reader(*this);
  if (!reader.read(list, range, 0)) return std::nullopt;
  DType dtype = reader.elements.empty() ? options.defaultFloat : DType::Bool;
  for (const Scalar &element : reader.elements)
    dtype = std::holds_alternative<double>(element) || dtype == options.defaultFloat ? options.defaultFloat
            : std::holds_alternative<std::int64_t>(element)                          ? DType::I64
                                                                                     : dtype;
  if (std::any_of(reader.elements.begin(), reader.elements.end(),
                  [](const Scalar &element) { return isComplex(dtypeOfScalar(element)); }))
    dtype = complexType(options.defaultFloat);
  for (Scalar &element : reader.elements) element = convert(element, dtype);
  return builder.constant({dtype, std::move(reader.shape)}, std::move(reader.elements));
}

ErrorOperand Lowering::errorOperand(const ExprValue &value, SourceRange range, std::optional<std::size_t> axis) const {
  const auto *id = std::get_if<ValueId>(&value);
  return {.type = id ? std::optional(type(*id)) : std::nullopt, .axis = axis, .range = range};
}

ValueId Lowering::materialize(const Weak &weak) {
  if (isComplex(dtypeOfScalar(weak.value))) {
    const DType type = complexType(options.defaultFloat);
    return builder.constant({type, {}}, {convert(weak.value, type)});
  }
  const Scalar value =
      std::holds_alternative<double>(weak.value) ? convert(weak.value, options.defaultFloat) : weak.value;
  return builder.constant({dtypeOfScalar(value), {}}, {value});
}

std::optional<ValueId> Lowering::evaluateTensor(const ast::Expr &expr) {
  const MaybeValue value = evaluate(expr);
  if (!value) return std::nullopt;
  if (const auto *weak = std::get_if<Weak>(&*value)) return materialize(*weak);
  return std::get<ValueId>(*value);
}

std::optional<std::int64_t> Lowering::evaluateInteger(const ast::Expr &expr, const std::string &what) {
  const MaybeValue value = evaluate(resolved(expr));
  if (!value) return std::nullopt;
  if (const auto *weak = std::get_if<Weak>(&*value))
    if (const auto *integer = std::get_if<std::int64_t>(&weak->value)) return *integer;
  return fail(DiagnosticKind::BadArguments, fmt::format("{} must be an integer known while compiling", what),
              {{expr.range}});
}

MaybeValue Lowering::limited(MaybeValue value, SourceRange range) {
  const auto tooLarge = builder.takeTooLarge();
  const auto *id = value ? std::get_if<ValueId>(&*value) : nullptr;
  if (!id) return value;
  if (type(*id).rank() > maxAxes)
    return fail(DiagnosticKind::TooManyAxes,
                fmt::format("a result of {} axes; at most {} are supported", type(*id).rank(), maxAxes), {{range}}, {},
                countsDisagree({type(*id).rank(), maxAxes}));
  if (!elementCount(type(*id)))
    return fail(DiagnosticKind::TensorTooLarge,
                fmt::format("a result of shape {} is too large", shapeText(type(*id).shape)), {{range}}, {},
                {.operands = {errorOperand(*id, range)}});
  if (tooLarge)
    return fail(DiagnosticKind::TensorTooLarge,
                fmt::format("an intermediate result of type {} is too large", str(*tooLarge)), {{range}}, {},
                {.operands = {{.type = *tooLarge}}});
  return value;
}

MaybeValue Lowering::applySigns(const std::string &signs, MaybeValue value, SourceRange range) {
  for (std::size_t end = signs.size(); end > 0 && value;) {
    const bool inverts = signs[end - 1] == '~';
    const std::size_t begin = inverts ? end - 1 : signs.rfind('~', end - 1) + 1; // npos + 1 is 0
    const auto minuses = std::count(signs.begin() + static_cast<std::ptrdiff_t>(begin),
                                    signs.begin() + static_cast<std::ptrdiff_t>(end), '-');
    if (inverts)
      value = invert(*value, range);
    else if (minuses % 2 == 1)
      value = negate(*value, range);
    end = begin;
  }
  return value;
}

MaybeValue Lowering::evaluate(const ast::Expr &expr) {
  if (intercept)
    if (const auto special = intercept(expr)) return *special;
  // A text alone cannot nest so deep, but definitions that call each other can.
  if (depth_ == maxDepth) return fail(DiagnosticKind::NestingTooDeep, "definitions nest too deep", {{expr.range}});
  ++depth_;
  const MaybeValue value = evaluateNode(expr);
  --depth_;
  return value;
}

MaybeValue Lowering::evaluateNode(const ast::Expr &expr) {
  return std::visit(
      Overloaded{
          [&](const ast::Name &name) { return evaluateName(name, expr.range); },
          [&](const ast::Number &number) -> MaybeValue { return Weak{parseNumber(number)}; },
          [&](const ast::String &) -> MaybeValue {
            return fail(DiagnosticKind::TypeMismatch, "a string is not a tensor", {{expr.range}},
                        "einsum strings go into a call: einsum('ij,jk->ik', a, b)",
                        {.operands = {{.range = expr.range}}});
          },
          [&](const ast::List &list) -> MaybeValue { return limited(tensorLiteral(list, expr.range), expr.range); },
          [&](const ast::Paren &paren) -> MaybeValue { return evaluate(*paren.inner); },
          [&](const ast::Unary &unary) -> MaybeValue {
            return applySigns(unary.operators, evaluate(*unary.operand), unary.operand->range);
          },
          [&](const ast::Power &chain) -> MaybeValue { return evaluatePower(chain); },
          [&](const ast::Binary &chain) -> MaybeValue { return evaluateChain(chain); },
          [&](const ast::Postfix &chain) -> MaybeValue {
            const ast::Expr &part = resolved(expr, false);
            return &part == &expr ? evaluatePostfix(chain) : evaluate(part);
          },
      },
      expr.node);
}

MaybeValue Lowering::evaluateChain(const ast::Binary &chain) {
  if (chain.rest.size() > 1 && ast::isComparison(chain.rest[0].op))
    return fail(DiagnosticKind::BadArguments, "comparisons cannot be chained",
                {{chain.rest[0].opRange}, {chain.rest[1].opRange}}, "write `(a < b) & (b < c)`");
  MaybeValue left = evaluate(*chain.first);
  SourceRange range = chain.first->range;
  for (const ast::Binary::Link &link : chain.rest) {
    const MaybeValue right = evaluate(link.operand);
    if (link.op == ast::BinaryOp::MatMul && isInsideElementwise())
      return fail(DiagnosticKind::IndexForm, "`@` multiplies matrices, not elements", {{link.opRange}});
    left = left && right ? binary(link.op, *left, range, *right, link.operand.range) : std::nullopt;
    range = join(range, link.operand.range);
    left = limited(left, range);
  }
  return left;
}

MaybeValue Lowering::evaluatePostfix(const ast::Postfix &chain) {
  std::size_t at = 0;
  SourceRange range = chain.base->range;
  MaybeValue value;
  const auto *function = std::get_if<ast::Name>(&chain.base->node);
  if (const auto *call = std::get_if<ast::Call>(&chain.suffixes[0].suffix); function && call) {
    range = join(range, chain.suffixes[0].range);
    value = limited(this->call(collectArguments(*this, function->name, chain.base->range, range, *call, {})), range);
    at = 1;
  } else {
    value = evaluate(*chain.base);
  }

  for (; value && at < chain.suffixes.size(); ++at) {
    const ast::Suffix &suffix = chain.suffixes[at];
    const SourceRange receiverRange = range;
    range = join(range, suffix.range);
    const bool isCalled =
        at + 1 < chain.suffixes.size() && std::holds_alternative<ast::Call>(chain.suffixes[at + 1].suffix);
    if (isInsideElementwise() && !isCalled)
      return fail(DiagnosticKind::IndexForm, "an element has no axes of its own", {{range}});
    if (const auto *subscript = std::get_if<ast::Subscript>(&suffix.suffix)) {
      const auto *id = std::get_if<ValueId>(&*value);
      value = id ? MaybeValue(this->subscript(*id, receiverRange, *subscript, range))
                 : fail(DiagnosticKind::RankMismatch, "a number has no axes to subscript", {{range}}, {},
                        {.operands = {errorOperand(*value, receiverRange)}});
    } else if (const auto *member = std::get_if<ast::Member>(&suffix.suffix)) {
      const auto *call = isCalled ? std::get_if<ast::Call>(&chain.suffixes[at + 1].suffix) : nullptr;
      if (!call) {
        value = this->member(member->name, *value, receiverRange, range);
      } else {
        range = join(range, chain.suffixes[++at].range);
        value = this->call(collectArguments(*this, member->name, memberName(suffix.range), range, *call,
                                            CallArgument{nullptr, value, receiverRange}));
      }
    } else {
      value = fail(DiagnosticKind::UnknownFunction, "this is not a function", {{receiverRange}},
                   "only a name can be called; '*' multiplies");
    }
    value = limited(value, range);
  }
  return value;
}

} // namespace einjit::tensor
