// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An op of the tensor IR as a product of factors that is summed.
#pragma once

#include "Tensor/Contraction/Network.h"
#include "Tensor/Kernel.h"
#include <optional>

namespace einjit::tensor {

/// Part of a product: an expression over some accesses, which its operands number. Mostly one access, maybe converted.
struct Factor {
  std::vector<Access> operands;
  scalar::Expr expr;
};

/// The factors of a body whose products are `times`, from left to right; none of a product of thousands.
std::vector<Factor> factorsOf(const Generic &op, ScalarOp times);
/// The arguments of the operation that is the body's root.
std::vector<Factor> sidesOf(const Generic &op);

/// body(i) = f0 * f1 * … in the body's order, where the op's sum distributes over the product.
struct Product {
  ScalarOp times;
  std::vector<Factor> factors;
  Network network; ///< its indices are the op's iterators
  ElementRates element;
};

/// The op as a product of at least two factors; nothing if it is none, if an index occurs in no factor (it multiplies
/// the sum by its extent), or if the space is empty.
std::optional<Product> asProduct(const Kernel &kernel, const Generic &op);

/// What visiting the whole space at once costs, which is what the op does as it stands.
Estimate nestEstimate(const Product &product, const PairModel &model);

} // namespace einjit::tensor
