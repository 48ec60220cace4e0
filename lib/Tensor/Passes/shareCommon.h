// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two generic ops that differ in the names of their iterators only compute the same value; the second becomes the
// first. So do two iotas of one shape. A result that is to lie in memory otherwise than row-major stays a value of its
// own, unless what it equals is no result and can lie where it does.
#pragma once

#include "Tensor/Kernel.h"

namespace einjit::tensor {

Kernel shareCommon(Kernel kernel);

} // namespace einjit::tensor
