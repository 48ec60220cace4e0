// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decided elsewhere, done here: a product in the order of a tree, as ops of the tensor IR.
#pragma once

#include "Tensor/Contraction/Product.h"
#include "Tensor/Passes/Rewrite.h"

namespace einjit::tensor {

/// Appends the values of all nodes of the tree but the last to `values`; returns the op that takes the place of `op`,
/// whose elements it computes in the same order, with its epilogue.
Generic writeTree(const Generic &op, const Product &product, const ContractionTree &tree, std::vector<Value> &values,
                  FreshNames &names);

} // namespace einjit::tensor
