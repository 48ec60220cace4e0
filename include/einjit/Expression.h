// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions of array notation and index notation in C++. They are einjit's language, over the same functions: an
// expression's type carries its structure, which is written out as a program of the language once, when it is compiled.
//
// Nothing is computed until an expression becomes a tensor. Parts that were temporaries are kept by it; of tensors that
// have a name it keeps a reference, and of views the view, so that these, or their memory, must outlive it.
#pragma once

#include <einjit/Creation.h>
#include <einjit/EinsumExpression.h>
#include <einjit/Functions.h>
#include <einjit/Index.h>
#include <einjit/IndexNotation.h>
#include <einjit/Operators.h>
#include <einjit/Reductions.h>
#include <einjit/Shapes.h>
#include <einjit/Slices.h>
#include <einjit/Tensor.h>

namespace einjit {

/// An expression of array notation, or an element of index notation.
template <class T>
concept Expression = detail::AnyExpression<T>;

/// The tensor type that an expression's value has, as far as it is known while compiling.
template <Expression E> using ValueOf = Tensor<typename E::value_type, E::staticRank>;

/// The value of an expression. Throws einjit::Error, whose `where()` is this call.
template <Expression E>
ValueOf<E> evaluate(const E &expression, std::source_location where = std::source_location::current()) {
  return ValueOf<E>(expression, where);
}

/// The same with options of its own; it is compiled for them, or found again, in the way of compile().
template <Expression E>
ValueOf<E> evaluate(const E &expression, const Options &options,
                    std::source_location where = std::source_location::current()) {
  return ValueOf<E>(detail::evaluateWith<ValueOf<E>>(expression, options, where));
}

/// The same, but an error is returned, not thrown.
template <Expression E>
Expected<ValueOf<E>> tryEvaluate(const E &expression, std::source_location where = std::source_location::current()) {
  return attempt([&] { return ValueOf<E>(expression, where); });
}

/// Puts an expression's value into memory of its element type and extents, which may overlap the operands. Throws
/// einjit::Error, also for other extents.
template <detail::TypedTensor Output, detail::ArrayOperand E>
  requires WritableTensor<Output>
void assign(Output &&output, const E &expression, std::source_location where = std::source_location::current()) {
  detail::withMemory(output, [&](const TensorRef &memory) {
    detail::evaluateIntoAs<Output>(memory, detail::asNode(expression), where);
  });
}

/// The same, but an error is returned, not thrown.
template <detail::TypedTensor Output, detail::ArrayOperand E>
  requires WritableTensor<Output>
Expected<void> tryAssign(Output &&output, const E &expression,
                         std::source_location where = std::source_location::current()) {
  return attempt([&] { assign(output, expression, where); });
}

/// `y += x`: each element of `y` combined with the one of the expression, which broadcasts to its shape. In the place
/// where `y` is, be it a tensor or a view.
#define EINJIT_COMPOUND(symbol, operation)                                                                             \
  template <detail::TypedTensor Output, class Value>                                                                   \
    requires WritableTensor<Output> && (detail::ArrayOperand<Value> || detail::Number<Value>) &&                       \
             (detail::OwnOperand<Output> || detail::OwnOperand<Value>)                                                 \
  void operator symbol(Output &&output, const Value &value) {                                                          \
    detail::withMemory(output, [&](const TensorRef &memory) {                                                          \
      detail::evaluateIntoAs<Output>(memory, detail::apply<detail::op::operation>(output, value), {});                 \
    });                                                                                                                \
  }
EINJIT_COMPOUND(+=, Add)
EINJIT_COMPOUND(-=, Sub)
EINJIT_COMPOUND(*=, Mul)
EINJIT_COMPOUND(/=, Div)
#undef EINJIT_COMPOUND

/// The kernel of an expression, for tensors that lie as its own do: it takes those, and the numbers of C++'s, each
/// once, in the order in which they occur, then the output. Throws einjit::Error, whose `where()` is this call.
template <Expression E>
Kernel compile(const E &expression, const Options &options = defaultOptions(),
               const std::source_location &where = std::source_location::current()) {
  return detail::compileShared(expression, options, where);
}

/// The same, but an error is returned, not thrown.
///@{
template <Expression E>
Expected<Kernel> tryCompile(const E &expression, const Options &options,
                            const std::source_location &where = std::source_location::current()) {
  return attempt([&] { return compile(expression, options, where); });
}
template <Expression E>
Expected<Kernel> tryCompile(const E &expression, const std::source_location &where = std::source_location::current()) {
  return attempt([&] { return compile(expression, defaultOptions(), where); });
}
///@}

} // namespace einjit
