// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function with its argument record: what gets timed.
#pragma once

#include "Cases.h"
#include <cstdint>
#include <einjit/Tensor.h>
#include <string>
#include <vector>

namespace einjit::bench {

/// Holds its own output and scratch memory; the inputs, which all contestants share, must outlive it.
class Contestant {
public:
  Contestant(std::string name, Entry entry, std::vector<AnyTensor> &inputs, const TensorType &output,
             std::int64_t scratchBytes = 0);

  const std::string &name() const { return name_; }
  const AnyTensor &output() const { return output_; }
  void call() { entry_(buffers_.data(), scratch_.data()); }
  /// Seconds that `count` calls take together.
  double time(std::int64_t count);
  /// Warms up, and finds how many calls make a sample that is long beside reading the clock.
  std::int64_t findBatch();

private:
  std::string name_;
  Entry entry_;
  AnyTensor output_, scratch_;
  std::vector<void *> buffers_;
};

} // namespace einjit::bench
