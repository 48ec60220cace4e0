// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Tensor/Contraction/Network.h"
#include <random>

namespace einjit::test {

struct NetworkShape {
  std::size_t factors, indices;
  std::size_t mostAxes = 4; ///< of a factor; some have none
  double mostExtent = 20;
  std::size_t resultIndices = 2;
  bool chained = false; ///< whether each factor also shares an index with the next
};

/// A network drawn from a seed. Disconnected factors, scalars and indices of one factor alone occur.
tensor::Network randomNetwork(const NetworkShape &shape, std::uint64_t seed);

/// A chain of matrices with these extents.
tensor::Network matrixChain(const std::vector<double> &extents);

} // namespace einjit::test
