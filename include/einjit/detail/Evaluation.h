// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From an expression to a call: its tensors and numbers are put in rows on the stack, and its type's Program is
// evaluated on them.
#pragma once

#include <einjit/detail/Node.h>

namespace einjit::detail {

/// Whether an expression is an einsum of tensors: it then is the einsum string, each operand of which is passed.
template <class Expression> constexpr bool isPlainEinsum() {
  if constexpr (requires { Expression::einsumProgram; })
    return Expression::einsumProgram != nullptr;
  else
    return false;
}

/// The tensors and parameters of an expression, as long as it lives.
template <std::size_t Inputs, std::size_t Parameters> class Collected {
public:
  template <class Expression>
  explicit Collected(const Expression &expression, bool areShared = !isPlainEinsum<Expression>()) {
    Collector collector{inputs_, parameters_};
    expression.collect(collector);
    if (areShared) {
      inputCount_ = shareInputs({inputs_, Inputs}, parameters_ + Parameters);
      parameterCount_ = Parameters + sharingWords(Inputs);
    }
  }
  std::span<const ConstTensorRef> inputs() const { return {inputs_, inputCount_}; }
  std::span<const std::int64_t> parameters() const { return {parameters_, parameterCount_}; }

private:
  ConstTensorRef inputs_[Inputs + 1];
  std::int64_t parameters_[Parameters + sharingWords(Inputs) + 1];
  std::size_t inputCount_ = Inputs, parameterCount_ = 0;
};
template <class Expression, class... Shared>
Collected(const Expression &, Shared...) -> Collected<Expression::inputCount, Expression::parameterCount>;

template <class Expression> ProgramText writeProgram(std::span<const std::int64_t> parameters) {
  return writeExpression(&Expression::write, parameters, Expression::inputCount);
}
/// The one of the expressions of this type.
template <class Expression> inline constexpr Program ownProgram = {&writeProgram<Expression>};
template <class Expression> constexpr const Program &programOf() {
  if constexpr (isPlainEinsum<Expression>())
    return *Expression::einsumProgram;
  else
    return ownProgram<Expression>;
}

/// What a C++ type asks of a result that it is to hold.
struct Wanted {
  DType dtype;
  int rank;
};

constexpr MessageText resultComplaint(const Facts &facts, const Wanted &wanted) {
  MessageText message;
  if (facts.isIndexed)
    message << "an expression with indices is assigned to elements, as in `y(i) = ";
  else if (facts.dtype != wanted.dtype)
    return message << "the expression has elements of " << name(facts.dtype) << ", but the result of "
                   << name(wanted.dtype) << "; a cast<...> converts them";
  else if (facts.rank != wanted.rank && facts.rank != dynamicRank && wanted.rank != dynamicRank)
    return message << "the expression has rank " << facts.rank << ", but the result rank " << wanted.rank;
  return message << (facts.isIndexed ? "...`" : "");
}

/// Refuses an expression whose value a result cannot hold, as far as types tell.
template <class Expression, DType Type, int Rank> struct ResultMistake {
  static constexpr MessageText message = resultComplaint(Expression::facts, {Type, Rank});
};
template <class Result, class Expression> constexpr void checkResult() {
  using Mistake = ResultMistake<Expression, *factsOf<Result>.dtype, factsOf<Result>.rank>;
  if constexpr (!Mistake::message.empty()) report<Mistake>(MessagePieces<Mistake>());
}

/// The rank of `Result`, if only run time knows that the expression has it.
template <class Result, class Expression>
inline constexpr int rankToCheck = Expression::facts.rank == dynamicRank ? factsOf<Result>.rank : dynamicRank;

/// The value of an expression, which `Result` can hold.
template <class Result, class Expression>
AnyTensor evaluateAs(const Expression &expression, const std::source_location &where) {
  checkResult<Result, Expression>();
  const Collected all(expression);
  return evaluate(programOf<Expression>(), all.parameters(), all.inputs(), where, rankToCheck<Result, Expression>);
}

/// The same into a tensor that owns its memory, which is used again where it fits.
template <class Result, class Expression> void assignAs(AnyTensor &result, const Expression &expression) {
  checkResult<Result, Expression>();
  const Collected all(expression);
  evaluateAssign(programOf<Expression>(), all.parameters(), all.inputs(), result, {}, rankToCheck<Result, Expression>);
}

/// The same with options of its own.
template <class Result, class Expression>
AnyTensor evaluateWith(const Expression &expression, const Options &options, const std::source_location &where) {
  checkResult<Result, Expression>();
  const Collected all(expression);
  const Kernel kernel = compileProgram(programOf<Expression>(), all.parameters(), all.inputs(), options, where);
  return std::move(kernel.run(all.inputs(), where).front());
}

/// The kernel of an expression that takes each of its inputs once. An einsum of tensors is the einsum string if no two
/// of them are the same.
template <class Expression>
Kernel compileShared(const Expression &expression, const Options &options, const std::source_location &where) {
  const Collected all(expression, true);
  if (isPlainEinsum<Expression>() && all.inputs().size() == Expression::inputCount)
    return compileProgram(programOf<Expression>(), {}, all.inputs(), options, where);
  return compileProgram(ownProgram<Expression>, all.parameters(), all.inputs(), options, where);
}

/// Calls `use` with the memory that a tensor is, or has a view of.
template <class Output, class Use> void withMemory(Output &output, Use use) {
  if constexpr (std::convertible_to<Output &, TensorRef>)
    use(static_cast<TensorRef>(output));
  else {
    const auto view = asView(output);
    use(static_cast<TensorRef>(view));
  }
}

/// The same into memory of the result's extents.
template <class Result, class Expression>
void evaluateIntoAs(const TensorRef &output, const Expression &expression, const std::source_location &where) {
  checkResult<Result, Expression>();
  const Collected all(expression);
  evaluateInto(programOf<Expression>(), all.parameters(), all.inputs(), output, where);
}

} // namespace einjit::detail
