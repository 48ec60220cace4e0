// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product of several operands that is summed need not visit the whole space of all its indices: addition distributes
// over the product (and `or` over `and`), so
//   sum over j,k of a[i,j] * b[j,k] * c[k,l]  =  sum over k of (sum over j of a[i,j] * b[j,k]) * c[k,l],
// which takes n^3 steps instead of n^4. This pass replaces such an op by a tree of products of two, in the order with
// the least estimated time (Contraction/PairModel.h, Contraction/Order.h), if that is less than what the whole space at
// once takes. An index that one factor alone has is summed there before it meets the others. What is not a product,
// such as `exp(x[i])` or a number, is a factor as a whole.
#pragma once

#include "Tensor/Kernel.h"
#include "Tensor/Passes/PassOptions.h"

namespace einjit::tensor {

Kernel splitContractions(Kernel kernel, const PassOptions &options = {});

/// The orders that the pass would choose, each beside what other ways cost, as comments (`# …`) a line each; empty if
/// it would split nothing.
std::string describeContractions(const Kernel &kernel, const PassOptions &options = {});

} // namespace einjit::tensor
