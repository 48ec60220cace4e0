// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the values between the steps of a contraction lie in memory: as the step that reads them wants them.
#pragma once

#include "Tensor/Contraction/Product.h"

namespace einjit::tensor {

/// The indices of each node's value in the order of its axes, outermost first; the last node's ascending, as the op has
/// them. From each step to its operands, with n the last index of the step's own value:
///
///   batch, M or N, K, n    of one that has n, where n fills a cache line: n becomes lanes, and K x n is a panel;
///                          but not where it meets a vector. Of a factor's own sums n may be several indices.
///   batch, M or N, K       of any other one: the sum runs along memory
///
/// Within a group indices stand as in the step's own value, summed ones ascending. O(nodes * indices^2).
std::vector<std::vector<std::uint32_t>> chooseLayouts(const Product &product, const ContractionTree &tree);

} // namespace einjit::tensor
