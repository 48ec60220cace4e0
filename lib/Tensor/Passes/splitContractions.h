// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product of several operands that is summed need not visit the whole space of all its indices: addition distributes
// over the product (and `or` over `and`), so
//   sum over j,k of a[i,j] * b[j,k] * c[k,l]  =  sum over k of (sum over j of a[i,j] * b[j,k]) * c[k,l],
// which takes n^3 steps instead of n^4. This pass replaces such an op by a tree of products of two, in the order with
// the fewest operations: exact dynamic programming over subsets to twelve operands, the cheapest pair first beyond. An
// index that one operand alone has is summed there before it meets the others.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel splitContractions(Kernel kernel);

} // namespace einjit::tensor
