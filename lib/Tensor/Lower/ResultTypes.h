// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Support/Result.h"
#include "Tensor/Kernel.h"

namespace einjit::tensor {

/// The kernel, whose results have these types and lie in memory as their strides say; no types at all mean row-major
/// results. A strided result that is the same value as another, or is not computed, gets a copy. Errors: another number
/// of types than of results, other element types or extents, elements that share places.
Result<Kernel> withResultTypes(Kernel kernel, const std::vector<TensorType> &types);

} // namespace einjit::tensor
