// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which contractions a BLAS computes where they lie, without copies: loops over gemm, gemv or dot.
#pragma once

#include "Einsum.h"
#include <optional>
#include <vector>

namespace einjit::bench {

/// A loop around the products; the strides are those of the left and right factor and of the result, 0 where a tensor
/// does not have the index.
struct ProductLoop {
  std::int64_t extent, left, right, result;
  friend bool operator==(const ProductLoop &, const ProductLoop &) = default;
};

/// result[m,n] = sum over k of left[m,k] * right[k,n], at each position of the loops. Strides are in elements. Of a
/// matrix (both extents of a tensor above 1) one stride is 1, and the result's is that of n; a vector may have any.
/// Where n is 1 the right factor is a vector and so is the result, where m is 1 too the product is a dot product.
struct GemmShape {
  bool swapped = false; ///< the left factor is the second operand
  std::int64_t m = 1, n = 1, k = 1;
  std::int64_t leftM = 0, leftK = 0, rightK = 0, rightN = 0, resultM = 0, resultN = 0;
  std::vector<ProductLoop> loops;

  bool isDot() const { return m == 1 && n == 1; }
  bool isMatVec() const { return n == 1 && m > 1; }
  bool isGemm() const { return n > 1; }
  /// Products, that is calls.
  std::int64_t calls() const;
  friend bool operator==(const GemmShape &, const GemmShape &) = default;
};

/// How a contraction of two row-major operands maps to such products, if it does. An index is of the batch where all
/// three tensors have it, M or N where one operand and the result do, K where both operands do. Indices of one role
/// become one where they are nested alike in both tensors; of M and N the largest such run goes into the product and
/// what is left is looped over, but K must be a single run. There is none for diagonals, indices that one operand alone
/// sums, products without arithmetic worth a call (elementwise ones), and strides that no leading dimension describes.
std::optional<GemmShape> mapToGemm(const Einsum &einsum, const Extents &extents);

} // namespace einjit::bench
