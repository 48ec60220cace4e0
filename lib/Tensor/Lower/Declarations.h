// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declarations of inputs, `param x: f32[32, n]`.
#pragma once

#include "Tensor/Lower/Lowering.h"

namespace einjit::tensor {

/// Of an input that is bound, checks that it has the declared type; any other becomes one of `inputs`. Extents are
/// integers known while compiling.
void declare(Lowering &lowering, const ast::Declare &declaration, std::vector<Input> &inputs);

} // namespace einjit::tensor
