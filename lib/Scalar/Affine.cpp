// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/Affine.h"
#include "Support/Checked.h"
#include "Support/TextReader.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit {
namespace {

std::int64_t wrappingAdd(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t wrappingMul(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

/// Appends ` + text`, or for a negative number ` - text`; the first of a sum has no operator. `text` gets the number's
/// magnitude, or the number itself where the magnitude does not fit.
template <class Text> void appendTerm(std::string &sum, std::int64_t number, Text text) {
  const std::optional<std::int64_t> magnitude = number < 0 ? checkedMul(number, -1) : std::nullopt;
  if (sum.empty())
    sum = magnitude ? "-" + text(*magnitude) : text(number);
  else
    sum += (magnitude ? " - " : " + ") + text(magnitude.value_or(number));
}

/// Reads sums of terms. The signs between terms are told from the signs of numbers, so that the least number reads.
class Parser {
public:
  using Variable = std::function<std::optional<std::uint32_t>(std::string_view)>;
  Parser(TextReader &reader, const Variable &variable) : reader_(reader), variable_(variable) {}

  std::optional<Affine> parse() {
    bool ok = reader_.peekInteger() ? term(1) : term(sign().value_or(1));
    while (ok)
      if (const auto next = sign())
        ok = term(*next);
      else
        return std::move(sum_);
    return ok ? std::optional(std::move(sum_)) : std::nullopt;
  }

private:
  std::optional<std::int64_t> sign() {
    if (reader_.accept("+")) return 1;
    if (reader_.accept("-")) return -1;
    return std::nullopt;
  }

  bool term(std::int64_t sign) {
    std::int64_t factor = 1;
    const std::uint32_t begin = reader_.position();
    if (reader_.peekInteger()) {
      const auto number = reader_.integer();
      if (!number) return false;
      factor = *number;
      if (!reader_.accept("*")) return add(sum_.constant, factor, sign, begin);
    }
    const auto name = reader_.identifier("a variable or a number");
    const auto id = name ? variable_(*name) : std::nullopt;
    if (!id) return reader_.failed() ? false : reader_.failSince(begin, "unknown variable");
    return addTerm(*id, factor, sign, begin);
  }

  bool addTerm(std::uint32_t id, std::int64_t factor, std::int64_t sign, std::uint32_t begin) {
    auto at = std::lower_bound(sum_.terms.begin(), sum_.terms.end(), id,
                               [](const Affine::Term &term, std::uint32_t value) { return term.variable < value; });
    if (at == sum_.terms.end() || at->variable != id) at = sum_.terms.insert(at, {id, 0});
    if (!add(at->coefficient, factor, sign, begin)) return false;
    if (at->coefficient == 0) sum_.terms.erase(at);
    return true;
  }

  bool add(std::int64_t &total, std::int64_t number, std::int64_t sign, std::uint32_t begin) {
    const auto signedNumber = checkedMul(number, sign);
    const auto sum = signedNumber ? checkedAdd(total, *signedNumber) : std::nullopt;
    if (!sum) return reader_.failSince(begin, "this number does not fit 64 bits");
    total = *sum;
    return true;
  }

  TextReader &reader_;
  const Variable &variable_;
  Affine sum_;
};

} // namespace

Affine Affine::sum(std::vector<Term> terms, std::int64_t constant) {
  const auto isAscending = [](const Term &a, const Term &b) { return a.variable < b.variable; };
  if (std::ranges::adjacent_find(terms, std::not_fn(isAscending)) != terms.end()) {
    std::ranges::sort(terms, isAscending);
    auto last = terms.begin();
    for (auto next = last + 1; next != terms.end(); ++next)
      if (next->variable == last->variable)
        last->coefficient = wrappingAdd(last->coefficient, next->coefficient);
      else
        *++last = *next;
    terms.erase(last + 1, terms.end());
  }
  std::erase_if(terms, [](const Term &term) { return term.coefficient == 0; });
  return {std::move(terms), constant};
}

Affine Affine::linear(std::span<const Affine> exprs, std::span<const std::int64_t> factors) {
  std::vector<Term> terms;
  std::int64_t constant = 0;
  for (std::size_t i = 0; i < exprs.size(); ++i) {
    for (const Term &term : exprs[i].terms) terms.push_back({term.variable, wrappingMul(term.coefficient, factors[i])});
    constant = wrappingAdd(constant, wrappingMul(exprs[i].constant, factors[i]));
  }
  return sum(std::move(terms), constant);
}

Affine Affine::variable(std::uint32_t id, std::int64_t coefficient) { return sum({{id, coefficient}}, 0); }

std::int64_t Affine::coefficient(std::uint32_t variable) const {
  for (const Term &term : terms)
    if (term.variable == variable) return term.coefficient;
  return 0;
}

std::optional<std::uint32_t> Affine::asVariable() const {
  if (constant != 0 || terms.size() != 1 || terms[0].coefficient != 1) return std::nullopt;
  return terms[0].variable;
}

Affine operator+(const Affine &a, const Affine &b) {
  std::vector<Affine::Term> terms = a.terms;
  terms.insert(terms.end(), b.terms.begin(), b.terms.end());
  return Affine::sum(std::move(terms), wrappingAdd(a.constant, b.constant));
}

Affine operator-(const Affine &a, const Affine &b) { return a + b * -1; }

Affine operator*(const Affine &a, std::int64_t factor) {
  std::vector<Affine::Term> terms = a.terms;
  for (Affine::Term &term : terms) term.coefficient = wrappingMul(term.coefficient, factor);
  return Affine::sum(std::move(terms), wrappingMul(a.constant, factor));
}

Affine substitute(const Affine &expr, std::uint32_t variable, const Affine &by) {
  return substituteAll(expr, [&](std::uint32_t v) { return v == variable ? by : Affine::variable(v); });
}

Affine substituteAll(const Affine &expr, const std::function<Affine(std::uint32_t)> &map) {
  Affine result = Affine::number(expr.constant);
  for (const Affine::Term &term : expr.terms) result = result + map(term.variable) * term.coefficient;
  return result;
}

std::int64_t evaluate(const Affine &expr, const std::function<std::int64_t(std::uint32_t)> &value) {
  std::int64_t sum = expr.constant;
  for (const Affine::Term &term : expr.terms)
    sum = wrappingAdd(sum, wrappingMul(term.coefficient, value(term.variable)));
  return sum;
}

std::string print(const Affine &expr, const std::function<std::string(std::uint32_t)> &name) {
  std::string sum;
  for (const Affine::Term &term : expr.terms)
    appendTerm(sum, term.coefficient, [&](std::int64_t number) {
      return number == 1 ? name(term.variable) : fmt::format("{}*{}", number, name(term.variable));
    });
  if (expr.constant != 0 || sum.empty())
    appendTerm(sum, expr.constant, [](std::int64_t number) { return fmt::format("{}", number); });
  return sum;
}

std::optional<Affine> parseAffine(TextReader &reader,
                                  const std::function<std::optional<std::uint32_t>(std::string_view)> &variable) {
  return Parser(reader, variable).parse();
}

} // namespace einjit
