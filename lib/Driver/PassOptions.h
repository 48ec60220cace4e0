// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes over the tensor IR know no machine; what they may know of one is said here.
#pragma once

#include "Target/Target.h"
#include "Tensor/Passes/PassOptions.h"

namespace einjit {

tensor::PassOptions passOptions(const Target &target);

} // namespace einjit
