// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of expressions. Each says while compiling what its type tells of its value, writes itself out as text when
// the expression is compiled, and hands over its tensors and numbers when it is evaluated.
#pragma once

#include <cmath>
#include <complex>
#include <einjit/detail/ElementTypes.h>
#include <einjit/detail/ExpressionTag.h>
#include <einjit/detail/ExpressionWriter.h>
#include <einjit/detail/OperandTraits.h>
#include <einjit/detail/Report.h>
#include <limits>
#include <memory>
#include <tuple>

namespace einjit::detail {

/// What is known of a value while compiling.
struct Facts {
  DType dtype = DType::F32;
  int rank = dynamicRank;
  bool isIndexed = false;  ///< an element of index notation, or made of some: it has no axes
  bool isPosition = false; ///< a sum of indices and integers, times integers
  bool isWrong = false;    ///< there is no such value
};

/// Collects what an evaluation needs.
struct Collector {
  ConstTensorRef *input;
  std::int64_t *parameter;
  void add(const ConstTensorRef &tensor) { *input++ = tensor; }
  void add(std::int64_t number) { *parameter++ = number; }
};

/// What all parts of expressions have in common: the facts, also as OperandTraits reads them.
template <DType Type, int Rank> struct Typed : ExpressionTag {
  using value_type = ElementType<Type>;
  static constexpr int staticRank = Rank;
  static constexpr bool isWritable = false; ///< whether elements of it can be assigned to
  /// Whether it has the index of this name, and whether in a subscript.
  static constexpr bool mentions(std::string_view) { return false; }
  static constexpr bool subscripts(std::string_view) { return false; }
};

/// Expressions are operands of einsum literals, too.
template <AnyExpression T> struct OperandTraits<T> {
  static constexpr bool isOperand = true;
  static constexpr std::optional<DType> dtype = T::facts.dtype;
  static constexpr int rank = T::facts.rank;
};

// --- Leaves -----------------------------------------------------------------------------------------------------

template <class T> constexpr Facts factsOfTensor() { return {*factsOf<T>.dtype, factsOf<T>.rank}; }

/// What refers to one tensor, whichever way.
template <class T> struct TensorLeaf : Typed<*factsOf<T>.dtype, factsOf<T>.rank> {
  static constexpr Facts facts = factsOfTensor<T>();
  static constexpr std::size_t inputCount = 1, parameterCount = 0;
  static void write(ExpressionWriter &writer) { writer.leaf(); }
};
/// A tensor of the user's, which outlives the expression.
template <class T> struct Reference : TensorLeaf<T> {
  static constexpr bool isWritable = std::convertible_to<T &, TensorRef>;
  T *tensor;
  explicit Reference(T &referred) : tensor(&referred) {}
  void collect(Collector &collector) const { collector.add(static_cast<ConstTensorRef>(*tensor)); }
  TensorRef output() const { return *tensor; }
};
/// A view, whose memory outlives the expression.
template <class T> struct Held : TensorLeaf<T> {
  static constexpr bool isWritable = std::convertible_to<const T &, TensorRef>;
  T view;
  explicit Held(const T &held) : view(held) {}
  void collect(Collector &collector) const { collector.add(static_cast<ConstTensorRef>(view)); }
  TensorRef output() const { return view; }
};
/// What was a temporary. Copies of the expression share it.
template <class T> struct Owned : TensorLeaf<T> {
  std::shared_ptr<T> tensor;
  explicit Owned(T &&temporary) : tensor(std::make_shared<T>(std::move(temporary))) {}
  void collect(Collector &collector) const { collector.add(static_cast<ConstTensorRef>(std::as_const(*tensor))); }
};
/// The same of somebody else's tensor, which is seen through a view.
template <class T> struct OwnedAndHeld : Held<ViewOf<T &>> {
  static constexpr bool isWritable = false;
  std::shared_ptr<T> tensor;
  explicit OwnedAndHeld(std::shared_ptr<T> kept) : Held<ViewOf<T &>>(asView(*kept)), tensor(std::move(kept)) {}
};

/// Tensors whose element type is known while compiling.
template <class T>
concept TypedTensor = !AnyExpression<T> && factsOf<T>.dtype.has_value();
template <class T>
concept Operand = AnyExpression<T> || TypedTensor<T>;

/// What no type of somebody else's is, whose operators are not einjit's affair.
template <class T>
concept OwnOperand = AnyExpression<T> || isOwnTensor<std::remove_cvref_t<T>> || isOwnView<std::remove_cvref_t<T>>;

/// Whether it is a tensor, or an expression that has axes; elements of index notation are none.
template <class T> constexpr bool isArray() {
  if constexpr (AnyExpression<T>)
    return !std::remove_cvref_t<T>::facts.isIndexed;
  else
    return TypedTensor<T>;
}
template <class T>
concept ArrayOperand = Operand<T> && isArray<T>();

/// The operand as a part of an expression.
template <Operand T> auto asNode(T &&operand) {
  using Bare = std::remove_cvref_t<T>;
  if constexpr (AnyExpression<T>)
    return Bare(std::forward<T>(operand));
  else if constexpr (isOwnView<Bare>)
    return Held<Bare>(operand);
  else if constexpr (!isOwnTensor<Bare> && std::is_lvalue_reference_v<T>)
    return Held<ViewOf<T>>(asView(operand));
  else if constexpr (!isOwnTensor<Bare>)
    return OwnedAndHeld<Bare>(std::make_shared<Bare>(std::move(operand)));
  else if constexpr (std::is_lvalue_reference_v<T>)
    return Reference<std::remove_reference_t<T>>(operand);
  else
    return Owned<Bare>(Bare(std::move(operand)));
}
template <class T> using NodeOf = decltype(asNode(std::declval<T>()));

// --- Numbers ----------------------------------------------------------------------------------------------------

/// A number that is part of the program, see constant.
template <auto Value> struct Constant {};

template <class T> inline constexpr bool isConstant = false;
template <auto Value> inline constexpr bool isConstant<Constant<Value>> = true;
template <class T> inline constexpr bool isComplexNumber = false;
template <class T> inline constexpr bool isComplexNumber<std::complex<T>> = true;

template <class T>
concept RunTimeNumber =
    std::is_arithmetic_v<T> || isComplexNumber<T> || std::same_as<T, Half> || std::same_as<T, BFloat16>;
/// A C++ number, or a constant<…>.
template <class T>
concept Number = RunTimeNumber<std::remove_cvref_t<T>> || isConstant<std::remove_cvref_t<T>>;

template <class T> constexpr NumberKind numberKind() {
  if constexpr (std::same_as<T, bool>) return NumberKind::Bool;
  if constexpr (std::is_integral_v<T>) return NumberKind::Integer;
  return isComplexNumber<T> ? NumberKind::Complex : NumberKind::Float;
}
template <class T> inline constexpr NumberKind kindOf = numberKind<T>();
template <auto Value> inline constexpr NumberKind kindOf<Constant<Value>> = numberKind<decltype(Value)>();

/// The type of a number where it meets no tensor: its own, if there is such an element type.
template <class T> constexpr DType ownType() {
  if constexpr (std::same_as<T, bool>)
    return DType::Bool;
  else if constexpr (std::is_integral_v<T>)
    return sizeof(T) < 4 || std::same_as<T, std::int32_t> ? DType::I32 : DType::I64;
  else if constexpr (std::same_as<T, float> || std::same_as<T, std::complex<float>>)
    return dtypeOf<T>;
  else if constexpr (isComplexNumber<T>)
    return DType::C128;
  else if constexpr (std::is_floating_point_v<T>)
    return DType::F64;
  else
    return dtypeOf<T>;
}
template <class T> inline constexpr DType ownTypeOf = ownType<T>();
template <auto Value>
inline constexpr DType ownTypeOf<Constant<Value>> = withNumber(DType::Bool, numberKind<decltype(Value)>());

template <class To, class From> To convertNumber(const From &number) {
  if constexpr (std::same_as<To, Half> || std::same_as<To, BFloat16>)
    return To(static_cast<float>(number));
  else if constexpr (isComplexNumber<To> && isComplexNumber<From>)
    return To(number);
  else if constexpr (isComplexNumber<To>)
    return To(static_cast<typename To::value_type>(number));
  else
    return static_cast<To>(number);
}

/// A number of C++ code's, as the type that it has beside its tensor. Another value needs no other kernel.
template <class T> struct Scalar : Typed<dtypeOf<T>, 0> {
  static constexpr Facts facts = {dtypeOf<T>, 0};
  static constexpr std::size_t inputCount = 1, parameterCount = 0;
  T value;
  explicit Scalar(T number) : value(number) {}
  static void write(ExpressionWriter &writer) { writer.leaf(); }
  void collect(Collector &collector) const { collector.add(ConstTensorRef(&value, dtypeOf<T>, {})); }
};

/// A constant in the program's text.
template <auto Value, DType Type> struct Literal : Typed<Type, 0> {
  static constexpr Facts facts = {Type, 0};
  static constexpr std::size_t inputCount = 0, parameterCount = 0;
  static void write(ExpressionWriter &writer) {
    if constexpr (std::is_integral_v<decltype(Value)> && !std::same_as<std::remove_const_t<decltype(Value)>, bool>)
      writer.number(static_cast<std::int64_t>(Value));
    else
      writer.number(Value);
  }
  void collect(Collector &) const {}
};

/// An integer that is part of the program though not of its type: another value needs another kernel.
template <DType Type> struct Integer : Typed<Type, 0> {
  static constexpr Facts facts = {Type, 0, false, true};
  static constexpr std::size_t inputCount = 0, parameterCount = 1;
  std::int64_t value;
  explicit Integer(std::int64_t number) : value(number) {}
  static void write(ExpressionWriter &writer) { writer.integer(); }
  void collect(Collector &collector) const { collector.add(value); }
};

/// What is wrong with an integer that no i64 is.
template <auto Value> struct ConstantMistake {
  static constexpr MessageText message = MessageText() << Value << " is more than an i64 holds";
};

template <DType Type, auto Value> Literal<Value, Type> numberNode(Constant<Value>) {
  if constexpr (std::unsigned_integral<decltype(Value)>)
    if constexpr (Value > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
      report<ConstantMistake<Value>>(MessagePieces<ConstantMistake<Value>>());
  return {};
}
template <DType Type, RunTimeNumber T> auto numberNode(const T &number) {
  return Scalar<ElementType<Type>>(convertNumber<ElementType<Type>>(number));
}

/// The number as it is beside a tensor of which these are the facts.
template <Facts Beside, class T> auto besideNode(const T &number) {
  if constexpr (Beside.isPosition && RunTimeNumber<T> && std::is_integral_v<T>)
    return Integer<Beside.dtype>(static_cast<std::int64_t>(number));
  else
    return numberNode<withNumber(Beside.dtype, kindOf<T>)>(number);
}

// --- Operations -------------------------------------------------------------------------------------------------

/// The facts about an operation; of what is reported as wrong nothing more is.
constexpr Facts reported(Facts facts) {
  if (facts.isWrong) facts.rank = dynamicRank;
  return facts;
}
template <class Op, class... Operands> inline constexpr Facts factsOfNode = reported(Op::facts(Operands::facts...));

/// An operation on operands. `Op` says what is known of the result, `Op::facts(…)`, and what is wrong if it is wrong,
/// `Op::complaint(…)`, writes what follows its operands, and may hold numbers of its own.
template <class Op, class... Operands>
struct Node : Typed<factsOfNode<Op, Operands...>.dtype, factsOfNode<Op, Operands...>.rank> {
  static constexpr Facts facts = factsOfNode<Op, Operands...>;
  static constexpr std::size_t inputCount = (std::size_t{0} + ... + Operands::inputCount);
  static constexpr std::size_t parameterCount = (Op::parameterCount + ... + Operands::parameterCount);
  static constexpr bool mentions(std::string_view name) { return (... || Operands::mentions(name)); }
  static constexpr bool subscripts(std::string_view name) { return (... || Operands::subscripts(name)); }

  [[no_unique_address]] Op op;
  std::tuple<Operands...> operands;

  explicit Node(Op operation, Operands... values) : op(operation), operands(std::move(values)...) {}

  static void write(ExpressionWriter &writer) {
    (Operands::write(writer), ...);
    Op::write(writer, sizeof...(Operands));
  }
  void collect(Collector &collector) const {
    std::apply([&](const Operands &...each) { (each.collect(collector), ...); }, operands);
    op.collect(collector);
  }

  /// An element of it, in index notation.
  template <class... Positions>
    requires IndexPositions<Positions...>
  auto operator()(const Positions &...positions) const {
    return elementOf(Node(*this), positions...);
  }
};

/// What is not right about an operation on such operands, as compilers are to show it.
template <class Op, class... Operands> struct OperationMistake {
  static constexpr MessageText message = Op::complaint(Operands::facts...);
};

template <class Op, class... Operands> Node<Op, Operands...> makeNode(Op op, Operands... operands) {
  if constexpr (Node<Op, Operands...>::facts.isWrong) {
    using Mistake = OperationMistake<Op, Operands...>;
    report<Mistake>(MessagePieces<Mistake>());
  }
  return Node<Op, Operands...>(std::move(op), std::move(operands)...);
}

/// For operations without numbers of their own.
struct NoParameters {
  static constexpr std::size_t parameterCount = 0;
  void collect(Collector &) const {}
};

/// The rank of tensors of these ranks that broadcast.
constexpr int broadcastRank(std::initializer_list<Facts> operands) {
  int rank = 0;
  for (const Facts &operand : operands) {
    if (operand.rank == dynamicRank) return dynamicRank;
    rank = operand.rank > rank ? operand.rank : rank;
  }
  return rank;
}

} // namespace einjit::detail
