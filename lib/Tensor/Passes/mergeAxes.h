// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop over b and a loop over c are one loop over b*c wherever both are used together and the elements of c follow
// each other without a gap from one b to the next. Axes k and k+1 of a value and iterators i and i+1 of an op merge
// together or not at all: every op that touches the value, and every value that the op touches, must agree. What is
// left after dropping all that disagree, until nothing changes, is the largest such set.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel mergeAxes(Kernel kernel);

} // namespace einjit::tensor
