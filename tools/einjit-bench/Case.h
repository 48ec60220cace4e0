// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is measured.
#pragma once

#include "Formula.h"
#include <einjit/Kernel.h>
#include <optional>
#include <string>
#include <vector>

namespace einjit::bench {

struct Case {
  std::string id;
  std::string group = "one"; ///< a case file's `class`
  int tier = 1;
  std::string program;  ///< what einjit compiles: an einsum string or a program
  bool isEinsum = true; ///< inputs have no names then
  std::vector<Binding> inputs;
  std::optional<Einsum> einsum;   ///< where the case is nothing but this
  std::optional<Formula> formula; ///< for peers; a program given as such has none
  std::string defect;             ///< why the case cannot be measured, else empty
  double flops = 0, bytes = 0;    ///< what the file says; 0 where it says nothing
};

/// Reads a case file: a JSON list of objects with `id`, `class`, `tier`, `einsum`, `sizes`, `dtype` and optionally
/// `expr` (neutral notation, which then says what is computed), `flops`, `min_bytes`. An `expr` that cannot be
/// translated makes a case with a defect. Throws std::runtime_error for what is no such file.
std::vector<Case> readCases(const std::string &path);
std::vector<Case> parseCases(const std::string &json);

/// A case from the command line: an einsum string with types of its operands, or a program with `NAME=TYPE`. Throws
/// std::runtime_error for types that are none.
Case caseFromArguments(const std::string &program, const std::vector<std::string> &types);

} // namespace einjit::bench
