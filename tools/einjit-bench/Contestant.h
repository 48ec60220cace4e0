// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gets timed: one way of computing a case, ready to run.
#pragma once

#include "Case.h"
#include <cstdint>
#include <einjit/Tensor.h>
#include <functional>
#include <string>
#include <vector>

namespace einjit::bench {

/// A case with its data, which all contestants share. Must outlive them.
struct Problem {
  const Case &which;
  std::vector<AnyTensor> inputs;
  TensorType result;
  double flops = 0; ///< what the case needs
  int threads = 1;
  DType dtype() const { return result.dtype; }
};

/// Has an output of its own. `run(count)` computes it `count` times; the loop is inside, so that a call costs what it
/// costs in a program that knows whom it calls.
struct Contestant {
  std::string name;
  std::shared_ptr<AnyTensor> output;
  std::function<void(std::int64_t count)> run;
  bool isPeer = true; ///< else its result is compared, and it is not timed
};

/// A kernel's entry point, and the signature of generated C: the inputs, then the output; scratch memory.
using Entry = void (*)(void *const *buffers, void *scratch);

/// Calls an entry point with a prepared record.
Contestant entryContestant(std::string name, Entry entry, Problem &problem, std::int64_t scratchBytes = 0);

/// The same with a record of the caller's, whose last buffer is that of `output`.
Contestant entryContestant(std::string name, Entry entry, std::vector<void *> buffers,
                           std::shared_ptr<AnyTensor> output, std::int64_t scratchBytes);

/// Seconds that `count` runs take together.
double time(const Contestant &contestant, std::int64_t count);

/// Warms up, and finds how many runs make a sample that is long beside reading the clock.
std::int64_t findBatch(const Contestant &contestant);

} // namespace einjit::bench
