// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a case computes, as a few statements over single elements. It is read from an einsum string or from a case
// file's neutral notation, and becomes einjit's index notation on one side and C loops on the other.
#pragma once

#include "Einsum.h"
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace einjit::bench {

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Literal {
  std::string digits;
};
/// An element of an input or of an earlier statement's value. An index is one letter.
struct Access {
  std::string name, indices;
  friend bool operator==(const Access &, const Access &) = default;
};
struct Binary {
  char op; ///< + - * /
  ExprPtr left, right;
};
/// `exp log sqrt tanh erf maximum`, which mean the same in einjit's language; C has them as well, but for the last.
struct Call {
  std::string function;
  std::vector<ExprPtr> arguments;
};
enum class Fold { Sum, Max };
/// The sum or maximum of the body over these indices.
struct Reduce {
  Fold fold;
  std::string over;
  ExprPtr body;
};
struct Expr {
  std::variant<Literal, Access, Binary, Call, Reduce> node;
};

/// name[indices] = value, for all indices. Every index of the value is one of the left side's or of a reduction's.
struct Statement {
  std::string name, indices;
  ExprPtr value;
};

struct Formula {
  std::vector<Access> inputs;        ///< in the order of a kernel's arguments
  std::vector<Statement> statements; ///< the last one's value is the result
  Extents extents;
};

/// Neutral notation that is none.
class FormulaError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The sum of the product of the operands `a0 a1 …`; the result is `result`.
Formula formulaOf(const Einsum &einsum, const Extents &extents);

/// Reads the neutral notation: elements `x[i,j]`, numbers, `+ - * /`, brackets, `exp log sqrt tanh erf relu gelu`, and
///
/// - `sum_ij TERM`: over i and j, of all that is multiplied and divided behind it;
/// - `softmax_j(…)`;
/// - `mean_i`, `var_i`: for each i, over the other indices of the first input (divided by their number);
/// - a bare name: an input with the indices of the einsum's operand of the same number, counted by first occurrence;
///   `eps` is 1e-5;
/// - `… contracted with v[…]`, at the end: the product, summed over what the einsum's output lacks.
///
/// The result has the indices of the einsum's output. Throws FormulaError.
Formula parseFormula(std::string_view text, const Einsum &einsum, const Extents &extents);

/// The program in einjit's index notation. Throws FormulaError where a tensor is named as an index.
std::string programText(const Formula &formula);

/// The indices that the expression leaves free, each once, in order of occurrence.
std::string freeIndices(const Expr &expr);

/// All indices that some reduction folds, each once.
std::string reducedIndices(const Formula &formula);

/// Multiplications and additions of the reductions, each multiply-add counting as two.
double reductionFlops(const Formula &formula);

template <class Node> ExprPtr make(Node node) { return std::make_shared<const Expr>(Expr{std::move(node)}); }

} // namespace einjit::bench
