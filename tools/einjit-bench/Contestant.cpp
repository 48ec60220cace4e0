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

Contestant entryContestant(std::string name, Entry entry, Problem &problem, std::int64_t scratchBytes) {
  auto output = std::make_shared<AnyTensor>(problem.result);
  std::vector<void *> buffers;
  for (AnyTensor &input : problem.inputs) buffers.push_back(input.data());
  buffers.push_back(output->data());
  return entryContestant(std::move(name), entry, std::move(buffers), std::move(output), scratchBytes);
}

Contestant entryContestant(std::string name, Entry entry, std::vector<void *> buffers,
                           std::shared_ptr<AnyTensor> output, std::int64_t scratchBytes) {
  auto scratch = std::make_shared<AnyTensor>(TensorType{DType::Bool, {std::max<std::int64_t>(scratchBytes, 1)}});
  return {std::move(name), std::move(output),
          [entry, scratch, buffers = std::move(buffers)](std::int64_t count) {
            for (std::int64_t i = 0; i < count; ++i) entry(buffers.data(), scratch->data());
          },
          true};
}

double time(const Contestant &contestant, std::int64_t count) {
  const auto begin = std::chrono::steady_clock::now();
  contestant.run(count);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::int64_t findBatch(const Contestant &contestant) {
  double last = 0;
  for (double spent = 0; spent < warmUpSeconds;) spent += last = time(contestant, 1);
  if (last >= 4 * sampleSeconds) return 1;
  // The shortest of three: whatever else runs on the machine makes a batch look longer than it is.
  for (std::int64_t batch = 1;; batch *= 2)
    if (std::min({time(contestant, batch), time(contestant, batch), time(contestant, batch)}) >= sampleSeconds)
      return batch;
}

} // namespace einjit::bench
