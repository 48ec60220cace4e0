// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs to tensor IR: names, broadcasting, types, functions and views become generic ops, one for each operation;
// fusing them is the passes' work.
#pragma once

#include "Support/Result.h"
#include "Syntax/Ast.h"
#include "Tensor/Kernel.h"

namespace einjit::tensor {

struct Input {
  std::string name;
  TensorType type;
  std::optional<std::int64_t> value = {}; ///< of a scalar whose value is known: it may then stand for an extent
  std::optional<std::string> path = {};   ///< of what `load` of this path gives; the program does not see the name
};

struct LowerOptions {
  DType defaultFloat = DType::F32;       ///< type of literals that meet no other type
  bool strict = false;                   ///< no size-1 broadcasting of a named index
  std::vector<std::string> results = {}; ///< names to return; none: the value of the last statement
};

struct LoweredProgram {
  Kernel kernel;
  std::vector<Input> inputs;            ///< those that were given, then those that the program declares
  std::vector<std::string> resultNames; ///< the assigned name, or empty for an expression
};

/// Lowers a program whose inputs are given or declared in it; they become the kernel's parameters, in order. Goes on
/// after an error in a statement, so that all errors are reported.
Result<LoweredProgram> lowerProgram(const ast::Program &program, const std::vector<Input> &inputs,
                                    const LowerOptions &options);

/// An einsum string on its own; its operands are the kernel's parameters `a`, `b`, …
Result<LoweredProgram> lowerEinsumProgram(const ast::Einsum &einsum, const std::vector<TensorType> &operands,
                                          const LowerOptions &options);

/// Names for the operands of an einsum string: a … z, then p26, p27, …
std::string operandName(std::size_t number);

} // namespace einjit::tensor
