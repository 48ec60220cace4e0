// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As much of expressions as tensors have to know of them.
#pragma once

#include <concepts>
#include <source_location>
#include <type_traits>

namespace einjit {

class AnyTensor;

/// The base of whatever is a part of an expression: nodes, leaves, elements and indices. It is here for the sake of
/// those that no tensor is a part of: the operators are found in the namespaces of a type and of its bases.
struct ExpressionTag {};

namespace detail {

template <class T>
concept AnyExpression = std::derived_from<std::remove_cvref_t<T>, ExpressionTag>;

/// What stands in the brackets of an element: indices, sums of them, integers, but not integers alone.
template <class... Positions>
concept IndexPositions =
    (... || AnyExpression<Positions>) && (... && (AnyExpression<Positions> || std::integral<Positions>));

// In Evaluation.h and IndexNotation.h.
template <class Result, class Expression> AnyTensor evaluateAs(const Expression &, const std::source_location &where);
template <class Result, class Expression> void assignAs(AnyTensor &result, const Expression &);
template <class Operand, class... Positions> auto elementOf(Operand &&operand, const Positions &...positions);

} // namespace detail
} // namespace einjit
