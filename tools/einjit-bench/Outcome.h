// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What measuring gave, as values: made by the contest, kept as JSON, read by reports and comparisons.
#pragma once

#include <cstdint>
#include <einjit/Kernel.h>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace einjit::bench {

/// What one contestant took.
struct Timing {
  std::string name;            ///< `einjit`, or the peer's name
  std::int64_t batch = 0;      ///< calls a sample
  std::vector<double> samples; ///< seconds a call, one sample each round
  double median() const;
  double min() const;
  friend bool operator==(const Timing &, const Timing &) = default;
};

/// What the machine does at best, for this case's element type and number of bytes.
struct Roof {
  double flops = 0, bytes = 0; ///< a second
  friend bool operator==(const Roof &, const Roof &) = default;
};

/// One case. Where `error` is not empty it was not compiled or not measured, and it says why.
struct Outcome {
  std::string id, group, program;
  std::map<std::string, std::string> inputs; ///< name (or number) and type
  std::string error;
  bool skipped = false; ///< the error is that this machine has too little memory
  double flops = 0, bytes = 0;
  CompileTimes compile;
  std::int64_t codeBytes = 0;
  Timing einjit; ///< no samples where cases are only compiled
  std::vector<Timing> peers;
  std::optional<Timing> oneThread; ///< of einjit, where the others have more threads
  Roof roof;

  bool compiled() const { return codeBytes > 0; }
  bool measured() const { return error.empty() && !einjit.samples.empty(); }
  /// The longer of two times: the arithmetic at the machine's peak, the inputs and results at its bandwidth.
  double roofSeconds() const;
  bool computeBound() const;
  double roofFraction() const { return roofSeconds() / einjit.median(); }
  /// The peer with the smallest median; null where there is none.
  const Timing *bestPeer() const;
  /// Time of the best peer over einjit's: more than 1 where einjit is faster; 0 without peers.
  double ratio() const;
  /// Time with one thread over that with all; 0 where that was not measured.
  double speedup() const;
  friend bool operator==(const Outcome &, const Outcome &) = default;
};

/// A whole run.
struct Results {
  int threads = 1;
  std::string processor;
  std::map<std::string, std::string> peers; ///< name and version of those that took part
  std::vector<Outcome> cases;
  friend bool operator==(const Results &, const Results &) = default;
};

/// exp of the mean of the logs; 0 of nothing.
double geometricMean(const std::vector<double> &values);

/// All numbers, every sample included. README.md says what the fields are.
std::string toJson(const Results &results);
/// Reads it back. Throws std::runtime_error for what is no such text.
Results fromJson(const std::string &text);

} // namespace einjit::bench
