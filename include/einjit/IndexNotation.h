// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Index notation: `y(b, e) = x(b, c, e) * w(b, c)` says what each element of `y` is. An index that is on the right only
// is summed over the smallest product term that holds it; `sum(k)(…)`, `max(k)(…)` and so on say otherwise.
#pragma once

#include <einjit/Functions.h>
#include <einjit/Operators.h>
#include <einjit/Reductions.h>
#include <einjit/detail/Evaluation.h>

namespace einjit {

namespace detail {

/// How an assignment combines with what is there; in the language's words.
struct Assignment {
  std::string_view op;
  const Elementwise *combine; ///< the operation whose type the elements must have
};
namespace assignment {
inline constexpr Assignment Set = {"=", nullptr}, Add = {"+=", &op::Add}, Mul = {"*=", &op::Mul},
                            Max = {"max=", &function::maximum}, Min = {"min=", &function::minimum};
} // namespace assignment

// --- Positions --------------------------------------------------------------------------------------------------

template <class T> auto positionOf(const T &position) {
  if constexpr (AnyExpression<T>)
    return position;
  else
    return Integer<DType::I64>(static_cast<std::int64_t>(position));
}
template <class T> using PositionOf = decltype(positionOf(std::declval<const T &>()));

/// What is wrong with the positions of an element.
template <int Rank, class... Positions> struct ElementMistake {
  static constexpr int count = static_cast<int>(sizeof...(Positions));
  static constexpr MessageText message = [] {
    MessageText message;
    if (Rank != dynamicRank && Rank != count)
      message << count << (count == 1 ? " position" : " positions") << " for an element of a tensor of rank " << Rank;
    else if (!(... && Positions::facts.isPosition))
      message << "a position is a sum of indices and integers, times integers";
    return message;
  }();
};

// --- Elements ---------------------------------------------------------------------------------------------------

template <const Assignment &A, class Target, class Value> struct Statement;

/// The right side as a part of expressions; a number as an element of the left side's type, if it can be one, which a
/// constant beside no tensor is not by itself.
template <DType Type, class T> auto rightSide(const T &value) {
  if constexpr (isConstant<T>)
    return cast<ElementType<withNumber(Type, kindOf<T>)>>(numberNode<withNumber(Type, kindOf<T>)>(value));
  else if constexpr (Number<T>)
    return numberNode<withNumber(Type, kindOf<T>)>(value);
  else
    return asNode(value);
}

/// An element of an operand: `x(b, 2 * i + k, 0)`.
template <class Base, class... Positions> struct Element : Typed<Base::facts.dtype, 0> {
  static constexpr Facts facts = {Base::facts.dtype, 0, true};
  static constexpr std::size_t inputCount = Base::inputCount;
  static constexpr std::size_t parameterCount = (Base::parameterCount + ... + Positions::parameterCount);
  static constexpr bool mentions(std::string_view name) { return (... || Positions::mentions(name)); }
  static constexpr bool subscripts(std::string_view name) { return mentions(name); }

  Base base;
  std::tuple<Positions...> positions;
  explicit Element(Base of, Positions... at) : base(std::move(of)), positions(at...) {}
  Element(const Element &) = default;

  static void write(ExpressionWriter &writer) {
    Base::write(writer);
    (Positions::write(writer), ...);
    writer.subscript(sizeof...(Positions));
  }
  void collect(Collector &collector) const {
    base.collect(collector);
    collectPositions(collector);
  }
  void collectPositions(Collector &collector) const {
    std::apply([&](const Positions &...each) { (each.collect(collector), ...); }, positions);
  }

  /// Says what the elements at all values of the indices on the left are; for others, too, where there are integers.
  template <class Value> void operator=(const Value &value) { assign<assignment::Set>(value); }
  void operator=(const Element &value) { assign<assignment::Set>(value); }
  /// Combines the elements with what they were; indices on the right only are folded by the same operation, `+=` over
  /// the smallest product term, the others over all of the right side.
  template <class Value> void operator+=(const Value &value) { assign<assignment::Add>(value); }
  template <class Value> void operator*=(const Value &value) { assign<assignment::Mul>(value); }
  /// Adds the negative, taken in the elements' type: of a number of C++'s it need not exist in its own.
  template <class Value> void operator-=(const Value &value) {
    assign<assignment::Add>(apply<op::Neg>(rightSide<facts.dtype>(value)));
  }
  /// The language's `max=` and `min=`.
  template <class Value> void max(const Value &value) { assign<assignment::Max>(value); }
  template <class Value> void min(const Value &value) { assign<assignment::Min>(value); }

private:
  template <const Assignment &A, class Value> void assign(const Value &value);
};

template <class T, class... Positions> auto elementOf(T &&operand, const Positions &...positions) {
  using Mistake = ElementMistake<NodeOf<T>::facts.rank, PositionOf<Positions>...>;
  if constexpr (!Mistake::message.empty()) report<Mistake>(MessagePieces<Mistake>());
  return Element<NodeOf<T>, PositionOf<Positions>...>(asNode(std::forward<T>(operand)), positionOf(positions)...);
}

// --- Statements -------------------------------------------------------------------------------------------------

template <class T> constexpr bool isNumberPosition = false;
template <DType Type> constexpr bool isNumberPosition<Integer<Type>> = true;

/// The name of a position that is an index.
template <class Position> constexpr std::string_view indexNameOf() {
  if constexpr (isIndexType<Position>)
    return Position::name;
  else
    return {};
}

/// What is wrong with `target A value`, as far as types tell.
template <const Assignment &A, class Value, DType Type, bool IsWritable, class... Positions> struct StatementMistake {
  template <class Position> static constexpr int timesNamed() {
    return (0 + ... + (isIndexType<Position> && std::is_same_v<Position, Positions>));
  }
  static constexpr DType resultType() {
    return A.combine ? A.combine->rule(promote(Type, Value::facts.dtype)).value_or(Value::facts.dtype)
                     : Value::facts.dtype;
  }
  static constexpr MessageText message = [] {
    MessageText message;
    if (!IsWritable) return message << "the left side is const, a temporary or an expression";
    if (!(... && (isIndexType<Positions> || isNumberPosition<Positions>)))
      return message << "a position on the left is an index, or an integer";
    std::string_view repeated, unknown;
    ((timesNamed<Positions>() > 1 ? void(repeated = indexNameOf<Positions>()) : void()), ...);
    if (!repeated.empty()) return message << "index `" << repeated << "` occurs twice on the left";
    if (&A == &assignment::Set && Value::facts.isIndexed)
      ((isIndexType<Positions> && !Value::mentions(indexNameOf<Positions>()) ? void(unknown = indexNameOf<Positions>())
                                                                             : void()),
       ...);
    if (!unknown.empty()) return message << "index `" << unknown << "` of the left is not on the right";
    if (!Value::facts.isIndexed && Value::facts.rank > 0)
      return message << "a tensor of rank " << Value::facts.rank << " stands where an element is needed; subscript it";
    if (resultType() != Type)
      return message << "the right side has elements of " << einjit::name(resultType()) << ", but the left of "
                     << einjit::name(Type) << "; a cast<...> converts them";
    return message;
  }();
};

/// `out[i,j] op value`, as a program.
template <const Assignment &A, class Base, class... Positions, class Value>
struct Statement<A, Element<Base, Positions...>, Value> {
  /// Only then is what is there a part of the program.
  static constexpr bool reads = &A != &assignment::Set || (... || isNumberPosition<Positions>);
  /// How far indices run that no subscript on the right has follows from the left side's extents.
  static constexpr bool declares = !reads && !(... && Value::subscripts(indexNameOf<Positions>()));
  static constexpr std::size_t inputCount = reads + Value::inputCount;
  static constexpr std::size_t parameterCount =
      (declares ? sizeof...(Positions) : 0) + (Value::parameterCount + ... + Positions::parameterCount);

