// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One program with its inputs, drawn from a seed.
#pragma once

#include "Driver/Pipeline.h"
#include <cstddef>
#include <einjit/Tensor.h>
#include <string>
#include <vector>

namespace einjit::test {

/// Iteration spaces stay below this many points, so that the interpreters finish soon.
inline constexpr std::int64_t maxPoints = 200'000;
/// Sums of multiples of one unit are exact in every order while they stay below this many units: a float's integers.
inline constexpr double maxUnits = 1 << 24;

/// An input's memory. Unless the case is exact, elements are integers from -2 to 2.
struct Input {
  Binding binding;
  std::vector<std::byte> memory = {};
  std::size_t origin = 0; ///< in bytes from the lowest element to the one with all indices 0
  ConstTensorRef ref() const { return {memory.data() + origin, binding.type}; }
};

struct Case {
  std::uint64_t seed = 0;
  std::string text;
  bool isEinsum = false;
  bool exact = false;
  std::vector<std::string> results = {}; ///< names that a program returns
  std::vector<Input> inputs = {};
  bool hasStridedResults = false;

  /// Types for results of these extents: row-major, or each with strides of its own.
  std::vector<TensorType> resultTypes(const std::vector<TensorType> &rowMajor) const;
  Source source() const;
  Options options(std::string target = "host", int threads = 1) const;
  /// All that is needed to see the case again.
  std::string describe() const;
};

/// The case of a seed: an einsum string or a program, its inputs' layouts, types and elements.
Case makeCase(std::uint64_t seed);

} // namespace einjit::test
