// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Plan/Sharing.h"
#include <optional>
#include <string>
#include <vector>

namespace einjit::plan {

/// A loop of a contraction's plan: all of an iterator, or what splits make of it. One iteration moves by `step`
/// iterations of it.
struct PlannedLoop {
  std::string name;
  std::size_t iterator;
  std::int64_t extent; ///< the longest
  std::int64_t step = 1;
  bool isBounded = false;   ///< whether the last block's ends early
  bool hasShortEnd = false; ///< whether what is left of the iterator is a loop of the same name, of one iteration
  std::optional<SharedLoop> shared = {}; ///< how threads may share it
};

using PlannedLoops = std::vector<PlannedLoop>;

} // namespace einjit::plan
