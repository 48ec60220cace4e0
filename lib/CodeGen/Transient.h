// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scratch that need not be memory: it is small, and between its declaration and all that it is used for stand unrolled
// loops alone, so that each access has a constant place. It lies on the stack, where LLVM finds that what is loaded are
// parts of what was stored (SROA) and keeps them in registers: results of a tile whose lanes are several rows are
// stored row by row so (lib/Plan/Joining.h). What it cannot keep stays where it is.
#pragma once

#include "Loop/Kernel.h"
#include <vector>

namespace einjit::codegen {

/// Of each buffer, whether it is such scratch, and used in an unrolled loop.
std::vector<bool> transientScratch(const loop::Kernel &kernel);

} // namespace einjit::codegen
