// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Case.h"
#include "Random.h"

namespace einjit::test {

/// Extents around the sizes of vectors and tiles.
std::int64_t randomExtent(Random &random);
/// Mostly floats.
DType randomDType(Random &random);
/// Strides for a shape: row-major, permuted, with gaps, backwards or, if they may, repeating; empty means row-major.
std::vector<std::int64_t> randomStrides(Random &random, const std::vector<std::int64_t> &shape, bool mayRepeat = true);
/// Memory for an input; `exact` cases get any floats, all others small integers.
Input randomInput(Random &random, std::string name, TensorType type, bool exact);

} // namespace einjit::test
