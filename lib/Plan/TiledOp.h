// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Plan/Tile.h"
#include <string>
#include <vector>

namespace einjit::plan {

/// An op, its register tile, and what schedules call its parts: what every plan of loops around a tile begins with.
struct TiledOp {
  const OpFacts &facts;
  const Target &target;
  const Tile &tile;
  std::string accumulator;               ///< name of the reduction's, if there is one
  std::vector<std::string> operandNames; ///< of the buffers
  std::string lanesReason;               ///< for the text: what is contiguous along the lanes
  std::string within = {};               ///< the loop that all stands in; empty: the kernel
  std::string suffix = {};               ///< behind the names of buffers, if others of the op have such names, too
};

} // namespace einjit::plan
