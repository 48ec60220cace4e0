// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/RandomNetwork.h"
#include <set>

namespace einjit::test {

using tensor::IndexList;
using tensor::Network;

tensor::Network randomNetwork(const NetworkShape &shape, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto below = [&](std::size_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  Network network;
  const std::size_t all = shape.indices + (shape.chained ? shape.factors - 1 : 0);
  for (std::size_t i = 0; i < all; ++i)
    network.extents.push_back(2 + below(static_cast<std::size_t>(shape.mostExtent) - 1));
  for (std::size_t i = 0; i < shape.factors; ++i) {
    std::set<std::uint32_t> indices;
    for (std::size_t axes = below(shape.mostAxes + 1); axes-- > 0;) indices.insert(below(shape.indices));
    if (shape.chained && i > 0) indices.insert(static_cast<std::uint32_t>(shape.indices + i - 1));
    if (shape.chained && i + 1 < shape.factors) indices.insert(static_cast<std::uint32_t>(shape.indices + i));
    double bytes = 4;
    for (std::uint32_t index : indices) bytes *= network.extents[index];
    network.factors.push_back({IndexList(indices.begin(), indices.end()), bytes});
  }
  std::set<std::uint32_t> used, result;
  for (const Network::Factor &factor : network.factors) used.insert(factor.indices.begin(), factor.indices.end());
  for (std::uint32_t index : used)
    if (result.size() < shape.resultIndices && below(3) == 0) result.insert(index);
  network.result.assign(result.begin(), result.end());
  return network;
}

tensor::Network matrixChain(const std::vector<double> &extents) {
  Network network{extents, {}, {0, static_cast<std::uint32_t>(extents.size() - 1)}};
  for (std::uint32_t i = 0; i + 1 < extents.size(); ++i)
    network.factors.push_back({{i, i + 1}, 4 * extents[i] * extents[i + 1]});
  return network;
}

} // namespace einjit::test
