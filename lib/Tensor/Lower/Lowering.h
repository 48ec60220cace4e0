// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parts of the program lowering share: the values expressions have, and the state of a program under way.
#pragma once

#include "Tensor/Builder.h"
#include "Tensor/Lower/Program.h"
#include <map>
#include <set>

namespace einjit::tensor {

/// A number of the program's text, or arithmetic on such: it takes the type of whatever it meets. bool, i64 or f64.
struct Weak {
  Scalar value;
};
using ExprValue = std::variant<ValueId, Weak>;
/// The value of an expression, or nothing when its error has been recorded.
using MaybeValue = std::optional<ExprValue>;

/// An argument of a call with its place; a method's receiver is the first.
struct CallArgument {
  const ast::Expr *expr = nullptr; ///< null for a receiver
  MaybeValue receiver = {};
  SourceRange range;
  SourceRange keywordRange = {}; ///< of the name in `name=value`
};

/// The arguments of one call, handed to the function that lowers it.
struct CallArguments {
  std::string function;
  SourceRange functionRange; ///< of the function's name
  SourceRange range;         ///< of the whole call
  std::vector<CallArgument> positional;
  std::map<std::string, CallArgument> keywords;
};

/// Most axes that a tensor may have.
inline constexpr std::size_t maxAxes = 32;

class Lowering {
public:
  Lowering(const LowerOptions &options) : options(options) {}

  const LowerOptions &options;
  Builder builder;
  Diagnostics errors;
  std::map<std::string, MaybeValue> names; ///< nothing: its definition had an error that is already recorded
  std::set<std::string> used;
  std::map<std::string, ExprValue> files; ///< what `load` gives, by path
  /// Asked first for the value of every expression; gives nothing where it is the usual one. Set by index statements.
  std::function<std::optional<MaybeValue>(const ast::Expr &)> intercept;
  /// Whether values are single elements in an index statement, whose axes no function may see.
  bool elementsOnly = false;

  // Expressions (Expressions.cpp).
  MaybeValue evaluate(const ast::Expr &expr);
  /// The same, as a tensor value; a literal becomes a constant.
  std::optional<ValueId> evaluateTensor(const ast::Expr &expr);
  MaybeValue evaluatePostfix(const ast::Postfix &chain);
  ValueId materialize(const Weak &weak);
  /// `value` itself, unless it has more axes or elements than there may be: then nothing, and an error at `range`.
  MaybeValue limited(MaybeValue value, SourceRange range);
  /// An integer known while compiling; records an error that says what was wanted.
  std::optional<std::int64_t> evaluateInteger(const ast::Expr &expr, const std::string &what);
  MaybeValue tensorLiteral(const ast::List &list, SourceRange range);

  // Arithmetic (Operators.cpp).
  MaybeValue binary(ast::BinaryOp op, const ExprValue &left, SourceRange leftRange, const ExprValue &right,
                    SourceRange rightRange);
  /// `left ** right`, and a chain of them (Powers.cpp).
  MaybeValue power(const ExprValue &left, SourceRange leftRange, const ExprValue &right, SourceRange rightRange);
  MaybeValue evaluatePower(const ast::Power &chain);
  MaybeValue negate(const ExprValue &value, SourceRange range);
  MaybeValue invert(const ExprValue &value, SourceRange range);
  /// Signs in front of an operand, as the syntax keeps them: `-`, `+` and `~`, applied from the last to the first.
  MaybeValue applySigns(const std::string &signs, MaybeValue value, SourceRange range);
  /// `op` on operands brought to one type and shape. Literals take the type of the others.
  MaybeValue elementwise(ScalarOp op, DType type, const std::vector<ExprValue> &operands,
                         const std::vector<SourceRange> &ranges);
  /// Whether `op`, spelt so by the user, takes operands of this type; records TypeMismatch if not.
  bool applies(ScalarOp op, DType type, const std::string &spelling, const std::vector<SourceRange> &ranges);
  /// The type that all operands of an elementwise operation are brought to.
  DType commonType(const std::vector<ExprValue> &operands) const;
  std::optional<ValueId> matmul(ValueId left, SourceRange leftRange, ValueId right, SourceRange rightRange);

  // Views (Subscript.cpp).
  std::optional<ValueId> subscript(ValueId value, const ast::Subscript &subscript, SourceRange range);
  ValueId permute(ValueId value, const std::vector<std::size_t> &axes);

  // Calls (Functions.cpp).
  MaybeValue call(CallArguments arguments);
  /// `.T`, `.mT`: a member without brackets.
  MaybeValue member(const std::string &name, const ExprValue &value, SourceRange range);
  static std::vector<std::string> functionNames();
  /// Whether a function works on each element for itself.
  static bool isElementwise(const std::string &function);

  std::nullopt_t fail(DiagnosticKind kind, std::string message, std::vector<Label> labels, std::string help = {},
                      std::vector<std::string> notes = {}) {
    errors.push_back({kind, std::move(message), std::move(labels), std::move(notes), std::move(help)});
    return std::nullopt;
  }
  const TensorType &type(ValueId id) const { return builder.type(id); }
};

/// An axis number, negative counting from the back, brought into 0…rank-1; records AxisOutOfRange.
std::optional<std::size_t> resolveAxis(Lowering &lowering, std::int64_t axis, std::size_t rank, SourceRange range);

/// `[4,128,256]`.
std::string shapeText(const Shape &shape);

} // namespace einjit::tensor
