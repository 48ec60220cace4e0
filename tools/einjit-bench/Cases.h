// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is measured: programs at given extents, each with C loops that do the same.
#pragma once

#include <einjit/Kernel.h>
#include <string>
#include <vector>

namespace einjit::bench {

/// A kernel's entry point, and the signature of the C loops: the inputs, then the output; scratch memory.
using Entry = void (*)(void *const *buffers, void *scratch);

struct Loops {
  std::string order; ///< what sets these loops apart from others of the same case
  Entry entry;
};

struct Case {
  std::string label; ///< the family and its first input's type, as `weighted sum f32[32,20,128]`
  std::string program;
  std::vector<Binding> inputs;
  std::vector<Loops> loops; ///< at least one
};

/// All cases of Cases.def, in its order.
std::vector<Case> allCases();

} // namespace einjit::bench
