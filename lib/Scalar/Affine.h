// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Affine expressions over numbered variables: sum of coefficient * variable, plus a constant. In the tensor IR a
// variable is the position of an iterator in its generic op, in the loop IR it is a loop variable's id.
// Arithmetic wraps; the reader refuses sums that do not fit 64 bits.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace einjit {
class TextReader;

struct Affine {
  struct Term {
    std::uint32_t variable;
    std::int64_t coefficient; ///< never 0
    friend bool operator==(const Term &, const Term &) = default;
  };
  std::vector<Term> terms; ///< by ascending variable, each once
  std::int64_t constant = 0;

  static Affine variable(std::uint32_t id, std::int64_t coefficient = 1);
  /// Terms in any order, variables repeated and coefficients 0 allowed.
  static Affine sum(std::vector<Term> terms, std::int64_t constant);
  /// The sum of factor * expression, as many factors as expressions.
  static Affine linear(std::span<const Affine> exprs, std::span<const std::int64_t> factors);
  static Affine number(std::int64_t value) { return {{}, value}; }

  std::int64_t coefficient(std::uint32_t variable) const;
  bool uses(std::uint32_t variable) const { return coefficient(variable) != 0; }
  bool isConstant() const { return terms.empty(); }
  /// The variable, if the expression is exactly one variable with coefficient 1.
  std::optional<std::uint32_t> asVariable() const;

  friend bool operator==(const Affine &, const Affine &) = default;
};

Affine operator+(const Affine &a, const Affine &b);
Affine operator-(const Affine &a, const Affine &b);
Affine operator*(const Affine &a, std::int64_t factor);

/// `expr` with `variable` replaced by `by`.
Affine substitute(const Affine &expr, std::uint32_t variable, const Affine &by);
/// `expr` with every variable v replaced by `map(v)` at once.
Affine substituteAll(const Affine &expr, const std::function<Affine(std::uint32_t)> &map);
/// The value at a point.
std::int64_t evaluate(const Affine &expr, const std::function<std::int64_t(std::uint32_t)> &value);

/// `16*eo + lane + 3`; `0` where there is nothing.
std::string print(const Affine &expr, const std::function<std::string(std::uint32_t)> &name);
/// Reads the form above; `variable` turns a name into its id or leaves an error in the reader.
std::optional<Affine> parseAffine(TextReader &reader,
                                  const std::function<std::optional<std::uint32_t>(std::string_view)> &variable);

} // namespace einjit
