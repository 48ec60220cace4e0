// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The header of a `.npy` file, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html:
//
//   "\x93NUMPY"  major  minor  length (2 bytes little-endian in version 1, else 4)  header text, `length` bytes
//
// The text is a Python dictionary literal with exactly the keys 'descr', 'fortran_order' and 'shape'.
#pragma once

#include "Support/Result.h"
#include <einjit/Type.h>
#include <string>
#include <string_view>
#include <vector>

namespace einjit {

inline constexpr std::string_view npyMagic = "\x93NUMPY";

struct NpyHeader {
  DType dtype = DType::F32;
  bool fortranOrder = false;
  std::vector<std::int64_t> shape = {};
};

/// Reads the header's text. Everything that NumPy would not write, and element types that einjit does not have, are
/// errors of kind npy-format.
Result<NpyHeader> parseNpyHeader(std::string_view text);

/// Magic, version, length and text of a row-major file of this element type and shape: version 1, or 2 where the
/// text is too long for it. Padded so that the elements start at a multiple of 64 bytes.
std::string npyPreamble(DType dtype, const std::vector<std::int64_t> &shape);

} // namespace einjit
