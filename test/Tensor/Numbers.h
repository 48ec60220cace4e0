// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Tensor/Kernel.h"
#include <cstddef>
#include <string>
#include <vector>

namespace einjit::test {

/// What a kernel computes, as text, from inputs filled with a pattern of small integers. The memory of input k is the
/// same for every kernel, whatever axes its parameter describes it with, so a pass must not change the text. Sizes must
/// be small.
std::string numbersOf(const tensor::Kernel &kernel);

} // namespace einjit::test
