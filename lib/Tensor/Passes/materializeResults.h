// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The stages below write each result once, into memory of the caller's. A result that is a parameter, a constant or
// another result's value, or a reshape of such, gets a copying op of its own.
//
// They compute the parts of a concat where the concat has them, and let a reshape be the same memory as what it
// reshapes. A part that is no op or concat of its own, has another place too (as a result, in another concat, under a
// reshape) or that an op reads is copied, and so is a strided parameter before it is reshaped.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel materializeResults(Kernel kernel);

} // namespace einjit::tensor
