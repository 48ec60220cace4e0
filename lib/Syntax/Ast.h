// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The syntax tree: exactly what was typed, with the place of each part in the text.
//
// Chains are kept flat, as the grammar reads them (`a + b - c` is one Binary with two links, `-x` one Unary, and
// `x.T.sum(1)[0]` one Postfix with its suffixes), so the tree is only as deep as the text's brackets.
#pragma once

#include "Support/SourceRange.h"
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace einjit::ast {

/// Binary operators. SYNTAX_BINARY(Op, "text", precedence): a higher precedence binds tighter; all associate to the
/// left.
#define EINJIT_BINARY_OPERATORS(SYNTAX_BINARY)                                                                         \
  SYNTAX_BINARY(Add, "+", 10)                                                                                          \
  SYNTAX_BINARY(Sub, "-", 10)                                                                                          \
  SYNTAX_BINARY(Mul, "*", 20)                                                                                          \
  SYNTAX_BINARY(Div, "/", 20)                                                                                          \
  SYNTAX_BINARY(MatMul, "@", 20)

enum class BinaryOp {
#define SYNTAX_BINARY(Op, text, precedence) Op,
  EINJIT_BINARY_OPERATORS(SYNTAX_BINARY)
#undef SYNTAX_BINARY
};
std::string_view text(BinaryOp op);

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Name {
  std::string name; ///< with `torch.`, `np.` or `numpy.` in front of a function's name already dropped
};
struct Number {
  std::string text; ///< as typed: `20`, `0.5`, `1e-3`
  bool isInteger;
};
struct String {
  std::string text;      ///< without the quotes
  SourceRange textRange; ///< of the text inside the quotes
};
/// `[a, b]` (a tensor literal, or a list of axes) or, in round brackets with a comma, `(a, b)`.
struct List {
  std::vector<Expr> items;
};
struct Paren {
  ExprPtr inner;
};
struct Unary {
  std::string operators; ///< `-` or `+`, in the order typed
  ExprPtr operand;
};
struct Binary {
  struct Link;
  ExprPtr first;
  std::vector<Link> rest; ///< all of one precedence
};

struct Argument {
  std::optional<std::string> keyword;
  SourceRange keywordRange = {};
  ExprPtr value;
};
struct Call { ///< `(…)` after a name or a member
  std::vector<Argument> arguments;
};
struct Member { ///< `.name`
  std::string name;
};
struct Slice { ///< `start:stop:step`, each may be left out
  ExprPtr start, stop, step;
};
struct Ellipsis {};
struct NewAxis {}; ///< `None`
struct SubscriptItem {
  SourceRange range;
  std::variant<Slice, Ellipsis, NewAxis, ExprPtr> item;
};
struct Subscript { ///< `[…]` after an expression
  std::vector<SubscriptItem> items;
};
struct Suffix {
  SourceRange range;
  std::variant<Call, Member, Subscript> suffix;
};
struct Postfix {
  ExprPtr base;
  std::vector<Suffix> suffixes;
};

struct Expr {
  SourceRange range;
  std::variant<Name, Number, String, List, Paren, Unary, Binary, Postfix> node;
};
struct Binary::Link {
  BinaryOp op;
  SourceRange opRange;
  Expr operand;
};

struct Assign { ///< `name = expr`
  std::string name;
  SourceRange nameRange;
  Expr value;
};
struct Evaluate { ///< an expression on its own: the program's result if it is the last statement
  Expr value;
};
struct Statement {
  SourceRange range;
  std::variant<Assign, Evaluate> statement;
};
struct Program {
  std::vector<Statement> statements;
};

struct EinsumLabel {
  char name;
  SourceRange range;
};
struct EinsumTerm {
  SourceRange range; ///< empty, at its place, for an empty term
  std::vector<EinsumLabel> labels;
  std::optional<std::size_t> ellipsis; ///< stands before labels[*ellipsis]
  SourceRange ellipsisRange = {};
};
struct Einsum {
  SourceRange range;
  std::vector<EinsumTerm> inputs;   ///< at least one
  std::optional<EinsumTerm> output; ///< nothing if there was no arrow
};

/// Canonical program text: one statement a line, single spaces around binary operators, einsum strings without spaces.
std::string print(const Program &program);
std::string print(const Expr &expr);
std::string print(const Einsum &einsum);

} // namespace einjit::ast
