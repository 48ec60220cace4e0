// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Tensor/Contraction/Product.h"
#include <string>

namespace einjit::tensor {

/// The order in which a product of the kernel's op is computed, as comments: each step with its flops, bytes and
/// cycles, the largest intermediate, and what two other ways cost: all indices in one nest, and pairs from left to
/// right, in the order of the values that they read.
std::string describeOrder(const Kernel &kernel, const Generic &op, const Product &product, const ContractionTree &tree,
                          const PairModel &model);

} // namespace einjit::tensor
