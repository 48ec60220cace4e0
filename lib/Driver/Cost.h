// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Tensor/Kernel.h"
#include <einjit/Kernel.h>

namespace einjit {

/// Operations of all ops of a canonical kernel, and the bytes of its parameters (elements that a stride of 0 repeats
/// count once) and results. Counts beyond 2^63 are that.
Cost costOf(const tensor::Kernel &kernel, const std::vector<Binding> &results);

} // namespace einjit
