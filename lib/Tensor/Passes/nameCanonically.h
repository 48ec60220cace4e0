// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parameters become a, b, c, …, parallel iterators i0, i1, … and reduced ones k0, k1, … through the whole kernel, and
// values are numbered. What the user wrote does not show any more, so that equal computations are equal texts.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel nameCanonically(Kernel kernel);

} // namespace einjit::tensor
