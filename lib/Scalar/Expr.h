// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A scalar expression: the body of a generic op in the tensor IR, and the right-hand side of a store in the loop IR.
//
// It is a directed acyclic graph kept as a flat list in which arguments stand before their users, equal nodes are
// one node, and the last node is the value. Leaves are operand #n of the op the expression belongs to, the
// accumulator (only in an epilogue: the value a reduction arrived at), and constants.
//
// Text: `mul(%a[b,c,e], add(acc, f32(2)))`, operands printed by their owner. A node with several users that is not a
// leaf is named first: `let t0 = add(x, y) in mul(t0, t0)`.
#pragma once

#include "Scalar/ScalarOp.h"
#include "Support/StrongId.h"
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace einjit {
class TextReader;
}

namespace einjit::scalar {

using NodeId = StrongId<struct NodeTag>;

struct Operand {
  std::size_t index;
  friend bool operator==(const Operand &, const Operand &) = default;
};
struct Accumulator {
  friend bool operator==(const Accumulator &, const Accumulator &) = default;
};
struct Literal {
  Scalar value;
  friend bool operator==(const Literal &a, const Literal &b) { return identical(a.value, b.value); }
};
struct Apply {
  ScalarOp op;
  std::vector<NodeId> arguments;
  friend bool operator==(const Apply &, const Apply &) = default;
};

struct Node {
  DType type;
  std::variant<Operand, Accumulator, Literal, Apply> kind;
  friend bool operator==(const Node &, const Node &) = default;
};

struct Expr {
  std::vector<Node> nodes;
  const Node &root() const { return nodes.back(); }
  DType type() const { return root().type; }
  const Node &operator[](NodeId id) const { return nodes[id.index()]; }
  friend bool operator==(const Expr &, const Expr &) = default;
};

/// Makes expressions; equal nodes become one. O(1) a node.
class ExprBuilder {
public:
  NodeId operand(std::size_t index, DType type) { return add({type, Operand{index}}); }
  NodeId accumulator(DType type) { return add({type, Accumulator{}}); }
  NodeId literal(const Scalar &value) { return add({dtypeOfScalar(value), Literal{value}}); }
  /// The types of the arguments must fit the op.
  NodeId apply(ScalarOp op, std::vector<NodeId> arguments);
  /// `argument` itself where it already has that type.
  NodeId cast(NodeId argument, DType type);
  DType type(NodeId id) const { return nodes_[id.index()].type; }

  /// Adds a copy of `expr`; `leaf` may answer for an operand or accumulator with a node of this builder.
  NodeId splice(const Expr &expr, const std::function<NodeId(const Node &)> &leaf);

  /// The expression with value `root`, without the nodes it does not use, in order of first use (so that equal
  /// expressions are equal lists however they were built).
  Expr take(NodeId root) const;

private:
  NodeId add(Node node);
  std::vector<Node> nodes_;
  std::unordered_multimap<std::size_t, NodeId> byHash_;
};

/// An expression that is operand #0 itself.
Expr identityExpr(DType type);
/// Whether the expression is nothing but operand #0.
bool isIdentity(const Expr &expr);
/// How many arithmetic operations one evaluation takes: each applied op once, fma twice, casts and selects not.
std::int64_t operationCount(const Expr &expr);
/// How many of them are functions (see isFunction).
std::int64_t functionCount(const Expr &expr);
/// Operand numbers as they occur in `expr`, each once, ascending.
std::vector<std::size_t> usedOperands(const Expr &expr);
/// The type that every use of operand #number in `expr` converts it to; nothing if there is another use, or none.
std::optional<DType> conversionOf(const Expr &expr, std::size_t number);
/// `expr` where operand #number is of the type to which it was only converted so far.
Expr withConverted(const Expr &expr, std::size_t number, DType type);
/// `expr` with operand #i renumbered to `newIndex[i]`.
Expr renumber(const Expr &expr, const std::vector<std::size_t> &newIndex);
/// Contraction: add(mul(a,b),c) and add(c,mul(a,b)) of floats and complex numbers become fma(a,b,c) where the product
/// has no other user.
Expr contractFma(const Expr &expr);

/// Text of `expr`, each operand leaf printed by `operand`.
std::string print(const Expr &expr, const std::function<std::string(std::size_t)> &operand);

/// One operand leaf read from text: its number and its type.
struct ParsedOperand {
  std::size_t index;
  DType type;
};
/// Reads an expression; `operand` reads one leaf that starts with `%`. Errors are left in the reader.
std::optional<Expr> parse(TextReader &reader, const std::function<std::optional<ParsedOperand>()> &operand,
                          std::optional<DType> accumulatorType = std::nullopt);

} // namespace einjit::scalar
