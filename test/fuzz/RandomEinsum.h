// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Case.h"
#include "Random.h"

namespace einjit::test {

/// Sets text and inputs of a case to an einsum string of one to four operands, with whatever the notation allows:
/// diagonals, ellipses, axes of size 1 that broadcast, scalars, implicit outputs, sizes of 0.
void makeEinsum(Random &random, Case &result);

} // namespace einjit::test
