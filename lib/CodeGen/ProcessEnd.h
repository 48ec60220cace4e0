// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// When a process ends, LLVM's static objects go, among them some that it makes when it first generates code. A
// program's own that were there before go later, and their destructors may compile.
#pragma once

#include "Support/Result.h"

namespace einjit::codegen {

/// Notes that code has been generated, by which LLVM has made what it needs.
void noteGeneration();
/// Whether the process is ending, and some of that may have gone.
bool hasEnded();
/// Refused if the process is ending.
Status mayGenerate(bool isEnding);

} // namespace einjit::codegen
