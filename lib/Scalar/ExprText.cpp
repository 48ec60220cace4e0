// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text of scalar expressions:
//
//   text = [ "let" name "=" value { "," name "=" value } "in" ] value
//   value = operand | "acc" | name | type "(" number ")" | type "(" value ")" | op "(" value { "," value } ")"
//
// `f32(0.5)` is a constant, `f32(%x)` a cast: what follows the bracket tells them apart.
#include "Scalar/Expr.h"
#include "Support/Overloaded.h"
#include "Support/TextReader.h"
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace einjit::scalar {
namespace {

/// A value nested this deep gets a name when printed, so that neither readers nor parsers meet deeper nesting.
constexpr std::size_t printedNesting = 64;
/// Deepest nesting that is read; the parser recurses.
constexpr std::size_t parsedNesting = 512;

std::vector<NodeId> argumentsOf(const Node &node) {
  const Apply *apply = std::get_if<Apply>(&node.kind);
  return apply ? apply->arguments : std::vector<NodeId>{};
}

/// How often each node is printed; nodes that the root does not use are not.
std::vector<std::size_t> useCounts(const Expr &expr) {
  std::vector<std::size_t> uses(expr.nodes.size(), 0);
  uses.back() = 1;
  for (std::size_t i = uses.size(); i-- > 0;)
    if (uses[i] > 0)
      for (NodeId id : argumentsOf(expr.nodes[i])) ++uses[id.index()];
  return uses;
}

/// Which nodes are printed as `let`: those with several users, and those that would nest too deep.
std::vector<bool> namedNodes(const Expr &expr, const std::vector<std::size_t> &uses) {
  const std::size_t count = expr.nodes.size();
  std::vector<std::size_t> depth(count, 0);
  std::vector<bool> named(count, false);
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (!std::holds_alternative<Apply>(expr.nodes[i].kind) || uses[i] == 0) continue;
    for (NodeId id : argumentsOf(expr.nodes[i]))
      if (!named[id.index()]) depth[i] = std::max(depth[i], depth[id.index()] + 1);
    named[i] = uses[i] > 1 || depth[i] >= printedNesting;
  }
  return named;
}

class Printer {
public:
  Printer(const Expr &expr, const std::function<std::string(std::size_t)> &operand)
      : expr_(expr), operand_(operand), uses_(useCounts(expr)), named_(namedNodes(expr, uses_)),
        texts_(expr.nodes.size()) {}

  std::string print() {
    std::string lets;
    std::size_t letCount = 0;
    for (std::size_t i = 0; i < expr_.nodes.size(); ++i) {
      if (uses_[i] == 0) continue;
      texts_[i] = text(expr_.nodes[i]);
      if (!named_[i]) continue;
      std::string name = fmt::format("t{}", letCount++);
      lets += fmt::format("{}{} = {}", lets.empty() ? "let " : ", ", name, texts_[i]);
      texts_[i] = std::move(name);
    }
    return lets.empty() ? std::move(texts_.back()) : fmt::format("{} in {}", lets, texts_.back());
  }

private:
  std::string text(const Node &node) {
    return std::visit(
        Overloaded{
            [&](const Operand &operand) { return operand_(operand.index); },
            [&](const Accumulator &) { return std::string("acc"); },
            [&](const Literal &literal) { return fmt::format("{}({})", name(node.type), str(literal.value)); },
            [&](const Apply &apply) { return applyText(node.type, apply); },
        },
        node.kind);
  }

  std::string applyText(DType type, const Apply &apply) {
    std::string out = fmt::format("{}(", apply.op == ScalarOp::Cast ? name(type) : name(apply.op));
    std::string_view separator = "";
    for (NodeId id : apply.arguments) {
      out += separator;
      out += texts_[id.index()];
      separator = ", ";
    }
    return out += ')';
  }

  const Expr &expr_;
  const std::function<std::string(std::size_t)> &operand_;
  const std::vector<std::size_t> uses_;
  const std::vector<bool> named_;
  std::vector<std::string> texts_; ///< of each node as its users print it
};

class Parser {
public:
  Parser(TextReader &reader, const std::function<std::optional<ParsedOperand>()> &operand,
         std::optional<DType> accumulator)
      : reader_(reader), operand_(operand), accumulator_(accumulator) {}

  std::optional<Expr> parse() {
    if (reader_.accept("let") && !lets()) return std::nullopt;
    const std::optional<NodeId> root = value();
    return root ? std::optional(builder_.take(*root)) : std::nullopt;
  }

private:
  using Value = std::optional<NodeId>;

  bool lets() {
    do {
      const std::uint32_t begin = reader_.position();
      const auto name = reader_.identifier("a name");
      if (!name) return false;
      if (*name == "acc" || names_.contains(*name))
        return reader_.failSince(begin, fmt::format("'{}' has a meaning already", *name));
      if (!reader_.expect("=")) return false;
      const Value bound = value();
      if (!bound) return false;
      names_.emplace(*name, *bound);
    } while (reader_.accept(","));
    return reader_.expect("in");
  }

  Value fail(std::uint32_t begin, std::string message) {
    reader_.failSince(begin, std::move(message));
    return std::nullopt;
  }

  Value value() {
    const std::uint32_t begin = reader_.position();
    if (reader_.peek("%")) return operandLeaf(begin);
    if (reader_.accept("acc"))
      return accumulator_ ? Value(builder_.accumulator(*accumulator_)) : fail(begin, "'acc' has no meaning here");
    const auto word = reader_.identifier("an expression");
    if (!word) return std::nullopt;
    if (!reader_.accept("(")) {
      const auto bound = names_.find(*word);
      return bound != names_.end() ? Value(bound->second) : fail(begin, fmt::format("unknown name '{}'", *word));
    }
    if (++nesting_ > parsedNesting)
      return fail(begin, fmt::format("an expression is nested deeper than {}", parsedNesting));
    const Value result = call(begin, *word);
    --nesting_;
    return result;
  }

  Value operandLeaf(std::uint32_t begin) {
    const auto leaf = operand_();
    if (!leaf) return fail(begin, "unknown operand");
    return builder_.operand(leaf->index, leaf->type);
  }

  /// What stands behind the bracket of `word(`.
  Value call(std::uint32_t begin, const std::string &word) {
    if (const auto type = parseDType(word)) return atNumber() ? constant(begin, *type) : cast(begin, *type);
    const auto op = parseScalarOp(word);
    if (!op || *op == ScalarOp::Cast) return fail(begin, fmt::format("unknown operation '{}'", word));
    std::vector<NodeId> arguments;
    std::vector<DType> types;
    do {
      const Value argument = value();
      if (!argument) return std::nullopt;
      arguments.push_back(*argument);
      types.push_back(builder_.type(*argument));
    } while (reader_.accept(","));
    if (!reader_.expect(")")) return std::nullopt;
    if (arguments.size() != arity(*op))
      return fail(begin, fmt::format("'{}' takes {} argument{}, not {}", word, arity(*op), arity(*op) == 1 ? "" : "s",
                                     arguments.size()));
    if (!resultType(*op, types)) return fail(begin, fmt::format("'{}' does not apply to ({})", word, typeNames(types)));
    return builder_.apply(*op, std::move(arguments));
  }

  static std::string typeNames(const std::vector<DType> &types) {
    std::vector<std::string_view> names;
    for (DType type : types) names.push_back(name(type));
    return fmt::format("{}", fmt::join(names, ", "));
  }

  bool atNumber() {
    const auto next = [&](std::string_view token) { return reader_.peek(token); };
    return reader_.peekInteger() || next("-") || next(".") || next("inf") || next("nan") || next("true") ||
           next("false");
  }

  Value constant(std::uint32_t begin, DType type) {
    const auto number = parseScalar(reader_.until(")"), type);
    if (!reader_.expect(")")) return std::nullopt;
    if (!number) return fail(begin, fmt::format("this is no constant of type {}", name(type)));
    return builder_.literal(*number);
  }

  Value cast(std::uint32_t begin, DType type) {
    const Value argument = value();
    if (!argument || !reader_.expect(")")) return std::nullopt;
    if (!canCast(builder_.type(*argument), type))
      return fail(begin, fmt::format("{} is not converted to {}", name(builder_.type(*argument)), name(type)));
    return builder_.cast(*argument, type);
  }

  TextReader &reader_;
  const std::function<std::optional<ParsedOperand>()> &operand_;
  const std::optional<DType> accumulator_;
  ExprBuilder builder_;
  std::map<std::string, NodeId, std::less<>> names_;
  std::size_t nesting_ = 0;
};

} // namespace

std::string print(const Expr &expr, const std::function<std::string(std::size_t)> &operand) {
  return Printer(expr, operand).print();
}

std::optional<Expr> parse(TextReader &reader, const std::function<std::optional<ParsedOperand>()> &operand,
                          std::optional<DType> accumulatorType) {
  return Parser(reader, operand, accumulatorType).parse();
}

} // namespace einjit::scalar
