// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What passes over the tensor IR may be told beside the kernel.
#pragma once

#include "Tensor/Contraction/PairModel.h"
#include <limits>

namespace einjit::tensor {

struct PassOptions {
  MachineRates rates; ///< by which splitContractions weighs orders; all other passes are the same for every machine
  /// Of a value between two steps of a contraction; orders with a larger one are not taken.
  double mostIntermediateBytes = std::numeric_limits<double>::infinity();
};

} // namespace einjit::tensor
