// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A result's axes stand in the order of its memory, the longest steps first: a column-major y[i,j] is a row-major
// y[j,i]. What then is left of strides are gaps and axes that run backwards; loops, lanes and blocks are chosen as for
// any other result. A result that a concat or a reshape reads stays: they count its axes.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel orderResults(Kernel kernel);

} // namespace einjit::tensor
