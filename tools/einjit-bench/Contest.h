// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// einjit's kernel and its peers in one case, measured in turns.
#pragma once

#include "Outcome.h"
#include "Peers.h"
#include <span>

namespace einjit::bench {

struct ContestOptions {
  int threads = 1;
  double seconds = 1;       ///< for one case, all contestants together
  bool compileOnly = false; ///< no data is made, nothing runs
  std::vector<const Peer *> peers;
};

/// Compiles the case, checks that all contestants agree, and measures, unless cases are only to be compiled. In each
/// round each contestant is timed once; who is first changes from round to round, so that a drift of the machine's
/// clock meets all alike. With several threads einjit's kernel for one is timed as well. A case that einjit does not
/// compile, whose results differ or that the machine has no memory for is an outcome with an error.
Outcome compete(const Case &which, const ContestOptions &options);

} // namespace einjit::bench
