// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// When an output may be the memory of an input, as %c is of
//
//   kernel @kernel(in %a: f32[8], in %c: f32[8], out %out: f32[8] over %c) {
//     for i in 0..8 { %out[i] = fma(%a[i], f32(2), %c[i]) }
//   }
//
// Each element of the output is stored at most once, and the input is read by such stores alone, each time at the place
// that is stored to. So what is read has not been written, whatever the order of stores; and lanes are read before
// lanes are written. Two stores have different elements if their indices never meet along one axis, and the iterations
// of one have if each loop moves it, by more than all loops that move it less.
#pragma once

#include "Loop/Kernel.h"
#include <optional>
#include <string>

namespace einjit::loop {

/// Why `out` may not be the memory of `in`, or nothing if it may. Of a kernel that is well-formed without it.
std::optional<std::string> inPlaceProblem(const Kernel &kernel, BufferId out, BufferId in);

} // namespace einjit::loop
