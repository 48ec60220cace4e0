// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parts of the program lowering share: the values expressions have, and the state of a program under way.
#pragma once

#include "Tensor/Builder.h"
#include "Tensor/Lower/Program.h"
#include <deque>
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

/// What names stand for, in a program or in a definition that is being inlined.
struct Names {
  std::map<std::string, MaybeValue> values; ///< nothing: its definition had an error that is already recorded
  /// What functions want to see as it is written: lists, strings, and words such as `None`.
  std::map<std::string, ast::Expr> parts;

  bool contains(const std::string &name) const { return values.contains(name) || parts.contains(name); }
  /// Forgets what the names of `newer` stood for.
  void merge(Names newer);
};

/// A function of the language's own text: of the program, or of the prelude.
struct Definition {
  const ast::Define *define;
  bool isPrelude;
};

/// A definition that is being inlined.
struct Frame {
  Definition definition;
  SourceRange call;
  Names names; ///< of its parameters
};

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
  Names names; ///< of the program
  std::set<std::string> used;
  std::map<std::string, ExprValue> files; ///< what `load` gives, by path
  std::set<std::string> declared;
  std::map<std::string, Definition> definitions;
  std::deque<Frame> frames; ///< the innermost definition last
  /// Asked first for the value of every expression; gives nothing where it is the usual one. Set by index statements.
  std::function<std::optional<MaybeValue>(const ast::Expr &)> intercept;
  /// Whether values are single elements in an index statement, whose axes no function may see.
  bool elementsOnly = false;

  // Names (Names.cpp).
  /// What a name stands for where the program or definition is read; null if that is no value. Counts as a use.
  const MaybeValue *valueOf(const std::string &name);
  /// The same, of what must be seen as it is written.
  const ast::Expr *partOf(const std::string &name);
  /// `expr` without brackets; for a name, what it stands for if that is a list, a string or a word; for `x.shape` and
  /// `x.size()` the list of extents, and for items and slices of a list these. A list that is a tensor, too, is seen as
  /// a list only with `ofTensors`.
  const ast::Expr &resolved(const ast::Expr &expr, bool ofTensors = true);
  /// What `name` stands for once it is made to stand for `expr`, which is evaluated.
  Names meaning(const std::string &name, const ast::Expr &expr);

  // Expressions (Expressions.cpp).
  MaybeValue evaluate(const ast::Expr &expr);
  /// The same, as a tensor value; a literal becomes a constant.
  std::optional<ValueId> evaluateTensor(const ast::Expr &expr);
  MaybeValue evaluatePostfix(const ast::Postfix &chain);
  ValueId materialize(const Weak &weak);
  /// `value` itself, unless it, or what was made on the way to it, has more axes or elements than there may be: then
  /// nothing, and an error at `range`.
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
  bool applies(ScalarOp op, DType type, const std::string &spelling, const std::vector<ExprValue> &operands,
               const std::vector<SourceRange> &ranges);
  /// What is wrong with operand `last`, which does not broadcast with those before it.
  Diagnostic broadcastMismatch(const std::vector<ExprValue> &operands, const std::vector<SourceRange> &ranges,
                               std::size_t last) const;
  /// The type that all operands of an elementwise operation are brought to.
  DType commonType(const std::vector<ExprValue> &operands) const;
  std::optional<ValueId> matmul(ValueId left, SourceRange leftRange, ValueId right, SourceRange rightRange);

  // Views (Subscript.cpp).
  std::optional<ValueId> subscript(ValueId value, SourceRange valueRange, const ast::Subscript &subscript,
                                   SourceRange range);
  /// The elements start, start + step, … of an axis of that extent that a slice takes; records what is wrong with it.
  struct Taken {
    std::int64_t start, step, count;
  };
  std::optional<Taken> sliceOf(const ast::Slice &slice, std::int64_t extent, SourceRange range);
  ValueId permute(ValueId value, const std::vector<std::size_t> &axes);

  // Calls (Functions.cpp).
  MaybeValue call(CallArguments arguments);
  /// A member without brackets: `.T`, `.mT`, `.ndim`, `.size`.
  MaybeValue member(const std::string &name, const ExprValue &value, SourceRange valueRange, SourceRange range);
  /// Every function of the language, those of the prelude included.
  static std::vector<std::string> functionNames();
  /// Inlines a definition (Definitions.cpp).
  MaybeValue inlined(const Definition &definition, CallArguments &arguments);
  /// Whether a function works on each element for itself.
  static bool isElementwise(const std::string &function);

  std::nullopt_t fail(DiagnosticKind kind, std::string message, std::vector<Label> labels, std::string help = {},
                      DiagnosticParts parts = {}, std::vector<std::string> notes = {}) {
    return record({kind, std::move(message), std::move(labels), std::move(notes), std::move(help), std::move(parts)});
  }
  /// A value, and an axis of it, as errors speak of them. A number has no type.
  ErrorOperand errorOperand(const ExprValue &value, SourceRange range, std::optional<std::size_t> axis = {}) const;
  /// Records an error, unless it is recorded already. In a definition it says where that was called; what is wrong in
  /// the prelude is shown at the call (Definitions.cpp).
  std::nullopt_t record(Diagnostic error);
  const TensorType &type(ValueId id) const { return builder.type(id); }

private:
  MaybeValue evaluateNode(const ast::Expr &expr);
  MaybeValue evaluateName(const ast::Name &name, SourceRange range);
  MaybeValue evaluateChain(const ast::Binary &chain);
  const ast::Expr &resolvedPostfix(const ast::Expr &expr, const ast::Postfix &postfix, bool ofTensors);
  bool canBeList(const ast::Postfix &postfix);
  Names listMeaning(const std::string &name, const ast::Expr &expr, const ast::List &list);
  bool isWordOrString(const ast::Expr &expr);
  /// Whether what is evaluated is the body of a definition that is called with elements of an index statement.
  bool isInsideElementwise() const { return elementsOnly && !frames.empty(); }

  std::size_t depth_ = 0;        ///< of expressions in expressions
  std::size_t inlinedCount_ = 0; ///< calls of definitions
  bool hasInlinedTooMuch_ = false;
  std::map<const ast::Define *, std::size_t> failures_; ///< calls of each definition that had an error
  std::deque<ast::Expr> made_;                          ///< what resolved() has made
};

/// Whether `at` is an index of an axis, negative counting from the back; records AxisOutOfRange of the operand, if it
/// is one's axis.
bool isInside(Lowering &lowering, std::int64_t at, std::int64_t extent, SourceRange range, ErrorOperand operand = {});
/// A type by its name, NumPy's longer names such as `float32` included.
std::optional<DType> parseLongDType(std::string text);

/// `[4,128,256]`.
std::string shapeText(const Shape &shape);

} // namespace einjit::tensor
