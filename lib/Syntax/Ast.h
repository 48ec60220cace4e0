// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The syntax tree: exactly what was typed, with the place of each part in the text.
//
// Chains are kept flat, as the grammar reads them (`a + b - c` is one Binary with two links, `a ** b ** c` one Power,
// `-x` one Unary, and `x.T.sum(1)[0]` one Postfix with its suffixes), so the tree is only as deep as the text's
// brackets.
#pragma once

#include "Support/SourceRange.h"
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace einjit::ast {

/// Binary operators. SYNTAX_BINARY(Op, "text", precedence): a higher precedence binds tighter, as in Python; all
/// associate to the left. `**` is a node of its own, because signs bind looser than it on its left and tighter on its
/// right.
#define EINJIT_BINARY_OPERATORS(SYNTAX_BINARY)                                                                         \
  SYNTAX_BINARY(Eq, "==", 2)                                                                                           \
  SYNTAX_BINARY(Ne, "!=", 2)                                                                                           \
  SYNTAX_BINARY(Lt, "<", 2)                                                                                            \
  SYNTAX_BINARY(Le, "<=", 2)                                                                                           \
  SYNTAX_BINARY(Gt, ">", 2)                                                                                            \
  SYNTAX_BINARY(Ge, ">=", 2)                                                                                           \
  SYNTAX_BINARY(Or, "|", 4)                                                                                            \
  SYNTAX_BINARY(And, "&", 6)                                                                                           \
  SYNTAX_BINARY(Add, "+", 10)                                                                                          \
  SYNTAX_BINARY(Sub, "-", 10)                                                                                          \
  SYNTAX_BINARY(Mul, "*", 20)                                                                                          \
  SYNTAX_BINARY(Div, "/", 20)                                                                                          \
  SYNTAX_BINARY(FloorDiv, "//", 20)                                                                                    \
  SYNTAX_BINARY(Mod, "%", 20)                                                                                          \
  SYNTAX_BINARY(MatMul, "@", 20)

enum class BinaryOp {
#define SYNTAX_BINARY(Op, text, precedence) Op,
  EINJIT_BINARY_OPERATORS(SYNTAX_BINARY)
#undef SYNTAX_BINARY
};
std::string_view text(BinaryOp op);
/// `==` to `>=`: operators that give a bool. `a < b < c` is read as one chain, which has no meaning.
constexpr bool isComparison(BinaryOp op) { return op <= BinaryOp::Ge; }

/// How an assignment combines with what is there. SYNTAX_ASSIGN(Op, "text").
#define EINJIT_ASSIGN_OPERATORS(SYNTAX_ASSIGN)                                                                         \
  SYNTAX_ASSIGN(Set, "=")                                                                                              \
  SYNTAX_ASSIGN(Add, "+=")                                                                                             \
  SYNTAX_ASSIGN(Mul, "*=")                                                                                             \
  SYNTAX_ASSIGN(Max, "max=")                                                                                           \
  SYNTAX_ASSIGN(Min, "min=")

enum class AssignOp {
#define SYNTAX_ASSIGN(Op, text) Op,
  EINJIT_ASSIGN_OPERATORS(SYNTAX_ASSIGN)
#undef SYNTAX_ASSIGN
};
std::string_view text(AssignOp op);

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Name {
  std::string name; ///< with `torch.`, `np.` or `numpy.` in front of a function's name already dropped
};
struct Number {
  std::string text; ///< as typed: `20`, `0.5`, `1e-3`, `2j`
  bool isInteger;   ///< digits only
  bool isImaginary = false;
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
  std::string operators; ///< `-`, `+` or `~`, in the order typed
  ExprPtr operand;
};
/// `base ** s0 x0 ** s1 x1 …`, which is base ** (s0 (x0 ** (s1 (x1 …)))): from right to left, signs before exponents.
struct Power {
  struct Link;
  ExprPtr base;
  std::vector<Link> rest;
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
struct Call { ///< `(…)` after a name, a member or a subscript (`max[k](…)`)
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
struct Subscript {                  ///< `[…]` after an expression
  std::vector<SubscriptItem> items; ///< none in `s[]`, an element of a scalar
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
  std::variant<Name, Number, String, List, Paren, Unary, Power, Binary, Postfix> node;
};
struct Power::Link {
  SourceRange opRange;
  std::string signs; ///< of the exponent, as in Unary
  Expr operand;
};
struct Binary::Link {
  BinaryOp op;
  SourceRange opRange;
  Expr operand;
};

struct Assign { ///< `name = expr`, `name += expr`
  std::string name;
  SourceRange nameRange;
  AssignOp op;
  SourceRange opRange;
  Expr value;
};
struct AssignElements { ///< `name[i,j] = expr`, in index notation
  std::string name;
  SourceRange nameRange;
  Subscript indices;
  SourceRange indicesRange; ///< with the brackets
  AssignOp op;
  SourceRange opRange;
  Expr value;
};
struct Declare { ///< `param name: type`, or without the word
  std::string name;
  SourceRange nameRange;
  bool saysParam;
  Expr type; ///< `f32[3,4]`, as an expression
};
struct Parameter { ///< of a function
  std::string name;
  SourceRange range; ///< of the name
  ExprPtr standard;  ///< its value where a call gives none; may be null
};
struct Define { ///< `def name(parameters) = body`
  std::string name;
  SourceRange nameRange;
  std::vector<Parameter> parameters;
  Expr body;
};
struct Evaluate { ///< an expression, or several after commas: the program's results if it is the last statement
  std::vector<Expr> values;
};
struct Statement {
  SourceRange range;
  std::variant<Assign, AssignElements, Declare, Define, Evaluate> statement;
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
