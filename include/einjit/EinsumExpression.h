// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum literals, evaluated at once or as parts of expressions.
#pragma once

#include <einjit/Einsum.h>
#include <einjit/EinsumLiteral.h>
#include <einjit/detail/Evaluation.h>

namespace einjit {

namespace detail {

template <FixedString String> ProgramText writeEinsumLiteral(std::span<const std::int64_t> parameters) {
  return writeEinsum(EinsumLiteral<String>::text, parameters);
}
/// The einsum of tensors, whatever their types.
template <FixedString String> inline constexpr Program einsumProgramOf = {&writeEinsumLiteral<String>};

template <class T> inline constexpr bool isTensorLeaf = false;
template <class T> inline constexpr bool isTensorLeaf<Reference<T>> = true;
template <class T> inline constexpr bool isTensorLeaf<Held<T>> = true;
template <class T> inline constexpr bool isTensorLeaf<Owned<T>> = true;

/// An einsum of parts of expressions, whose element types are known.
template <FixedString String, class... Operands>
struct EinsumNode : Typed<*EinsumLiteral<String>::template resultDType<Operands...>,
                          EinsumLiteral<String>::template resultRank<Operands...>> {
  using Base = Typed<*EinsumLiteral<String>::template resultDType<Operands...>,
                     EinsumLiteral<String>::template resultRank<Operands...>>;
  static constexpr Facts facts = {dtypeOf<typename Base::value_type>, Base::staticRank};
  static constexpr std::size_t inputCount = (std::size_t{0} + ... + Operands::inputCount);
  static constexpr std::size_t parameterCount = (std::size_t{0} + ... + Operands::parameterCount);
  static constexpr const Program *einsumProgram = (... && isTensorLeaf<Operands>) ? &einsumProgramOf<String> : nullptr;

  std::tuple<Operands...> operands;
  explicit EinsumNode(Operands... values) : operands(std::move(values)...) {}

  static void write(ExpressionWriter &writer) {
    (Operands::write(writer), ...);
    writer.einsum(EinsumLiteral<String>::text, sizeof...(Operands));
  }
  void collect(Collector &collector) const {
    std::apply([&](const Operands &...each) { (each.collect(collector), ...); }, operands);
  }
  /// An element of it, in index notation.
  template <class... Positions>
    requires IndexPositions<Positions...>
  auto operator()(const Positions &...positions) const {
    return elementOf(EinsumNode(*this), positions...);
  }
};

/// The arguments of an einsum<"…">: its operands, and behind them perhaps memory for the result.
template <FixedString String, class... Arguments> struct EinsumCall {
  using Literal = EinsumLiteral<String>;
  static constexpr std::size_t count = Literal::operandCount;
  static constexpr bool hasOutput = sizeof...(Arguments) == count + 1;
  using Tuple = std::tuple<Arguments...>;
  template <std::size_t Number> using At = std::tuple_element_t<Number, Tuple>;

  template <std::size_t... Number> static constexpr bool fit(std::index_sequence<Number...>) {
    return Literal::template fits<At<Number>...>;
  }
  template <std::size_t... Number> static constexpr void check(std::index_sequence<Number...>) {
    Literal::template check<At<Number>...>();
  }
  static constexpr bool isRight() {
    if constexpr (Literal::isWellFormed && (hasOutput || sizeof...(Arguments) == count))
      return fit(std::make_index_sequence<count>());
    else
      return false;
  }
  template <std::size_t... Number> static constexpr bool areTyped(std::index_sequence<Number...>) {
    return (... && factsOf<At<Number>>.dtype.has_value());
  }
  template <std::size_t... Number> static constexpr bool areTensors(std::index_sequence<Number...>) {
    return (... && !AnyExpression<At<Number>>);
  }

  /// The einsum of the operands as a part of expressions.
  template <std::size_t... Number> static auto node(Tuple &arguments, std::index_sequence<Number...>) {
    return EinsumNode<String, NodeOf<At<Number>>...>(asNode(std::forward<At<Number>>(std::get<Number>(arguments)))...);
  }
  /// Calls `use` with the operands' descriptions, which are there as long as that takes.
  template <class Use, std::size_t... Number>
  static decltype(auto) withOperands(Use use, Tuple &arguments, std::index_sequence<Number...>) {
    return withInputs(use, std::forward<At<Number>>(std::get<Number>(arguments))...);
  }
};

} // namespace detail

/// An einsum string that is read, and held against the types of its operands, while compiling. Its operands are
/// tensors, views and expressions.
///
/// With operands alone it is a part of an expression, which is computed when it becomes a tensor: `Tensor<float> y =
/// einsum<"bce,bc->be">(x, w)`, or together with what stands around it. With an operand whose element type is known at
/// run time only it is evaluated at once, and returns an AnyTensor.
///
/// With memory for the result, or an into(…), behind the operands it is evaluated at once, into that. Then, or where it
/// becomes a tensor, it throws einjit::Error for sizes that do not fit. Layouts that were seen before cost a lookup.
template <FixedString String, class... Arguments> auto einsum(Arguments &&...arguments) {
  using Call = detail::EinsumCall<String, Arguments &&...>;
  constexpr auto operands = std::make_index_sequence<Call::count>();
  std::tuple<Arguments &&...> all(std::forward<Arguments>(arguments)...);
  if constexpr (!Call::isRight()) {
    Call::Literal::template checkCall<Arguments...>();
    return AnyTensor();
  } else if constexpr (Call::hasOutput) {
    using Output = Call::template At<Call::count>;
    auto &&output = std::forward<Output>(std::get<Call::count>(all));
    constexpr bool isScaled = detail::isInto<std::remove_cvref_t<Output>>;
    Call::Literal::template checkCall<typename detail::MemoryOf<Arguments>::Type...>();
    static_assert(!isScaled || Call::areTensors(operands), "into(...) stands behind tensors, not behind expressions");
    if constexpr (!Call::areTensors(operands)) {
      const auto node = Call::node(all, operands);
      detail::withMemory(output,
                         [&](const TensorRef &memory) { detail::evaluateIntoAs<decltype(node)>(memory, node, {}); });
    } else {
      const auto run = [&](const TensorRef &memory) {
        Call::withOperands(
            [&](std::span<const ConstTensorRef> inputs) {
              if constexpr (isScaled)
                detail::einsumInto(detail::einsumProgramOf<String>, inputs, memory, output.scaling, {});
              else
                detail::evaluateInto(detail::einsumProgramOf<String>, {}, inputs, memory, {});
            },
            all, operands);
      };
      if constexpr (isScaled)
        run(static_cast<TensorRef>(output.output));
      else
        detail::withMemory(output, run);
    }
  } else if constexpr (!Call::areTyped(operands)) {
    return Call::withOperands(
        [&](std::span<const ConstTensorRef> inputs) {
          return detail::evaluate(detail::einsumProgramOf<String>, {}, inputs, {});
        },
        all, operands);
  } else {
    return Call::node(all, operands);
  }
}

/// The same, but an error is returned, not thrown. It evaluates at once in any case.
template <FixedString String, class... Arguments> auto tryEinsum(Arguments &&...arguments) {
  return attempt([&] {
    using Result = decltype(einsum<String>(std::forward<Arguments>(arguments)...));
    if constexpr (detail::AnyExpression<Result>)
      return Tensor<typename Result::value_type, Result::staticRank>(
          einsum<String>(std::forward<Arguments>(arguments)...), std::source_location()); // C++ does not tell the call
    else
      return einsum<String>(std::forward<Arguments>(arguments)...);
  });
}

} // namespace einjit
