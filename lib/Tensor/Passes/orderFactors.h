// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product does not depend on the order of its factors. This puts the factors of an op's body into an order that
// follows from what they are and how they are read, not from how they were written, nor from the order of parameters:
// by the iterators of their axes, then by their types. A reduced iterator is known by its extent and by which factors
// use it where. So however the operands of a contraction are swapped and its indices are named, it becomes the same op.
//
// Factors are reassociated where the op sums the products, since sums of floats have no order, and where rounding is
// none; else just the two sides of a product are swapped.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel orderFactors(Kernel kernel);

/// The op with its factors reassociated in that order even if it does not sum: for a notation that leaves it open.
Generic withOrderedFactors(const std::vector<Value> &values, const Generic &op);

} // namespace einjit::tensor
