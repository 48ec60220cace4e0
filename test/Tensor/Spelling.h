// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Several programs or einsum strings in one golden, each with the inputs of the line above it:
//
//   inputs x=f32[4,3] w=f32[3]@[0] n=i64[]=5 --strict
//   x * w
//   --
//   inputs x=f32[4,3]
//   x.T
#pragma once

#include "Tensor/Lower/Program.h"
#include <string>
#include <string_view>
#include <vector>

namespace einjit::test {

struct Spelling {
  std::string text;
  bool isEinsum = false;
  std::vector<tensor::Input> inputs = {}; ///< of an einsum string in order, their names unused
  tensor::LowerOptions options = {};
};

/// The spellings of a golden's input. A line of inputs holds `name=type` (then `@[strides]`, or `=value` of an
/// integer),
/// `--strict`, `--dtype=`, `--results=a,b`, `--file=x.npy=type`; spellings without one have those of the spelling
/// before.
std::vector<Spelling> spellings(const std::string &input);

Result<tensor::LoweredProgram> lower(const Spelling &spelling);

} // namespace einjit::test
