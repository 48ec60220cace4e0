// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Timing.h"
#include <algorithm>
#include <chrono>

namespace einjit::cli {
namespace {

/// A sample is at least so long: a thousand times what reading the clock takes.
constexpr double sampleSeconds = 50e-6;
/// Caches, page tables and clock frequency have settled after so long, or after one call that takes longer.
constexpr double warmUpSeconds = 20e-3;
constexpr std::size_t minSamples = 11;

/// A kernel with its argument record prepared.
class PreparedCall {
public:
  PreparedCall(const Kernel &kernel, std::vector<AnyTensor> inputs)
      : kernel_(kernel), tensors_(std::move(inputs)),
        scratch_(TensorType{DType::Bool, {std::max<std::int64_t>(kernel.cost().scratchBytes, 1)}}),
        entry_(reinterpret_cast<Entry>(reinterpret_cast<std::uintptr_t>(kernel.entry()))) {
    for (const LoadedFile &file : kernel.files()) tensors_.push_back(file.tensor);
    for (const Binding &result : kernel.results()) tensors_.emplace_back(result.type);
    for (AnyTensor &tensor : tensors_) buffers_.push_back(tensor.data());
  }

  /// Seconds that `count` calls take together.
  double time(std::int64_t count) {
    void *const scratch = scratch_.data();
    const auto begin = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < count; ++i) entry_(buffers_.data(), scratch);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

private:
  using Entry = void (*)(void *const *, void *);
  Kernel kernel_; // keeps the code alive
  std::vector<AnyTensor> tensors_;
  AnyTensor scratch_;
  std::vector<void *> buffers_;
  Entry entry_;
};

/// Warms up, and returns how many calls fill a sample.
std::int64_t batchSize(PreparedCall &call) {
  std::int64_t batch = 1;
  for (double spent = 0;;) {
    const double taken = call.time(batch);
    spent += taken;
    if (taken >= sampleSeconds && spent >= warmUpSeconds) return batch;
    if (taken < sampleSeconds) batch *= 2;
  }
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

} // namespace

Timing timeKernel(const Kernel &kernel, std::vector<AnyTensor> inputs, double seconds) {
  PreparedCall call(kernel, std::move(inputs));
  const std::int64_t batch = batchSize(call);
  std::vector<double> samples;
  for (double spent = 0; spent < seconds || samples.size() < minSamples;) {
    const double taken = call.time(batch);
    spent += taken;
    samples.push_back(taken / static_cast<double>(batch));
  }
  return {.median = median(samples),
          .min = *std::min_element(samples.begin(), samples.end()),
          .runs = batch * static_cast<std::int64_t>(samples.size())};
}

} // namespace einjit::cli
