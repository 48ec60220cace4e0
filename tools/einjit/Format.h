// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors as text for people and as JSON for programs.
#pragma once

#include <cstdio>
#include <einjit/Tensor.h>
#include <string>
#include <vector>

namespace einjit::cli {

/// Nested brackets, a row a line, columns aligned, floats with 6 significant digits:
///
///   [[0.48, 0.05],
///    [   1,   -2]]
///
/// Of more than 1000 elements only the first and last 3 along each axis are shown, around `…`; of tensors of many axes
/// still fewer along the outer ones. No newline at the end. The tensor must be row-major, as AnyTensor is.
std::string format(const AnyTensor &tensor);

struct NamedTensor {
  std::string name;
  AnyTensor tensor;
};

/// `{"shape": [...], "dtype": "f32", "data": [...]}`, data flat and row-major; of several results an array of such
/// objects, each with its `"name"` first. Numbers are the shortest that read back as the same value of their dtype;
/// what JSON has no number for is "NaN", "Infinity" or "-Infinity". Ends with a newline.
void writeJson(std::FILE *out, const std::vector<NamedTensor> &results);

} // namespace einjit::cli
