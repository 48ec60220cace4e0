// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Contestant.h"
#include <algorithm>
#include <chrono>

namespace einjit::bench {
namespace {

/// A sample is at least so long: some thousand times what reading the clock takes.
constexpr double sampleSeconds = 100e-6;
/// Caches, page tables and clock frequency have settled after so long.
constexpr double warmUpSeconds = 20e-3;

} // namespace

Contestant::Contestant(std::string name, Entry entry, std::vector<AnyTensor> &inputs, const TensorType &output,
                       std::int64_t scratchBytes)
    : name_(std::move(name)), entry_(entry), output_(output),
      scratch_(TensorType{DType::Bool, {std::max<std::int64_t>(scratchBytes, 1)}}) {
  for (AnyTensor &input : inputs) buffers_.push_back(input.data());
  buffers_.push_back(output_.data());
}

double Contestant::time(std::int64_t count) {
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t i = 0; i < count; ++i) call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::int64_t Contestant::findBatch() {
  for (double spent = 0; spent < warmUpSeconds;) spent += time(1);
  // The shortest of three: whatever else runs on the machine makes a batch look longer than it is.
  for (std::int64_t batch = 1;; batch *= 2)
    if (std::min({time(batch), time(batch), time(batch)}) >= sampleSeconds) return batch;
}

} // namespace einjit::bench
