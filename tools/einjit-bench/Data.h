// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers that go in, and the comparison of those that come out.
#pragma once

#include "Case.h"
#include <einjit/Tensor.h>
#include <optional>
#include <string>

namespace einjit::bench {

/// Integers from -2 to 2 in no order that a permutation of axes repeats, so that sums of products are exact in floats
/// as long as they stay small; or, for formulas with roots, logarithms and quotients, positive eighths up to 5/8.
std::vector<AnyTensor> makeInputs(const std::vector<Binding> &bindings, bool positive);

struct Difference {
  std::int64_t element;
  double a, b;
};

/// The first element at which two results of one type differ by more than rounding in sums of so many terms allows,
/// measured on the largest element, since sums cancel. A NaN is no match.
std::optional<Difference> firstDifference(const AnyTensor &a, const AnyTensor &b, double terms);

/// How many terms a result of the case sums up, at most; 1 where that is not known.
double termsOf(const Case &which);

/// Why data of so many bytes is not made, where the machine has too little memory for them; empty where it has enough.
std::string memoryShortage(double bytes);

} // namespace einjit::bench