  const Element<Base, Positions...> &target;
  const Value &value;

  static void write(ExpressionWriter &writer) {
    if constexpr (reads) writer.target();
    if constexpr (declares) writer.declareTarget(name(Base::facts.dtype), sizeof...(Positions));
    (Positions::write(writer), ...);
    Value::write(writer);
    writer.assign(A.op, sizeof...(Positions));
  }
  void collect(Collector &collector) const {
    if constexpr (reads) target.base.collect(collector);
    if constexpr (declares)
      for (const std::int64_t extent : target.base.output().shape) collector.add(extent);
    target.collectPositions(collector);
    value.collect(collector);
  }
};

template <class Base, class... Positions>
template <const Assignment &A, class T>
void Element<Base, Positions...>::assign(const T &value) {
  const auto right = rightSide<facts.dtype>(value);
  using Value = std::remove_const_t<decltype(right)>;
  using Mistake = StatementMistake<A, Value, facts.dtype, Base::isWritable, Positions...>;
  if constexpr (!Mistake::message.empty()) {
    report<Mistake>(MessagePieces<Mistake>());
  } else {
    const Statement<A, Element, Value> statement{*this, right};
    const TensorRef output = base.output();
    if constexpr (Statement<A, Element, Value>::declares) checkRank(output.rank(), sizeof...(Positions), 0);
    const Collected all(statement);
    evaluateInto(programOf<Statement<A, Element, Value>>(), all.parameters(), all.inputs(), output, {});
  }
}

} // namespace detail

/// `x(positions…)` as a function, also for what is no class of einjit's and, as `element(y)`, for a tensor without
/// axes: `element(y) = x(i, i)` is the trace.
template <detail::Operand X, class... Positions>
  requires(sizeof...(Positions) == 0 || detail::IndexPositions<Positions...>)
auto element(X &&x, const Positions &...positions) {
  return detail::elementOf(std::forward<X>(x), positions...);
}

} // namespace einjit
