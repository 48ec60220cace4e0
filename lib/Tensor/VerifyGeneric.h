// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Tensor/Kernel.h"
#include <string>
#include <vector>

namespace einjit::tensor {

/// What is wrong with the generic op that defines value `id`, one line each. It says nothing of the types of the values
/// the op reads; a value whose type is malformed has a complaint of its own.
std::vector<std::string> verifyGeneric(const Kernel &kernel, ValueId id);

} // namespace einjit::tensor
