// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/ProcessEnd.h"
#include <atomic>

namespace einjit::codegen {
namespace {

std::atomic<bool> ended = false;

} // namespace

// Static objects go in the reverse order of their making: this one before those of LLVM that are there by now.
void noteGeneration() {
  struct Mark {
    ~Mark() { ended = true; }
  };
  static const Mark mark;
}

bool hasEnded() { return ended; }

Status mayGenerate(bool isEnding) {
  if (!isEnding) return Success{};
  return Diagnostic{DiagnosticKind::ProcessEnds,
                    "the process is ending, and LLVM can no longer make code",
                    {},
                    {},
                    "kernels that have been compiled can still be called"};
}

} // namespace einjit::codegen
