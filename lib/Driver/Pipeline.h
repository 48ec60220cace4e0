// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The chain from program text to loop IR, as one function.
#pragma once

#include "Loop/Kernel.h"
#include "Loop/Steps/Step.h"
#include "Support/Result.h"
#include "Target/Target.h"
#include "Tensor/Kernel.h"
#include "Tensor/Passes/PassOptions.h"
#include <einjit/Kernel.h>

namespace einjit {

/// What to compile: an einsum string with its operands' types, or a program with its inputs.
struct Source {
  std::string text;
  bool isEinsum = false;
  std::vector<Binding> inputs; ///< of an einsum string without names
};

/// Everything that the chain made on the way.
struct Compilation {
  Source source;
  Target target;
  std::int64_t threads = 1;
  std::string ast; ///< canonical program text
  tensor::Kernel tensor;
  tensor::Kernel canonical;
  loop::Schedule schedule;
  loop::Kernel loops;
  std::vector<Binding> inputs, results;
  std::vector<LoadedFile> files; ///< parameters of the kernels behind the inputs
  Cost cost;                     ///< scratchBytes is not known yet
  CompileTimes times;
  tensor::PassOptions passes; ///< as they were when the canonical kernel was made
  std::vector<InPlace> inPlace = {};
};

/// The threads that the options mean: 0 is all that the machine has.
std::int64_t threadCount(const Options &options);

/// Runs the chain up to the loop IR. Where temporaries are limited the fastest order of contractions
/// is taken that keeps the limit. Errors of the program's are values; what a verifier refuses is an InternalError.
Result<Compilation> lowerToLoops(Source source, const Options &options);

} // namespace einjit
