// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The neutral notation of case files, by recursive descent. What einjit's language may lack is written out on the way:
// a softmax becomes two statements, a mean one, relu and gelu what they are short for.
#include "Formula.h"
#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace einjit::bench {
namespace {

constexpr std::string_view plainFunctions[] = {"exp", "log", "sqrt", "tanh", "erf"};

ExprPtr number(std::string digits) { return make(Literal{std::move(digits)}); }
ExprPtr binary(char op, ExprPtr left, ExprPtr right) { return make(Binary{op, std::move(left), std::move(right)}); }
ExprPtr call(std::string function, ExprPtr argument) { return make(Call{std::move(function), {std::move(argument)}}); }

class Parser {
public:
  Parser(std::string_view text, const Einsum &einsum, const Extents &extents) : text_(text), einsum_(einsum) {
    formula_.extents = extents;
  }

  Formula parse() {
    ExprPtr value = sum();
    if (takeWord("contracted")) {
      if (!takeWord("with")) fail("expected 'with'");
      value = binary('*', make(assign(std::move(value))), factor());
    }
    skipSpace();
    if (at_ != text_.size()) fail("expected an operator");
    std::string over = without(freeIndices(*value), einsum_.output);
    if (!over.empty()) value = make(Reduce{Fold::Sum, std::move(over), std::move(value)});
    formula_.statements.push_back({"result", einsum_.output, std::move(value)});
    return std::move(formula_);
  }

private:
  [[noreturn]] void fail(const std::string &why) const {
    throw FormulaError(fmt::format("{} at '{}' of '{}'", why, text_.substr(at_), text_));
  }

  static std::string without(std::string indices, std::string_view taken) {
    std::erase_if(indices, [&](char index) { return taken.find(index) != std::string_view::npos; });
    return indices;
  }

  void skipSpace() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  char peek() {
    skipSpace();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(fmt::format("expected '{}'", c));
  }
  template <class Predicate> std::string takeWhile(Predicate predicate) {
    skipSpace();
    const std::size_t begin = at_;
    while (at_ < text_.size() && predicate(static_cast<unsigned char>(text_[at_]))) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string word() {
    return takeWhile([](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  }
  bool takeWord(std::string_view expected) {
    const std::size_t before = at_;
    if (word() == expected) return true;
    at_ = before;
    return false;
  }

  ExprPtr sum() {
    ExprPtr left = term();
    for (;;) {
      if (take('+'))
        left = binary('+', left, term());
      else if (take('-'))
        left = binary('-', left, term());
      else
        return left;
    }
  }

  ExprPtr term() {
    ExprPtr left = factor();
    for (;;) {
      if (take('*'))
        left = binary('*', left, factor());
      else if (take('/'))
        left = binary('/', left, factor());
      else
        return left;
    }
  }

  ExprPtr factor() {
    if (take('-')) return binary('-', number("0"), factor());
    if (peek() == '(') return bracketed();
    if (std::isdigit(static_cast<unsigned char>(peek())) != 0)
      return number(takeWhile([](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; }));
    const std::string name = word();
    if (name.empty()) fail("expected an operand");
    const std::size_t underscore = name.find('_');
    if (underscore != std::string::npos) return indexed(name.substr(0, underscore), name.substr(underscore + 1));
    if (peek() == '(') return apply(name, bracketed());
    return name == "eps" ? number("1e-5") : make(element(name));
  }

  ExprPtr bracketed() {
    expect('(');
    ExprPtr inside = sum();
    expect(')');
    return inside;
  }

  ExprPtr indexed(const std::string &name, const std::string &indices) {
    for (char index : indices)
      if (!formula_.extents.contains(index)) fail(fmt::format("'{}' is no index", index));
    if (name == "sum") return make(Reduce{Fold::Sum, indices, term()});
    if (name == "softmax") return softmax(indices, bracketed());
    if (name == "mean" || name == "var") return make(statistic(name, indices));
    fail(fmt::format("unknown function '{}'", name));
  }

  ExprPtr apply(const std::string &function, ExprPtr argument) {
    if (std::ranges::find(plainFunctions, function) != std::end(plainFunctions)) return call(function, argument);
    if (function == "relu") return make(Call{"maximum", {argument, number("0")}});
    if (function != "gelu") fail(fmt::format("unknown function '{}'", function));
    const Access x = assign(std::move(argument)); // it is used twice
    const ExprPtr erf = call("erf", binary('*', make(x), number("0.7071067811865476")));
    return binary('*', binary('*', number("0.5"), make(x)), binary('+', number("1"), erf));
  }

  /// Gives the expression a name of its own; its indices are in the order of the output's, then in that of occurrence.
  Access assign(ExprPtr value) {
    const std::string free = freeIndices(*value);
    std::string indices = without(einsum_.output, without(einsum_.output, free));
    indices += without(free, indices);
    const Access access{fmt::format("t{}", formula_.statements.size()), indices};
    formula_.statements.push_back({access.name, indices, std::move(value)});
    return access;
  }

  ExprPtr softmax(const std::string &over, ExprPtr argument) {
    const ExprPtr x = std::holds_alternative<Access>(argument->node) ? argument : make(assign(std::move(argument)));
    const ExprPtr e = make(assign(call("exp", binary('-', x, make(Reduce{Fold::Max, over, x})))));
    return binary('/', e, make(Reduce{Fold::Sum, over, e}));
  }

  /// `mean_i` of the first input, or `var_i`. Both are statements, once.
  Access statistic(const std::string &name, const std::string &indices) {
    const auto known = statistics_.find(name + indices);
    if (known != statistics_.end()) return known->second;
    if (formula_.inputs.empty()) fail("nothing to take a statistic of");
    const Access x = formula_.inputs.front();
    const std::string over = without(x.indices, indices);
    ExprPtr body = make(x);
    if (name == "var") {
      const ExprPtr difference = make(assign(binary('-', make(x), make(statistic("mean", indices)))));
      body = binary('*', difference, difference);
    }
    const ExprPtr count = number(fmt::format("{:.1f}", spaceOf(over, formula_.extents)));
    const Access access = assign(binary('/', make(Reduce{Fold::Sum, over, body}), count));
    return statistics_.emplace(name + indices, access).first->second;
  }

  Access element(const std::string &name) {
    const auto same = [&](const Access &input) { return input.name == name; };
    const auto known = std::find_if(formula_.inputs.begin(), formula_.inputs.end(), same);
    if (take('[')) {
      std::string indices;
      do {
        indices += word();
      } while (take(','));
      expect(']');
      for (char index : indices)
        if (!formula_.extents.contains(index)) fail(fmt::format("'{}' has no size", index));
      if (known == formula_.inputs.end()) formula_.inputs.push_back({name, indices});
      return {name, indices};
    }
    if (known != formula_.inputs.end()) return *known;
    if (formula_.inputs.size() >= einsum_.operands.size()) fail(fmt::format("nothing says what '{}' is", name));
    formula_.inputs.push_back({name, einsum_.operands[formula_.inputs.size()]});
    return formula_.inputs.back();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  const Einsum &einsum_;
  Formula formula_;
  std::map<std::string, Access> statistics_;
};

} // namespace

Formula parseFormula(std::string_view text, const Einsum &einsum, const Extents &extents) {
  return Parser(text, einsum, extents).parse();
}

} // namespace einjit::bench
