// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// einjit's kernel and the C loops of one case, measured in turns.
#pragma once

#include "Cases.h"
#include <cstdint>
#include <einjit/Kernel.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace einjit::bench {

/// What one contestant took.
struct Timing {
  std::string name;            ///< `einjit`, or the order of the C loops
  std::int64_t batch = 0;      ///< calls a sample
  std::vector<double> samples; ///< seconds a call, one sample each round
  double median() const;
  double min() const;
};

/// What the machine does at best, for this case's element type and number of bytes.
struct Roof {
  double flops = 0, bytes = 0; ///< a second
};

struct Outcome {
  std::string label, program;
  std::vector<Binding> inputs;
  Cost cost;
  double compileSeconds = 0;
  Timing einjit;
  std::vector<Timing> loops; ///< as many as the case has
  Roof roof;

  /// The C loops with the smallest median: what einjit is compared with.
  const Timing &bestLoops() const;
  /// Time of the best C loops over einjit's time: more than 1 where einjit is faster.
  double ratio() const;
};

/// The two sides computed different values.
class Mismatch : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Compiles the case for one thread, checks that all sides agree, and measures for at least `seconds` and 15 rounds.
/// In each round each contestant is timed once; who is first changes from round to round, so that a drift of the
/// machine's clock meets all alike. Throws Mismatch, or what compiling throws.
Outcome compete(const Case &which, double seconds);

} // namespace einjit::bench
