// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The files that a program loads. Lowering reads no files: they are found in the syntax tree and read before it, and
// become inputs that nobody has to bind.
#pragma once

#include "Support/Result.h"
#include "Syntax/Ast.h"
#include "Tensor/Lower/Program.h"
#include <einjit/Kernel.h>

namespace einjit {

/// Reads the file of each `load("…")`, one that is named several times once. Errors point at the first call of each
/// file.
Result<std::vector<LoadedFile>> loadFiles(const ast::Program &program);

/// The inputs that the files become, with names that none of `others` has.
std::vector<tensor::Input> inputsOf(const std::vector<LoadedFile> &files, const std::vector<Binding> &others);

} // namespace einjit
